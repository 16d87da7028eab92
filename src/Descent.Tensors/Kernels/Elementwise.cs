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

/// <summary>Runs elementwise functions over memory: widest lanes first, narrower ones for the rest, threads for large inputs.</summary>
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
        var i = 0;
        if (Lanes.Use512) i = MapLanes<Lane512, F>(x, y, i, length, f);
        if (Lanes.Use256) i = MapLanes<Lane256, F>(x, y, i, length, f);
        if (Lanes.Use128) i = MapLanes<Lane128, F>(x, y, i, length, f);
        MapLanes<ScalarLane, F>(x, y, i, length, f);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int MapLanes<L, F>(float* x, float* y, int i, int length, F f)
        where L : struct, ILane<L> where F : struct, IUnaryFunction
    {
        for (; i <= length - L.Count; i += L.Count) f.Apply(L.Load(x + i)).Store(y + i);
        return i;
    }

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
        var i = 0;
        if (Lanes.Use512) i = ZipLanes<Lane512, F>(x, xStep, y, yStep, z, i, length, f);
        if (Lanes.Use256) i = ZipLanes<Lane256, F>(x, xStep, y, yStep, z, i, length, f);
        if (Lanes.Use128) i = ZipLanes<Lane128, F>(x, xStep, y, yStep, z, i, length, f);
        ZipLanes<ScalarLane, F>(x, xStep, y, yStep, z, i, length, f);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ZipLanes<L, F>(float* x, int xStep, float* y, int yStep, float* z, int i, int length, F f)
        where L : struct, ILane<L> where F : struct, IBinaryFunction
    {
        if (i > length - L.Count) return i;
        if (xStep == 1 && yStep == 1)
        {
            for (; i <= length - L.Count; i += L.Count) f.Apply(L.Load(x + i), L.Load(y + i)).Store(z + i);
        }
        else if (xStep == 1)
        {
            var right = L.Create(*y);
            for (; i <= length - L.Count; i += L.Count) f.Apply(L.Load(x + i), right).Store(z + i);
        }
        else if (yStep == 1)
        {
            var left = L.Create(*x);
            for (; i <= length - L.Count; i += L.Count) f.Apply(left, L.Load(y + i)).Store(z + i);
        }
        else
        {
            var both = f.Apply(L.Create(*x), L.Create(*y));
            for (; i <= length - L.Count; i += L.Count) both.Store(z + i);
        }

        return i;
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
