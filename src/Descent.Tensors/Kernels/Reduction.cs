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
/// number of threads. A row runs over 64 accumulators, which are folded in halves at its end.
/// </summary>
internal static unsafe class Reduction
{
    private const int Accumulators = 64;

    /// <summary>Reduces the middle of an (outer, length, inner) block into (outer, inner).</summary>
    public static void Run<R>(float* x, int outer, int length, int inner, float* y, R reducer) where R : struct, IReducer
    {
        if (inner == 1)
        {
            if (outer == 1 && length > Lanes.ChunkLength) Long(x, length, y, reducer);
            else Rows(outer, length, new RowsJob<R>(x, length, y, reducer));
            return;
        }

        if (inner == 0) return;
        var columns = Math.Min(inner, 1024);
        var blocks = (inner - 1) / columns + 1;
        var job = new ColumnsJob<R>(x, length, inner, y, columns, blocks, reducer);
        if ((long)outer * length * inner <= Lanes.ChunkLength)
            for (var i = 0; i < outer * blocks; i++) job.Run(i);
        else
            Workers.Run(outer * blocks, job);
    }

    /// <summary>Works on each row of a (rows, length) block; many rows are spread over threads.</summary>
    public static void Rows<J>(int rows, int length, J job) where J : struct, IRangeJob
    {
        var step = Math.Max(1, Lanes.ChunkLength / Math.Max(1, length));
        if (rows <= step) job.Run(0, rows);
        else Workers.Run((rows - 1) / step + 1, new RangeJob<J>(job, step, rows));
    }

    private static void Long<R>(float* x, int length, float* y, R reducer) where R : struct, IReducer
    {
        var chunks = Lanes.Chunks(length);
        var partial = new float[chunks];
        fixed (float* p = partial)
        {
            Workers.Run(chunks, new ChunkJob<R>(x, length, p, reducer));
            *y = Row(p, chunks, reducer);
        }
    }

    /// <summary>Reduces one contiguous run.</summary>
    public static float Row<R>(float* x, int length, R reducer) where R : struct, IReducer => Row(x, length, reducer, default(Unchanged));

    /// <summary>The sum of the squares of one contiguous run, scaled first.</summary>
    public static float SumOfSquares(float* x, int length, float scale) => Row(x, length, default(SumReducer), new Squared(scale));

    /// <summary>Reduces what a function makes of one contiguous run.</summary>
    public static float Row<R, F>(float* x, int length, R reducer, F map) where R : struct, IReducer where F : struct, IUnaryFunction
    {
        var result = new ScalarLane(reducer.Neutral);
        var i = 0;
        if (length >= Accumulators)
        {
            var accumulators = stackalloc float[Accumulators];
            if (Lanes.Use512) Accumulate<Lane512, R, F>(x, length, accumulators, reducer, map);
            else if (Lanes.Use256) Accumulate<Lane256, R, F>(x, length, accumulators, reducer, map);
            else if (Lanes.Use128) Accumulate<Lane128, R, F>(x, length, accumulators, reducer, map);
            else Accumulate<ScalarLane, R, F>(x, length, accumulators, reducer, map);
            for (var half = Accumulators / 2; half > 0; half /= 2)
                for (var j = 0; j < half; j++)
                    reducer.Combine(ScalarLane.Load(accumulators + j), ScalarLane.Load(accumulators + j + half)).Store(accumulators + j);
            result = ScalarLane.Load(accumulators);
            i = length / Accumulators * Accumulators;
        }

        for (; i < length; i++) result = reducer.Combine(result, map.Apply(ScalarLane.Load(x + i)));
        float value;
        result.Store(&value);
        return value;
    }

    // Four lanes at a time stay in registers; narrower lanes take the block of 64 in several passes.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Accumulate<L, R, F>(float* x, int length, float* accumulators, R reducer, F map)
        where L : struct, ILane<L> where R : struct, IReducer where F : struct, IUnaryFunction
    {
        for (var offset = 0; offset < Accumulators; offset += 4 * L.Count)
        {
            var p = x + offset;
            var a = map.Apply(L.Load(p));
            var b = map.Apply(L.Load(p + L.Count));
            var c = map.Apply(L.Load(p + 2 * L.Count));
            var d = map.Apply(L.Load(p + 3 * L.Count));
            for (var i = Accumulators; i <= length - Accumulators; i += Accumulators)
            {
                p += Accumulators;
                a = reducer.Combine(a, map.Apply(L.Load(p)));
                b = reducer.Combine(b, map.Apply(L.Load(p + L.Count)));
                c = reducer.Combine(c, map.Apply(L.Load(p + 2 * L.Count)));
                d = reducer.Combine(d, map.Apply(L.Load(p + 3 * L.Count)));
            }

            a.Store(accumulators + offset);
            b.Store(accumulators + offset + L.Count);
            c.Store(accumulators + offset + 2 * L.Count);
            d.Store(accumulators + offset + 3 * L.Count);
        }
    }

    private readonly struct Unchanged : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x;
    }

    private readonly struct Squared(float scale) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L>
        {
            x *= L.Create(scale);
            return x * x;
        }
    }

    private readonly struct ColumnFunction<R>(R reducer) : IBinaryFunction where R : struct, IReducer
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => reducer.Combine(x, y);
    }

    private readonly struct RowsJob<R>(float* x, int length, float* y, R reducer) : IRangeJob where R : struct, IReducer
    {
        public void Run(int start, int end)
        {
            for (var row = start; row < end; row++) y[row] = Row(x + (long)row * length, length, reducer);
        }
    }

    private readonly struct ChunkJob<R>(float* x, int length, float* partial, R reducer) : IParallelJob where R : struct, IReducer
    {
        public void Run(int chunk)
        {
            var (start, count) = Lanes.Chunk(chunk, length);
            partial[chunk] = Row(x + start, count, reducer);
        }
    }

    private readonly struct ColumnsJob<R>(float* x, int length, int inner, float* y, int columns, int blocks, R reducer) : IParallelJob
        where R : struct, IReducer
    {
        public void Run(int chunk)
        {
            var (outer, block) = (chunk / blocks, chunk % blocks);
            var start = block * columns;
            var count = Math.Min(columns, inner - start);
            var destination = y + (long)outer * inner + start;
            new Span<float>(destination, count).Fill(reducer.Neutral);
            var source = x + (long)outer * length * inner + start;
            for (var i = 0; i < length; i++)
                Elementwise.ZipRange(destination, 1, source + (long)i * inner, 1, destination, count, new ColumnFunction<R>(reducer));
        }
    }
}

/// <summary>Work over a range of rows.</summary>
internal interface IRangeJob
{
    void Run(int start, int end);
}

internal readonly struct RangeJob<J>(J job, int step, int end) : IParallelJob where J : struct, IRangeJob
{
    public void Run(int chunk)
    {
        var start = chunk * step;
        job.Run(start, start + Math.Min(step, end - start));
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
