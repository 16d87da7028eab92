using Descent.Kernels;
using Descent.Memory;
using Descent.RandomNumbers;
using Descent.Threading;

namespace Descent;

public static partial class Ops
{
    /// <summary>
    /// Sets elements to zero at random and divides the others by the part that is kept, in one pass. What is dropped is a function of seed, stream and
    /// position, whatever the number of threads.
    /// </summary>
    internal static unsafe Tensor Dropout(Tensor x, float rate, ulong seed, uint stream)
    {
        var result = Tensor.New(x.Shape);
        Tensor factors;
        using (new StepMemory.Seclusion(true)) factors = Tensor.New(x.Shape);
        fixed (float* px = x.Floats, py = result.Floats, pf = factors.Floats)
            Workers.Run(Lanes.Chunks(x.Length), new DropoutJob(px, py, pf, x.Length, rate, seed, stream));

        // Drawing the numbers again for the gradient would take longer than keeping what became of them.
        return Record(result, x, static n => n.Gradient * (Tensor)n.State!, factors);
    }

    /// <summary>Normally distributed numbers, a function of seed, stream and position.</summary>
    internal static Tensor Normal(Shape shape, float mean, float deviation, ulong seed, uint stream)
    {
        var result = Tensor.New(shape);
        new Philox(seed, stream).Normal(result.Floats, mean, deviation);
        return result;
    }

    private readonly unsafe struct DropoutJob(float* x, float* y, float* factors, int length, float rate, ulong seed, uint stream) : IParallelJob
    {
        public void Run(int chunk)
        {
            // A word of 32 random bits below rate · 2^32 drops its element.
            var threshold = (ulong)((double)rate * 4294967296.0);
            var scale = rate < 1 ? 1f / (1f - rate) : 0f;
            var (start, count) = Lanes.Chunk(chunk, length);
            var f = factors + start;
            for (var i = 0; i < count; i += 4)
            {
                var (w0, w1, w2, w3) = ((uint)((start + i) / 4), 0u, 0u, stream);
                Philox.Rounds(ref w0, ref w1, ref w2, ref w3, (uint)seed, (uint)(seed >> 32));
                f[i] = w0 < threshold ? 0f : scale;
                if (i + 1 < count) f[i + 1] = w1 < threshold ? 0f : scale;
                if (i + 2 < count) f[i + 2] = w2 < threshold ? 0f : scale;
                if (i + 3 < count) f[i + 3] = w3 < threshold ? 0f : scale;
            }

            Elementwise.ZipRange(x + start, 1, f, 1, y + start, count, new MultiplyFunction());
        }
    }
}
