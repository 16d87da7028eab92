using System.Buffers;
using System.Runtime.CompilerServices;
using Descent.Threading;

namespace Descent.Kernels;

/// <summary>What a reduction of columns goes over: values, or what they become with a value of their row or column.</summary>
internal interface IColumnSource
{
    /// <summary>A lane of one row.</summary>
    /// <param name="index">The place of its first element in the block.</param>
    /// <param name="row">The row, of all in the block.</param>
    /// <param name="column">The place of its first column among the results.</param>
    L Load<L>(nint index, nint row, nint column) where L : struct, ILane<L>;

    /// <summary>The first elements of a lane, at the end of a row.</summary>
    L LoadFirst<L>(nint index, nint row, nint column, int count) where L : struct, ILane<L>;
}

/// <summary>Reduces the middle of an (outer, length, inner) block: each column from the first row down, long columns in pieces of fixed length.</summary>
internal static unsafe class ColumnReduction
{
    private const int Columns = 1024;
    private const int Rows = 256;

    public static void Run<R>(float* x, int outer, int length, int inner, float* y, R reducer) where R : struct, IReducer =>
        Run(new ColumnValues(x), outer, length, inner, y, reducer);

    public static void Run<S, R>(S source, int outer, int length, int inner, float* y, R reducer) where S : struct, IColumnSource where R : struct, IReducer
    {
        var rows = Math.Max(Rows, Lanes.ChunkLength / inner);
        if (length <= rows)
        {
            Piecewise(source, outer, length, inner, y, reducer, rows);
            return;
        }

        // Each piece leaves a row of partial results; these are columns again, 256 times shorter at least.
        var pieces = (length - 1) / rows + 1;
        var partial = ArrayPool<float>.Shared.Rent(checked(outer * pieces * inner));
        fixed (float* p = partial)
        {
            Piecewise(source, outer, length, inner, p, reducer, rows);
            Run(p, outer, pieces, inner, y, reducer);
        }

        ArrayPool<float>.Shared.Return(partial);
    }

    // (outer, length, inner) → (outer, pieces, inner)
    private static void Piecewise<S, R>(S source, int outer, int length, int inner, float* y, R reducer, int rows)
        where S : struct, IColumnSource where R : struct, IReducer
    {
        var pieces = Math.Max(1, (length - 1) / rows + 1);
        var blocks = (inner - 1) / Columns + 1;
        var job = new BlockJob<S, R>(source, length, inner, y, reducer, rows, pieces, blocks);
        var jobs = outer * pieces * blocks;
        if ((long)outer * length * inner <= Lanes.ChunkLength)
            for (var i = 0; i < jobs; i++) job.Run(i);
        else
            Workers.Run(jobs, job);
    }

    private readonly struct BlockJob<S, R>(S source, int length, int inner, float* y, R reducer, int rows, int pieces, int blocks) : IParallelJob
        where S : struct, IColumnSource where R : struct, IReducer
    {
        public void Run(int chunk)
        {
            var (group, block) = (chunk / blocks, chunk % blocks);
            var (outer, piece) = (group / pieces, group % pieces);
            var (row, column) = (piece * rows, block * Columns);
            var top = (nint)outer * length + row;
            var destination = y + (long)group * inner + column;
            var (height, width) = (Math.Min(rows, length - row), Math.Min(Columns, inner - column));

            // A band of a few rows at a time, so that memory is read almost from front to back.
            var band = Math.Max(1, Lanes.ChunkLength / 2 / width);
            if (height == 0) new Span<float>(destination, width).Fill(reducer.Neutral);
            for (var done = 0; done < height; done += band)
            {
                var rectangle = new Band(top + done, Math.Min(band, height - done), inner, column, width, (nint)outer * inner);
                if (Lanes.Use512) Add<Lane512, S, R>(in source, in rectangle, destination, done > 0, reducer);
                else if (Lanes.Use256) Add<Lane256, S, R>(in source, in rectangle, destination, done > 0, reducer);
                else if (Lanes.Use128) Add<Lane128, S, R>(in source, in rectangle, destination, done > 0, reducer);
                else Add<ScalarLane, S, R>(in source, in rectangle, destination, done > 0, reducer);
            }
        }
    }

    // Some rows and columns of a block; a column's result stands at Result + its number.
    private readonly record struct Band(nint Top, int Height, int Inner, int Column, int Width, nint Result);

    // Four lanes of columns at a time stay in registers from top to bottom.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Add<L, S, R>(in S origin, in Band band, float* y, bool goesOn, R reducer)
        where L : struct, ILane<L> where S : struct, IColumnSource where R : struct, IReducer
    {
        var source = origin;
        var (top, height, stride, first, columns, result) = band;
        var neutral = L.Create(reducer.Neutral);
        var column = 0;
        for (; column <= columns - 4 * L.Count; column += 4 * L.Count)
        {
            var to = y + column;
            var at = result + first + column;
            var index = top * stride + first + column;
            L a = neutral, b = neutral, c = neutral, d = neutral;
            if (goesOn) (a, b, c, d) = (L.Load(to), L.Load(to + L.Count), L.Load(to + 2 * L.Count), L.Load(to + 3 * L.Count));
            for (var row = top; row < top + height; row++, index += stride)
            {
                a = reducer.Combine(a, source.Load<L>(index, row, at));
                b = reducer.Combine(b, source.Load<L>(index + L.Count, row, at + L.Count));
                c = reducer.Combine(c, source.Load<L>(index + 2 * L.Count, row, at + 2 * L.Count));
                d = reducer.Combine(d, source.Load<L>(index + 3 * L.Count, row, at + 3 * L.Count));
            }

            a.Store(to);
            b.Store(to + L.Count);
            c.Store(to + 2 * L.Count);
            d.Store(to + 3 * L.Count);
        }

        for (; column < columns; column += L.Count)
        {
            var count = columns - column;
            var at = result + first + column;
            var index = top * stride + first + column;
            var a = goesOn ? Lanes.Load<L>(y + column, count) : neutral;
            for (var row = top; row < top + height; row++, index += stride)
                a = reducer.Combine(a, count >= L.Count ? source.Load<L>(index, row, at) : source.LoadFirst<L>(index, row, at, count));
            Lanes.Store(a, y + column, count);
        }
    }
}

/// <summary>The values themselves.</summary>
internal readonly unsafe struct ColumnValues(float* x) : IColumnSource
{
    public L Load<L>(nint index, nint row, nint column) where L : struct, ILane<L> => L.Load(x + index);

    public L LoadFirst<L>(nint index, nint row, nint column, int count) where L : struct, ILane<L> => L.LoadFirst(x + index, count);
}

/// <summary>What a function makes of each value.</summary>
internal readonly unsafe struct MappedColumns<F>(float* x, F f) : IColumnSource where F : struct, IUnaryFunction
{
    public L Load<L>(nint index, nint row, nint column) where L : struct, ILane<L> => f.Apply(L.Load(x + index));

    public L LoadFirst<L>(nint index, nint row, nint column, int count) where L : struct, ILane<L> => f.Apply(L.LoadFirst(x + index, count));
}
