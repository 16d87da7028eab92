using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Descent.Kernels;

/// <summary>Which lanes this process runs on; the same bits come out of each.</summary>
internal static class Lanes
{
    /// <summary>Elements of one unit of parallel work: fixed, so that results never depend on the number of threads.</summary>
    public const int ChunkLength = 16 * 1024;

    /// <summary>The widest lane to use; tests lower it to compare widths within one process.</summary>
    private static int s_widest = 16;

    public static bool Use512 => Vector512.IsHardwareAccelerated && s_widest >= 16;

    public static bool Use256 => Vector256.IsHardwareAccelerated && s_widest >= 8;

    public static bool Use128 => Vector128.IsHardwareAccelerated && s_widest >= 4;

    // As many set masks as the widest lane has elements, then as many that are not.
    private static ReadOnlySpan<uint> Masks =>
    [
        ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>A mask that is set for the first elements of a lane.</summary>
    /// <param name="count">How many, from 0 to the size of the lane.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe L First<L>(int count) where L : struct, ILane<L> =>
        L.Load((float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Masks)) + 16 - count); // constants of the assembly do not move

    /// <summary>Reads a lane, or its first elements; the others are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe L Load<L>(float* source, int count) where L : struct, ILane<L> => count >= L.Count ? L.Load(source) : L.LoadFirst(source, count);

    /// <summary>Writes a lane, or its first elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store<L>(L lane, float* destination, int count) where L : struct, ILane<L>
    {
        if (count >= L.Count) lane.Store(destination);
        else lane.StoreFirst(destination, count);
    }

    /// <summary>How many chunks <paramref name="length"/> elements make.</summary>
    public static int Chunks(int length) => length == 0 ? 0 : (length - 1) / ChunkLength + 1; // a sum could pass the end of int

    /// <summary>Where a chunk of <paramref name="length"/> elements begins and how many it has.</summary>
    public static (int Start, int Count) Chunk(int chunk, int length)
    {
        var start = chunk * ChunkLength;
        return (start, Math.Min(ChunkLength, length - start));
    }

    /// <summary>Limits the lane width of the whole process until disposed. For tests: the bits do not change.</summary>
    public static IDisposable LimitTo(int count)
    {
        var previous = s_widest;
        s_widest = count;
        return new Restore(previous);
    }

    private sealed class Restore(int previous) : IDisposable
    {
        public void Dispose() => s_widest = previous;
    }
}
