using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Descent.Threading;

namespace Descent.Kernels;

/// <summary>An associative combination with its neutral element, for reductions.</summary>
internal interface IReducer
{
    float Neutral { get; }

    L Combine<L>(L x, L y) where L : struct, ILane<L>;
}

/// <summary>
/// Reductions with a fixed tree: the order of the additions depends on the shape alone, never on the lane width or the
/// number of threads. Element i of a row goes to accumulator i mod 64; these are folded in halves at its end.
/// </summary>
internal static unsafe class Reduction
{
    private const int Accumulators = 64;

    /// <summary>Reduces the middle of an (outer, length, inner) block into (outer, inner).</summary>
    public static void Run<R>(float* x, int outer, int length, int inner, float* y, R reducer) where R : struct, IReducer
    {
        if (inner == 1) Run(new Values(x), outer, length, y, reducer);
        else if (inner > 0) ColumnReduction.Run(x, outer, length, inner, y, reducer);
    }

    /// <summary>Reduces each row of a (rows, length) block.</summary>
    public static void Run<S, R>(S source, int rows, int length, float* y, R reducer) where S : struct, IRowSource where R : struct, IReducer
    {
        if (rows == 1 && length > Lanes.ChunkLength) Long(source, length, y, reducer);
        else Rows(rows, length, new RowsJob<S, R>(source, length, y, reducer));
    }

    /// <summary>Works on each row of a (rows, length) block; many rows are spread over threads.</summary>
    public static void Rows<J>(int rows, int length, J job) where J : struct, IRangeJob
    {
        var step = Math.Max(1, Lanes.ChunkLength / Math.Max(1, length));
        if (rows <= step) job.Run(0, rows);
        else Workers.Run((rows - 1) / step + 1, new RangeJob<J>(job, step, rows));
    }

    private static void Long<S, R>(S source, int length, float* y, R reducer) where S : struct, IRowSource where R : struct, IReducer
    {
        var chunks = Lanes.Chunks(length);
        var partial = ArrayPool<float>.Shared.Rent(chunks);
        fixed (float* p = partial)
        {
            Workers.Run(chunks, new ChunkJob<S, R>(source, length, p, reducer));
            *y = Row(p, chunks, reducer);
        }

        ArrayPool<float>.Shared.Return(partial);
    }

    /// <summary>Reduces one contiguous run.</summary>
    public static float Row<R>(float* x, int length, R reducer) where R : struct, IReducer => Row(new Values(x), 0, length, reducer);

    /// <summary>The sum of the squares of one contiguous run, scaled first.</summary>
    public static float SumOfSquares(float* x, int length, float scale) => Row(new Mapped<Squared>(x, new Squared(scale)), 0, length, default(SumReducer));

    /// <summary>The same of a run that may be long, shared among threads.</summary>
    public static float SumOfSquaresInChunks(float* x, int length, float scale)
    {
        float sum;
        Run(new Mapped<Squared>(x, new Squared(scale)), 1, length, &sum, default(SumReducer));
        return sum;
    }

    private static float Row<S, R>(in S source, nint start, int length, R reducer) where S : struct, IRowSource where R : struct, IReducer =>
        Lanes.Use512 ? Row<Lane512, S, R>(in source, start, length, reducer)
        : Lanes.Use256 ? Row<Lane256, S, R>(in source, start, length, reducer)
        : Lanes.Use128 ? Row<Lane128, S, R>(in source, start, length, reducer)
        : Row<ScalarLane, S, R>(in source, start, length, reducer);

    /// <summary>Reduces a part of a source; by reference, as a copy of several words could not be read as soon as it is made.</summary>
    [SkipLocalsInit]
    public static float Row<L, S, R>(in S source, nint start, int length, R reducer)
        where L : struct, ILane<L> where S : struct, IRowSource where R : struct, IReducer
    {
        // From a whole cache line on: a lane across two of them could not be read as soon as it is written.
        var memory = stackalloc float[Accumulators + 15];
        var accumulators = (float*)(((nuint)memory + 63) & ~(nuint)63);
        var whole = length & -Accumulators;

        // A short row leaves the upper accumulators neutral: folding them in would change nothing.
        var used = whole > 0 ? Accumulators : Math.Max(L.Count, (int)BitOperations.RoundUpToPowerOf2((uint)length));
        if (whole > 0) Accumulate<L, S, R>(in source, start, whole, accumulators, reducer);
        else
            for (var j = 0; j < used; j += L.Count) L.Create(reducer.Neutral).Store(accumulators + j);
        if (whole < length) AccumulateRest<L, S, R>(in source, start + whole, length - whole, accumulators, reducer);

        for (var half = used / 2; half >= L.Count; half /= 2)
            for (var j = 0; j < half; j += L.Count)
                reducer.Combine(L.Load(accumulators + j), L.Load(accumulators + j + half)).Store(accumulators + j);
        return L.Load(accumulators).Fold(reducer);
    }

    // Four lanes at a time stay in registers; narrower lanes take the block of 64 in several passes.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Accumulate<L, S, R>(in S origin, nint start, int length, float* accumulators, R reducer)
        where L : struct, ILane<L> where S : struct, IRowSource where R : struct, IReducer
    {
        var source = origin;
        for (var offset = 0; offset < Accumulators; offset += 4 * L.Count)
        {
            L a = L.Create(reducer.Neutral), b = a, c = a, d = a;
            var end = start + length;
            for (var i = start + offset; i < end; i += Accumulators)
            {
                a = reducer.Combine(a, source.Load<L>(i));
                b = reducer.Combine(b, source.Load<L>(i + L.Count));
                c = reducer.Combine(c, source.Load<L>(i + 2 * L.Count));
                d = reducer.Combine(d, source.Load<L>(i + 3 * L.Count));
            }

            a.Store(accumulators + offset);
            b.Store(accumulators + offset + L.Count);
            c.Store(accumulators + offset + 2 * L.Count);
            d.Store(accumulators + offset + 3 * L.Count);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AccumulateRest<L, S, R>(in S origin, nint start, int length, float* accumulators, R reducer)
        where L : struct, ILane<L> where S : struct, IRowSource where R : struct, IReducer
    {
        var source = origin;
        for (var j = 0; j < length; j += L.Count)
        {
            var count = length - j;
            var lane = count >= L.Count
                ? source.Load<L>(start + j)
                : L.Select(Lanes.First<L>(count), source.LoadFirst<L>(start + j, count), L.Create(reducer.Neutral));
            reducer.Combine(L.Load(accumulators + j), lane).Store(accumulators + j);
        }
    }

    private readonly struct Squared(float scale) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L>
        {
            x *= L.Create(scale);
            return x * x;
        }
    }

    private readonly struct RowsJob<S, R>(S source, int length, float* y, R reducer) : IRangeJob where S : struct, IRowSource where R : struct, IReducer
    {
        public void Run(int start, int end)
        {
            for (var row = start; row < end; row++) y[row] = Row(source, (nint)row * length, length, reducer);
        }
    }

    private readonly struct ChunkJob<S, R>(S source, int length, float* partial, R reducer) : IParallelJob where S : struct, IRowSource where R : struct, IReducer
    {
        public void Run(int chunk)
        {
            var (start, count) = Lanes.Chunk(chunk, length);
            partial[chunk] = Row(source, start, count, reducer);
        }
    }
}

internal readonly struct SumReducer : IReducer
{
    public float Neutral => 0f;

    public L Combine<L>(L x, L y) where L : struct, ILane<L> => x + y;
}

internal readonly struct MaxReducer : IReducer
{
    public float Neutral => float.NegativeInfinity;

    public L Combine<L>(L x, L y) where L : struct, ILane<L> => L.Max(x, y);
}

internal readonly struct MinReducer : IReducer
{
    public float Neutral => float.PositiveInfinity;

    public L Combine<L>(L x, L y) where L : struct, ILane<L> => L.Min(x, y);
}
