using Descent.Kernels;
using Descent.Memory;
using Descent.RandomNumbers;
using Descent.Threading;

namespace Descent;

public static partial class Ops
{
    /// <summary>
    /// Sets elements to zero at random and divides the others by the part that is kept, in one pass. What is dropped is a function of the generator
    /// and the position, whatever the number of threads.
    /// </summary>
    internal static Tensor Dropout(Tensor x, float rate, Philox generator) => Dropout(x, rate, generator, BatchShard.Current?.FirstElement(x.Length) ?? 0);

    // From a position on: a shard of a batch has the numbers that stand at its place in the whole batch.
    private static unsafe Tensor Dropout(Tensor x, float rate, Philox generator, long first)
    {
        var result = Tensor.New(x.Shape);
        Tensor factors;
        using (new StepMemory.Seclusion(true)) factors = Tensor.New(x.Shape);
        fixed (float* px = x.Floats, py = result.Floats, pf = factors.Floats)
            Workers.Run(Lanes.Chunks(x.Length), new DropoutJob(px, py, pf, x.Length, rate, generator, first));

        // Drawing the numbers again for the gradient would take longer than keeping what became of them.
        return Record(result, x, static n => n.Gradient * (Tensor)n.State!, factors);
    }

    /// <summary>The same where elements may share their fate: all along an axis where the noise has size 1; null: the shape of x.</summary>
    internal static Tensor Dropout(Tensor x, Shape? noiseShape, float rate, Philox generator) =>
        noiseShape is null || noiseShape == x.Shape ? Dropout(x, rate, generator)
        : noiseShape[0] == x.Shape[0] ? x * Dropout(Tensor.Ones(noiseShape), rate, generator)
        : x * Dropout(Tensor.Ones(noiseShape), rate, generator, first: 0); // rows share their fate

    /// <summary>Normally distributed numbers, a function of the generator and the position.</summary>
    internal static Tensor Normal(Shape shape, float mean, float deviation, Philox generator)
    {
        var result = Tensor.New(shape);
        generator.Normal(result.Floats, mean, deviation);
        return result;
    }

    private readonly unsafe struct DropoutJob(float* x, float* y, float* factors, int length, float rate, Philox generator, long first) : IParallelJob
    {
        public void Run(int chunk)
        {
            var threshold = Philox.Threshold(rate); // a word below it drops its element
            var scale = rate < 1 ? 1f / (1f - rate) : 0f;
            var (start, count) = Lanes.Chunk(chunk, length);
            var f = factors + start;
            for (var i = -(int)(first % 4); i < count; i += 4)
            {
                generator.Block((uint)((first + start + i) / 4), out var w0, out var w1, out var w2, out var w3);
                if (i >= 0) f[i] = w0 < threshold ? 0f : scale;
                if ((uint)(i + 1) < (uint)count) f[i + 1] = w1 < threshold ? 0f : scale;
                if ((uint)(i + 2) < (uint)count) f[i + 2] = w2 < threshold ? 0f : scale;
                if ((uint)(i + 3) < (uint)count) f[i + 3] = w3 < threshold ? 0f : scale;
            }

            Elementwise.ZipRange(x + start, 1, f, 1, y + start, count, new MultiplyFunction());
        }
    }
}
