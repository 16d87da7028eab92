using System.Numerics;
using System.Runtime.CompilerServices;

namespace Descent.Memory;

/// <summary>Float arrays that start on a cache line and never move, so that full-width loads do not straddle lines.</summary>
internal static class AlignedMemory
{
    private const int Line = 64 / sizeof(float);

    /// <summary>A length rounded up to whole cache lines, so that what follows starts on one too.</summary>
    /// <exception cref="OverflowException">The result exceeds 2^31 - 1.</exception>
    public static int RoundUp(int length) => checked(length + (Line - 1)) / Line * Line;

    /// <summary>A zeroed array and the offset of its first aligned element; at least <paramref name="length"/> follow.</summary>
    public static unsafe (float[] Array, int Offset) Allocate(int length)
    {
        MemoryLimit.Take(length);
        var array = GC.AllocateArray<float>(checked(length + Line), pinned: true);
        var address = (nuint)Unsafe.AsPointer(ref array[0]) / sizeof(float) % Line;
        return (array, (int)((Line - address) % Line));
    }

    /// <summary>The first cache line of a thread's own array, which grows if it is too small; what it held is then gone.</summary>
    public static unsafe float* Grow(ref float[]? array, nint length)
    {
        const int CacheLine = Line * sizeof(float);
        var needed = checked((int)length + Line);
        if (array is null || array.Length < needed)
            array = GC.AllocateUninitializedArray<float>((int)BitOperations.RoundUpToPowerOf2((uint)needed), pinned: true);
        return (float*)(((nint)Unsafe.AsPointer(ref array[0]) + CacheLine - 1) & -CacheLine);
    }
}
