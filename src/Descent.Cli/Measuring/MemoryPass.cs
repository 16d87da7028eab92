using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Descent.Cli.Measuring;

/// <summary>
/// A bare pass: a loop that does almost nothing but read and write memory. It reads a gradient and some arrays and writes those, as an optimizer must.
/// No step of an optimizer with as many arrays can be faster.
/// </summary>
internal sealed class MemoryPass
{
    /// <summary>The most arrays besides the gradient.</summary>
    public const int MostArrays = 4;

    private const int Alignment = 64; // bytes of a cache line

    private readonly int _length;
    private readonly Memory<float>[] _memory; // the gradient first

    /// <summary>Takes the memory.</summary>
    /// <param name="length">The elements of an array.</param>
    /// <param name="arrays">The arrays besides the gradient that a pass may use, from 1 to <see cref="MostArrays"/>.</param>
    public MemoryPass(int length, int arrays)
    {
        _length = length;
        _memory = [.. Enumerable.Range(0, 1 + arrays).Select(_ => Allocate(Vectors * Vector512<float>.Count))];
    }

    private int Vectors => (_length + Vector512<float>.Count - 1) / Vector512<float>.Count;

    /// <summary>The values of the gradient, at 0, or of an array. All are 1 at first.</summary>
    public ReadOnlySpan<float> this[int index] => _memory[index].Span[.._length];

    /// <summary>The bytes that a pass reads and writes.</summary>
    public long Bytes(int arrays) => sizeof(float) * (1L + 2 * arrays) * _length;

    /// <summary>One pass: each array becomes half of itself and the gradient.</summary>
    /// <param name="threads">The threads that share it.</param>
    /// <param name="arrays">How many arrays it reads and writes.</param>
    public void Run(int threads, int arrays)
    {
        if (threads == 1)
            Run(0, Vectors, arrays);
        else
            Share(threads, arrays);
    }

    // Apart, so that what the lambda holds is not allocated for one thread.
    private void Share(int threads, int arrays) =>
        Parallel.For(0, threads, part => Run((int)((long)Vectors * part / threads), (int)((long)Vectors * (part + 1) / threads), arrays));

    private void Run(int start, int end, int arrays)
    {
        ref var g = ref First(0);
        ref var a = ref First(1);
        ref var b = ref First(Math.Min(2, arrays));
        ref var c = ref First(Math.Min(3, arrays));
        ref var d = ref First(Math.Min(4, arrays));
        var (i, stop) = ((nuint)start * (nuint)Vector512<float>.Count, (nuint)end * (nuint)Vector512<float>.Count);
        for (; i < stop; i += (nuint)Vector512<float>.Count)
        {
            // Where vectors are narrower, the runtime takes several for one of these.
            var gradient = Vector512.LoadUnsafe(ref g, i);
            Step(ref a, i, gradient);
            if (arrays > 1) Step(ref b, i, gradient);
            if (arrays > 2) Step(ref c, i, gradient);
            if (arrays > 3) Step(ref d, i, gradient);
        }
    }

    private ref float First(int index) => ref MemoryMarshal.GetReference(_memory[index].Span);

    private static void Step(ref float array, nuint i, Vector512<float> gradient) =>
        (Vector512.LoadUnsafe(ref array, i) * 0.5f + gradient).StoreUnsafe(ref array, i);

    // Where full-width reads do not straddle cache lines, which only an array that never moves can promise.
    private static Memory<float> Allocate(int length)
    {
        var array = GC.AllocateArray<float>(length + Alignment / sizeof(float), pinned: true);
        var address = (nuint)Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        var offset = (int)((Alignment - address % Alignment) % Alignment / sizeof(float));
        array.AsSpan().Fill(1);
        return array.AsMemory(offset, length);
    }
}
