using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Descent.Memory;
using Descent.Optimizers;
using Descent.Threading;

namespace Descent.Cli.Measuring;

/// <summary>
/// A bare pass: a loop that does almost nothing but read and write memory. It reads a gradient and some arrays and writes those, as an optimizer must.
/// Arrays lie on cache lines, and threads take shares in chunks as those of an optimizer's step do: whatever is left between the two is arithmetic.
/// </summary>
internal sealed unsafe class MemoryPass
{
    /// <summary>The most arrays besides the gradient.</summary>
    public const int MostArrays = 4;

    private readonly int _length, _count, _chunk;
    private readonly (float[] Array, int Offset)[] _memory; // the gradient first

    /// <summary>Takes the memory.</summary>
    /// <param name="length">The elements of an array.</param>
    /// <param name="arrays">The arrays besides the gradient that a pass may use, from 1 to <see cref="MostArrays"/>.</param>
    public MemoryPass(int length, int arrays)
    {
        _length = length;
        _chunk = SweepCut.ChunkLength(length);
        _count = (length + _chunk - 1) / _chunk;
        _memory = [.. Enumerable.Range(0, 1 + arrays).Select(_ => AlignedMemory.Allocate(AlignedMemory.RoundUp(length)))];
        foreach (var (array, _) in _memory) array.AsSpan().Fill(1);
    }

    /// <summary>The values of the gradient, at 0, or of an array. All are 1 at first.</summary>
    public ReadOnlySpan<float> this[int index] => _memory[index].Array.AsSpan(_memory[index].Offset, _length);

    /// <summary>The bytes that a pass reads and writes.</summary>
    public long Bytes(int arrays) => sizeof(float) * (1L + 2 * arrays) * _length;

    /// <summary>One pass on all threads: each array becomes half of itself and the gradient.</summary>
    /// <param name="arrays">How many arrays it reads and writes.</param>
    public void Run(int arrays) => Workers.Run(_count, new Job(this, arrays), inShares: true);

    /// <summary>The same pass on the caller's thread.</summary>
    public void RunAlone(int arrays)
    {
        var job = new Job(this, arrays);
        for (var chunk = 0; chunk < _count; chunk++) job.Run(chunk);
    }

    // The arrays never move.
    private float* First(int index) => (float*)Unsafe.AsPointer(ref _memory[index].Array[_memory[index].Offset]);

    private readonly struct Job(MemoryPass pass, int arrays) : IParallelJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)] // as the step it stands beside
        public void Run(int chunk)
        {
            // Locals: the loop must not read them again after each store.
            float* g = pass.First(0), a = pass.First(1), b = pass.First(Math.Min(2, arrays)), c = pass.First(Math.Min(3, arrays)), d = pass.First(Math.Min(4, arrays));
            var (more, start) = (arrays, chunk * pass._chunk);
            var end = Math.Min(pass._length, start + pass._chunk);
            // The last vector may end behind the arrays, on their last cache line.
            for (var i = start; i < end; i += Vector512<float>.Count)
            {
                // Where vectors are narrower, the runtime takes several for one of these.
                var gradient = Vector512.Load(g + i);
                Step(a + i, gradient);
                if (more > 1) Step(b + i, gradient);
                if (more > 2) Step(c + i, gradient);
                if (more > 3) Step(d + i, gradient);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Step(float* array, Vector512<float> gradient) => (Vector512.Load(array) * 0.5f + gradient).Store(array);
    }
}
