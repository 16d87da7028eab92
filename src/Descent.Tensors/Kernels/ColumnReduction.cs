using System.Runtime.CompilerServices;
using Descent.Threading;

namespace Descent.Kernels;

/// <summary>Reduces the middle of an (outer, length, inner) block: each column from the first row down, long columns in pieces of fixed length.</summary>
internal static unsafe class ColumnReduction
{
    private const int Columns = 1024;
    private const int Rows = 64;

    public static void Run<R>(float* x, int outer, int length, int inner, float* y, R reducer) where R : struct, IReducer
    {
        var rows = Math.Max(Rows, Lanes.ChunkLength / inner);
        if (length <= rows)
        {
            Piecewise(x, outer, length, inner, y, reducer, rows);
            return;
        }

        // Each piece leaves a row of partial results; these are columns again, 64 times shorter at least.
        var pieces = (length - 1) / rows + 1;
        var partial = new float[checked(outer * pieces * inner)];
        fixed (float* p = partial)
        {
            Piecewise(x, outer, length, inner, p, reducer, rows);
            Run(p, outer, pieces, inner, y, reducer);
        }
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
            if (Lanes.Use512) Block<Lane512, R>(source, height, inner, width, destination, reducer);
            else if (Lanes.Use256) Block<Lane256, R>(source, height, inner, width, destination, reducer);
            else if (Lanes.Use128) Block<Lane128, R>(source, height, inner, width, destination, reducer);
            else Block<ScalarLane, R>(source, height, inner, width, destination, reducer);
        }
    }

    // Four lanes of columns at a time stay in registers from top to bottom.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Block<L, R>(float* x, int rows, int stride, int columns, float* y, R reducer) where L : struct, ILane<L> where R : struct, IReducer
    {
        var neutral = L.Create(reducer.Neutral);
        var column = 0;
        for (; column <= columns - 4 * L.Count; column += 4 * L.Count)
        {
            L a = neutral, b = neutral, c = neutral, d = neutral;
            var p = x + column;
            for (var row = 0; row < rows; row++, p += stride)
            {
                a = reducer.Combine(a, L.Load(p));
                b = reducer.Combine(b, L.Load(p + L.Count));
                c = reducer.Combine(c, L.Load(p + 2 * L.Count));
                d = reducer.Combine(d, L.Load(p + 3 * L.Count));
            }

            a.Store(y + column);
            b.Store(y + column + L.Count);
            c.Store(y + column + 2 * L.Count);
            d.Store(y + column + 3 * L.Count);
        }

        for (; column <= columns - L.Count; column += L.Count)
        {
            var a = neutral;
            var p = x + column;
            for (var row = 0; row < rows; row++, p += stride) a = reducer.Combine(a, L.Load(p));
            a.Store(y + column);
        }

        if (column < columns)
        {
            var a = neutral;
            var p = x + column;
            var count = columns - column;
            for (var row = 0; row < rows; row++, p += stride) a = reducer.Combine(a, L.LoadFirst(p, count));
            a.StoreFirst(y + column, count);
        }
    }
}
