using System.Runtime.CompilerServices;

namespace Descent.Memory;

/// <summary>Float arrays that start on a cache line and never move, so that full-width loads do not straddle lines.</summary>
internal static class AlignedMemory
{
    private const int Line = 64 / sizeof(float);

    /// <summary>A zeroed array and the offset of its first aligned element; at least <paramref name="length"/> follow.</summary>
    public static unsafe (float[] Array, int Offset) Allocate(int length)
    {
        var array = GC.AllocateArray<float>(checked(length + Line), pinned: true);
        var address = (nuint)Unsafe.AsPointer(ref array[0]) / sizeof(float) % Line;
        return (array, (int)((Line - address) % Line));
    }
}
