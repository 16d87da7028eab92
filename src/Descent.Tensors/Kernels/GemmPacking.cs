using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Descent.Kernels;

/// <summary>
/// Brings a strip of a matrix into the order in which the kernel reads it: for each step along k, the strip's
/// <c>width</c> values side by side.
/// </summary>
internal static unsafe class GemmPacking
{
    /// <summary>target[p·width + i] = source[i·lineStride + p·stepStride], where one of the strides is 1.</summary>
    public static void Pack(float* source, nint lineStride, nint stepStride, int lines, int depth, float* target, int width)
    {
        if (lines < width)
            new Span<float>(target, depth * width).Clear();
        if (lineStride == 1)
            Copy(source, stepStride, lines, depth, target, width);
        else
            Interleave(source, lineStride, stepStride, lines, depth, target, width);
    }

    // Tiering would leave the first large products of a process to unoptimized loops.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(float* source, nint stepStride, int lines, int depth, float* target, int width)
    {
        for (int p = 0; p < depth; p++)
        {
            int i = 0;
            for (; i <= lines - Vector128<float>.Count; i += Vector128<float>.Count)
                Vector128.Load(source + i).Store(target + i);
            for (; i < lines; i++)
                target[i] = source[i];
            source += stepStride;
            target += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Interleave(float* source, nint lineStride, nint stepStride, int lines, int depth, float* target, int width)
    {
        int i = 0;
        for (; i <= lines - 4; i += 4)
        {
            float* line0 = source + i * lineStride, line1 = line0 + lineStride, line2 = line1 + lineStride, line3 = line2 + lineStride;
            float* t = target + i;
            for (nint p = 0; p < depth; p++)
            {
                nint step = p * stepStride;
                Vector128.Create(line0[step], line1[step], line2[step], line3[step]).Store(t);
                t += width;
            }
        }
        for (; i < lines; i++)
        {
            for (nint p = 0; p < depth; p++)
                target[p * width + i] = source[i * lineStride + p * stepStride];
        }
    }
}
