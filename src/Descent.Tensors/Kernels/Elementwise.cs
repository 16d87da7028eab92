using System.Runtime.CompilerServices;
using Descent.Threading;

namespace Descent.Kernels;

/// <summary>y = f(x), written once over lanes.</summary>
internal interface IUnaryFunction
{
    L Apply<L>(L x) where L : struct, ILane<L>;
}

/// <summary>z = f(x, y), written once over lanes.</summary>
internal interface IBinaryFunction
{
    L Apply<L>(L x, L y) where L : struct, ILane<L>;
}

/// <summary>Runs elementwise functions over memory: on the widest lanes, with threads for large inputs.</summary>
internal static unsafe class Elementwise
{
    public static void Map<F>(float* x, float* y, int length, F f) where F : struct, IUnaryFunction
    {
        if (length <= Lanes.ChunkLength)
            MapRange(x, y, length, f);
        else
            Workers.Run(Lanes.Chunks(length), new MapJob<F>(x, y, length, f));
    }

    public static void MapRange<F>(float* x, float* y, int length, F f) where F : struct, IUnaryFunction
    {
        if (Lanes.Use512) MapRange<Lane512, F>(x, y, length, f);
        else if (Lanes.Use256) MapRange<Lane256, F>(x, y, length, f);
        else if (Lanes.Use128) MapRange<Lane128, F>(x, y, length, f);
        else MapRange<ScalarLane, F>(x, y, length, f);
    }

    public static void MapRange<L, F>(float* x, float* y, int length, F f) where L : struct, ILane<L> where F : struct, IUnaryFunction
    {
        var whole = length & -L.Count;
        if (whole > 0) MapLanes<L, F>(x, y, whole, f);
        if (whole < length) MapRest<L, F>(x + whole, y + whole, length - whole, f);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MapLanes<L, F>(float* x, float* y, int length, F f) where L : struct, ILane<L> where F : struct, IUnaryFunction
    {
        for (var i = 0; i < length; i += L.Count) f.Apply(L.Load(x + i)).Store(y + i);
    }

    // A method of its own: a second copy of a long function in one method could use up the compiler's budget for inlining.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MapRest<L, F>(float* x, float* y, int count, F f) where L : struct, ILane<L> where F : struct, IUnaryFunction =>
        f.Apply(L.LoadFirst(x, count)).StoreFirst(y, count);

    /// <summary>
    /// z[i] = f(x[i · xStep], y[i · yStep]) with steps of 0 (one value for all) or 1.
    /// </summary>
    public static void Zip<F>(float* x, int xStep, float* y, int yStep, float* z, int length, F f) where F : struct, IBinaryFunction
    {
        if (length <= Lanes.ChunkLength)
            ZipRange(x, xStep, y, yStep, z, length, f);
        else
            Workers.Run(Lanes.Chunks(length), new ZipJob<F>(x, xStep, y, yStep, z, length, f));
    }

    public static void ZipRange<F>(float* x, int xStep, float* y, int yStep, float* z, int length, F f) where F : struct, IBinaryFunction
    {
        if (Lanes.Use512) ZipRange<Lane512, F>(x, xStep, y, yStep, z, length, f);
        else if (Lanes.Use256) ZipRange<Lane256, F>(x, xStep, y, yStep, z, length, f);
        else if (Lanes.Use128) ZipRange<Lane128, F>(x, xStep, y, yStep, z, length, f);
        else ZipRange<ScalarLane, F>(x, xStep, y, yStep, z, length, f);
    }

    public static void ZipRange<L, F>(float* x, int xStep, float* y, int yStep, float* z, int length, F f)
        where L : struct, ILane<L> where F : struct, IBinaryFunction
    {
        var whole = length & -L.Count;
        if (whole > 0) ZipLanes<L, F>(x, xStep, y, yStep, z, whole, f);
        if (whole < length) ZipRest<L, F>(x + whole * xStep, xStep, y + whole * yStep, yStep, z + whole, length - whole, f);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ZipLanes<L, F>(float* x, int xStep, float* y, int yStep, float* z, int length, F f)
        where L : struct, ILane<L> where F : struct, IBinaryFunction
    {
        if (xStep == 1 && yStep == 1)
        {
            for (var i = 0; i < length; i += L.Count) f.Apply(L.Load(x + i), L.Load(y + i)).Store(z + i);
        }
        else if (xStep == 1)
        {
            var right = L.Create(*y);
            for (var i = 0; i < length; i += L.Count) f.Apply(L.Load(x + i), right).Store(z + i);
        }
        else if (yStep == 1)
        {
            var left = L.Create(*x);
            for (var i = 0; i < length; i += L.Count) f.Apply(left, L.Load(y + i)).Store(z + i);
        }
        else
        {
            var both = f.Apply(L.Create(*x), L.Create(*y));
            for (var i = 0; i < length; i += L.Count) both.Store(z + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ZipRest<L, F>(float* x, int xStep, float* y, int yStep, float* z, int count, F f)
        where L : struct, ILane<L> where F : struct, IBinaryFunction
    {
        var left = xStep == 1 ? L.LoadFirst(x, count) : L.Create(*x);
        var right = yStep == 1 ? L.LoadFirst(y, count) : L.Create(*y);
        f.Apply(left, right).StoreFirst(z, count);
    }

    private readonly struct MapJob<F>(float* x, float* y, int length, F f) : IParallelJob where F : struct, IUnaryFunction
    {
        public void Run(int chunk)
        {
            var (start, count) = Lanes.Chunk(chunk, length);
            MapRange(x + start, y + start, count, f);
        }
    }

    private readonly struct ZipJob<F>(float* x, int xStep, float* y, int yStep, float* z, int length, F f) : IParallelJob
        where F : struct, IBinaryFunction
    {
        public void Run(int chunk)
        {
            var (start, count) = Lanes.Chunk(chunk, length);
            ZipRange(x + (long)start * xStep, xStep, y + (long)start * yStep, yStep, z + start, count, f);
        }
    }
}
