using Descent.Kernels;
using Descent.RandomNumbers;
using Descent.Threading;

namespace Descent;

public static partial class Ops
{
    /// <summary>
    /// Sets elements to zero at random and divides the others by the part that is kept, in one pass. What is dropped is a function of seed, stream and
    /// position, so the gradient is the same operation on the gradient that arrives.
    /// </summary>
    internal static Tensor Dropout(Tensor x, float rate, ulong seed, uint stream) =>
        Record(Drop(x, rate, seed, stream), x, static n =>
        {
            var (rate, seed, stream) = ((float, ulong, uint))n.State!;
            return Dropout(n.Gradient, rate, seed, stream);
        }, (rate, seed, stream));

    private static unsafe Tensor Drop(Tensor x, float rate, ulong seed, uint stream)
    {
        var result = Tensor.New(x.Shape);
        fixed (float* px = x.Floats, py = result.Floats)
            Workers.Run((x.Length + Lanes.ChunkLength - 1) / Lanes.ChunkLength, new DropoutJob(px, py, x.Length, rate, seed, stream));
        return result;
    }

    private readonly unsafe struct DropoutJob(float* x, float* y, int length, float rate, ulong seed, uint stream) : IParallelJob
    {
        public void Run(int chunk)
        {
            // A word of 32 random bits below rate · 2^32 drops its element.
            var threshold = (ulong)((double)rate * 4294967296.0);
            var scale = rate < 1 ? 1f / (1f - rate) : 0f;
            var end = Math.Min(length, (chunk + 1) * Lanes.ChunkLength);
            for (var i = chunk * Lanes.ChunkLength; i < end; i += 4)
            {
                var words = Philox.Block(new Philox.Words((uint)(i / 4), 0, 0, stream), (uint)seed, (uint)(seed >> 32));
                for (var j = 0; j < Math.Min(4, end - i); j++) y[i + j] = words[j] < threshold ? 0f : x[i + j] * scale;
            }
        }
    }
}
