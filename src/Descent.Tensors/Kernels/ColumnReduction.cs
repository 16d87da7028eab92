using System.Buffers;
using System.Runtime.CompilerServices;
using Descent.Threading;

namespace Descent.Kernels;

/// <summary>Reduces the middle of an (outer, length, inner) block: each column from the first row down, long columns in pieces of fixed length.</summary>
internal static unsafe class ColumnReduction
{
    private const int Columns = 1024;
    private const int Rows = 256;

    public static void Run<R>(float* x, int outer, int length, int inner, float* y, R reducer) where R : struct, IReducer
    {
        var rows = Math.Max(Rows, Lanes.ChunkLength / inner);
        if (length <= rows)
        {
            Piecewise(x, outer, length, inner, y, reducer, rows);
            return;
        }

        // Each piece leaves a row of partial results; these are columns again, 256 times shorter at least.
        var pieces = (length - 1) / rows + 1;
        var partial = ArrayPool<float>.Shared.Rent(checked(outer * pieces * inner));
        fixed (float* p = partial)
        {
            Piecewise(x, outer, length, inner, p, reducer, rows);
            Run(p, outer, pieces, inner, y, reducer);
        }

        ArrayPool<float>.Shared.Return(partial);
    }

    // (outer, length, inner) → (outer, pieces, inner)
    private static void Piecewise<R>(float* x, int outer, int length, int inner, float* y, R reducer, int rows) where R : struct, IReducer
    {
        var pieces = Math.Max(1, (length - 1) / rows + 1);
        var blocks = (inner - 1) / Columns + 1;
        var job = new BlockJob<R>(x, length, inner, y, reducer, rows, pieces, blocks);
        var jobs = outer * pieces * blocks;
        if ((long)outer * length * inner <= Lanes.ChunkLength)
            for (var i = 0; i < jobs; i++) job.Run(i);
        else
            Workers.Run(jobs, job);
    }

    private readonly struct BlockJob<R>(float* x, int length, int inner, float* y, R reducer, int rows, int pieces, int blocks) : IParallelJob
        where R : struct, IReducer
    {
        public void Run(int chunk)
        {
            var (group, block) = (chunk / blocks, chunk % blocks);
            var (outer, piece) = (group / pieces, group % pieces);
            var (row, column) = (piece * rows, block * Columns);
            var source = x + ((long)outer * length + row) * inner + column;
            var destination = y + (long)group * inner + column;
            var (height, width) = (Math.Min(rows, length - row), Math.Min(Columns, inner - column));

            // A band of a few rows at a time, so that memory is read almost from front to back.
            var band = Math.Max(1, Lanes.ChunkLength / 2 / width);
            if (height == 0) new Span<float>(destination, width).Fill(reducer.Neutral);
            for (var done = 0; done < height; done += band)
                AddBand(source + (nint)done * inner, Math.Min(band, height - done), width, destination, done > 0);
        }

        private void AddBand(float* source, int rows, int width, float* destination, bool goesOn)
        {
            if (Lanes.Use512) Add<Lane512, R>(source, rows, inner, width, destination, goesOn, reducer);
            else if (Lanes.Use256) Add<Lane256, R>(source, rows, inner, width, destination, goesOn, reducer);
            else if (Lanes.Use128) Add<Lane128, R>(source, rows, inner, width, destination, goesOn, reducer);
            else Add<ScalarLane, R>(source, rows, inner, width, destination, goesOn, reducer);
        }
    }

    // Four lanes of columns at a time stay in registers from top to bottom.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Add<L, R>(float* x, int rows, int stride, int columns, float* y, bool goesOn, R reducer) where L : struct, ILane<L> where R : struct, IReducer
    {
        var neutral = L.Create(reducer.Neutral);
        var column = 0;
        for (; column <= columns - 4 * L.Count; column += 4 * L.Count)
        {
            float* p = x + column, to = y + column;
            L a = neutral, b = neutral, c = neutral, d = neutral;
            if (goesOn) (a, b, c, d) = (L.Load(to), L.Load(to + L.Count), L.Load(to + 2 * L.Count), L.Load(to + 3 * L.Count));
            for (var row = 0; row < rows; row++, p += stride)
            {
                a = reducer.Combine(a, L.Load(p));
                b = reducer.Combine(b, L.Load(p + L.Count));
                c = reducer.Combine(c, L.Load(p + 2 * L.Count));
                d = reducer.Combine(d, L.Load(p + 3 * L.Count));
            }

            a.Store(to);
            b.Store(to + L.Count);
            c.Store(to + 2 * L.Count);
            d.Store(to + 3 * L.Count);
        }

        for (; column < columns; column += L.Count)
        {
            var p = x + column;
            var count = columns - column;
            var a = goesOn ? Lanes.Load<L>(y + column, count) : neutral;
            for (var row = 0; row < rows; row++, p += stride) a = reducer.Combine(a, Lanes.Load<L>(p, count));
            Lanes.Store(a, y + column, count);
        }
    }
}
