using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Descent.Kernels;
using Descent.Threading;

namespace Descent.Benchmarks;

/// <summary>Passes that do nothing but move bytes, on all threads: what an operation takes at the least.</summary>
internal sealed class BarePass(int size)
{
    private readonly Tensor _x = Tensor.Ones([size]);
    private readonly Tensor _y = Tensor.Ones([size]);
    private readonly Tensor _z = Tensor.Ones([size]);

    /// <summary>Reads an array, or two of them.</summary>
    public BarePass Read(int arrays = 1) => Run(arrays, writes: false);

    /// <summary>Reads one array and writes one.</summary>
    public BarePass Copy() => Run(1, writes: true);

    /// <summary>Reads two arrays and writes one.</summary>
    public BarePass Add() => Run(2, writes: true);

    private unsafe BarePass Run(int reads, bool writes)
    {
        fixed (float* x = _x.Floats, y = _y.Floats, z = _z.Floats)
            Workers.Run(Lanes.Chunks(size), new Pass(x, reads > 1 ? y : null, z, writes, size));
        return this;
    }

    private readonly unsafe struct Pass(float* x, float* y, float* z, bool writes, int length) : IParallelJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk)
        {
            var (start, count) = Lanes.Chunk(chunk, length);
            var end = start + count / 32 * 32; // what is left over is not worth a loop
            Vector512<float> a = default, b = default;
            if (writes && y != null)
            {
                for (var i = start; i < end; i += 16) (Vector512.Load(x + i) + Vector512.Load(y + i)).Store(z + i);
            }
            else if (writes)
            {
                for (var i = start; i < end; i += 16) Vector512.Load(x + i).Store(z + i);
            }
            else
            {
                for (var i = start; i < end; i += 32)
                {
                    a += Vector512.Load(x + i);
                    b += Vector512.Load(x + i + 16);
                    if (y == null) continue;
                    a += Vector512.Load(y + i);
                    b += Vector512.Load(y + i + 16);
                }

                (a + b).Store(z + start); // or nothing would have to be read
            }
        }
    }
}
