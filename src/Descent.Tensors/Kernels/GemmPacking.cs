using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Descent.Kernels;

/// <summary>
/// Brings strips of a matrix into the order in which the kernel reads them: for each step along k, a strip's
/// <c>width</c> values side by side; strip after strip.
/// </summary>
internal static unsafe class GemmPacking
{
    /// <summary>
    /// target[(s·depth + p)·width + i] = source[(s·width + i)·lineStride + p·stepStride], where one of the strides is 1. The last strip
    /// may have fewer lines than its width: zeros stand for the rest.
    /// </summary>
    public static void Pack(float* source, nint lineStride, nint stepStride, int lines, int depth, float* target, int width)
    {
        int full = lines / width;
        if (lineStride == 1)
        {
            Copy(source, stepStride, full, width, depth, target, width);
        }
        else
        {
            for (int s = 0; s < full; s++)
                Interleave(source + s * width * lineStride, lineStride, stepStride, width, depth, target + (nint)s * depth * width, width);
        }

        int rest = lines - full * width;
        if (rest == 0)
            return;
        source += full * width * lineStride;
        target += (nint)full * depth * width;
        new Span<float>(target, depth * width).Clear();
        if (lineStride == 1)
            Copy(source, stepStride, 1, rest, depth, target, width);
        else
            Interleave(source, lineStride, stepStride, rest, depth, target, width);
    }

    // All strips of a step before the next one, as they lie side by side. Tiering would leave the first large products of a process to
    // unoptimized loops.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(float* source, nint stepStride, int strips, int lines, int depth, float* target, int width)
    {
        nint stripSize = (nint)depth * width;
        for (int p = 0; p < depth; p++)
        {
            float* from = source, to = target;
            for (int s = 0; s < strips; s++)
            {
                int i = 0;
                for (; i <= lines - Vector128<float>.Count; i += Vector128<float>.Count)
                    Vector128.Load(from + i).Store(to + i);
                for (; i < lines; i++)
                    to[i] = from[i];
                from += width;
                to += stripSize;
            }
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
            nint p = 0;
            if (stepStride == 1)
            {
                for (; p <= depth - 4; p += 4)
                {
                    // Four lines of four steps become four steps of four lines.
                    Vector128<float> a = Vector128.Load(line0 + p), b = Vector128.Load(line1 + p), c = Vector128.Load(line2 + p), d = Vector128.Load(line3 + p);
                    Vector128<float> ac0 = Low(a, c), ac1 = High(a, c), bd0 = Low(b, d), bd1 = High(b, d);
                    Low(ac0, bd0).Store(t);
                    High(ac0, bd0).Store(t + width);
                    Low(ac1, bd1).Store(t + 2 * width);
                    High(ac1, bd1).Store(t + 3 * width);
                    t += 4 * width;
                }
            }
            for (; p < depth; p++)
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> x, Vector128<float> y) =>
        Sse.IsSupported ? Sse.UnpackLow(x, y) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(x, y) : Vector128.Create(x[0], y[0], x[1], y[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> x, Vector128<float> y) =>
        Sse.IsSupported ? Sse.UnpackHigh(x, y) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(x, y) : Vector128.Create(x[2], y[2], x[3], y[3]);
}
