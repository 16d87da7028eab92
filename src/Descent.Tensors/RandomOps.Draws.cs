using System.Globalization;
using Descent.Kernels;
using Descent.Memory;
using Descent.RandomNumbers;
using Descent.Threading;

namespace Descent;

public static partial class RandomOps
{
    /// <summary>The number at a position.</summary>
    private interface IDraw<T>
    {
        T At(int position);
    }

    /// <summary>The number at a position of a distribution with two parameters.</summary>
    private interface IDraw
    {
        float At(float first, float second, int position);
    }

    private static Philox Draw(SeedGenerator? seed) => seed?.Next() ?? new Philox(RandomSeed.Next());

    // For distributions whose numbers do not follow the place in the whole batch: each shard has numbers of its own.
    private static Philox DrawApart(SeedGenerator? seed)
    {
        var generator = Draw(seed);
        return BatchShard.Current is { FirstRow: > 0 and var row } ? new Philox(generator.Bits((ulong)row)) : generator;
    }

    private static unsafe void Fill<T, D>(Span<T> destination, D draw)
        where T : unmanaged
        where D : struct, IDraw<T>
    {
        fixed (T* start = destination)
            Workers.Run(Lanes.Chunks(destination.Length), new FillJob<T, D>(start, destination.Length, draw));
    }

    private static unsafe Tensor Fill<D>(Shape shape, Tensor first, Tensor second, D draw) where D : struct, IDraw
    {
        var result = Tensor.New(shape);
        using var _ = new StepMemory.Seclusion(true);
        fixed (float* pa = Ops.BroadcastTo(first, shape).Floats, pb = Ops.BroadcastTo(second, shape).Floats)
            Fill(result.Floats, new PairDraw<D>(pa, pb, draw));
        return result;
    }

    private static void CheckEach(Tensor values, Func<float, bool> isGood, string name, string range)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        foreach (var value in values.AsSpan())
            if (!isGood(value)) throw OutOfRange(name, range, value);
    }

    private static bool IsPositive(float value) => value > 0 && float.IsFinite(value);

    private static double NotNegative(double value, string name) => value >= 0 && double.IsFinite(value) ? value : throw OutOfRange(name, "zero or more, and finite", value);

    private static ArgumentOutOfRangeException OutOfRange(string name, string range, double value) =>
        new(name, $"{name} must be {range}. Received: {value.ToString(CultureInfo.InvariantCulture)}.");

    private readonly struct IntegerDraw(Philox generator, int minval, uint count) : IDraw<int>
    {
        public int At(int position) => (int)(minval + (long)generator.Below(count, (ulong)position));
    }

    private readonly unsafe struct ClassDraw(Philox generator, float* probabilities, int classes, int numSamples) : IDraw<int>
    {
        public int At(int position)
        {
            var p = probabilities + (long)(position / numSamples) * classes;
            var left = generator.Unit32((ulong)position);
            var last = 0; // what rounding leaves of the sum falls to the last class that can be drawn
            for (var i = 0; i < classes; i++)
            {
                if (!(p[i] > 0)) continue;
                last = i;
                left -= p[i];
                if (left < 0) break;
            }

            return last;
        }
    }

    private readonly struct GammaDraw(Philox generator, float alpha) : IDraw<float>
    {
        public float At(int position) => generator.Gamma(alpha, (ulong)position);
    }

    private readonly struct BetaDraw(Philox generator) : IDraw
    {
        public float At(float first, float second, int position) => generator.Beta(first, second, (ulong)position);
    }

    private readonly struct BinomialDraw(Philox generator) : IDraw
    {
        public float At(float first, float second, int position) => generator.Binomial((uint)first, second, (ulong)position);
    }

    private readonly unsafe struct PairDraw<D>(float* first, float* second, D draw) : IDraw<float> where D : struct, IDraw
    {
        public float At(int position) => draw.At(first[position], second[position], position);
    }

    private readonly unsafe struct FillJob<T, D>(T* destination, int length, D draw) : IParallelJob
        where T : unmanaged
        where D : struct, IDraw<T>
    {
        public void Run(int chunk)
        {
            var (start, count) = Lanes.Chunk(chunk, length);
            for (var i = start; i < start + count; i++) destination[i] = draw.At(i);
        }
    }
}
