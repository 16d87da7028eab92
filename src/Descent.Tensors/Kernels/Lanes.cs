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
