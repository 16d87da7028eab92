using System.Runtime.CompilerServices;

namespace Descent.Kernels;

/// <summary>What happens between a tensor and its patches.</summary>
internal unsafe interface IPatchMove
{
    /// <summary>For a run of the patch that lies on the tensor.</summary>
    void Inside<L>(float* x, float* patch, int length) where L : struct, ILane<L>;

    /// <summary>For a run of the patch that lies on the padding.</summary>
    void Outside(float* patch, int length);
}

/// <summary>Copies patches out of a tensor; padding is zeros.</summary>
internal readonly unsafe struct Gather : IPatchMove
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Inside<L>(float* x, float* patch, int length) where L : struct, ILane<L>
    {
        var i = 0;
        for (; i <= length - L.Count; i += L.Count) L.Load(x + i).Store(patch + i);
        for (; i < length; i++) patch[i] = x[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Outside(float* patch, int length)
    {
        for (var i = 0; i < length; i++) patch[i] = 0;
    }
}

/// <summary>Adds patches to a tensor, each number where <see cref="Gather"/> would take it from.</summary>
internal readonly unsafe struct ScatterAdd : IPatchMove
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Inside<L>(float* x, float* patch, int length) where L : struct, ILane<L>
    {
        var i = 0;
        for (; i <= length - L.Count; i += L.Count) (L.Load(x + i) + L.Load(patch + i)).Store(x + i);
        for (; i < length; i++) x[i] += patch[i];
    }

    public void Outside(float* patch, int length)
    {
    }
}

/// <summary>
/// Walks over the patches that a window sees: matrix rows <c>(taps…, channels)</c>, one for each output of each sample. A convolution is the
/// product of these rows with its kernel; only as many as stay in the cache exist at a time.
/// </summary>
/// <param name="window">How the window slides.</param>
/// <param name="x">The first channel of the group in a tensor <c>(batch, inputs, channels)</c>.</param>
/// <param name="channels">All channels of the tensor.</param>
/// <param name="depth">The channels of the group.</param>
/// <param name="patches">The rows, beginning with the first of the range.</param>
internal readonly unsafe struct PatchWalk<M>(SlidingWindow window, float* x, int channels, int depth, float* patches) : ILaneRangeJob
    where M : struct, IPatchMove
{
    /// <summary>Whether the taps of a line lie side by side.</summary>
    private bool Together => window.Width.Dilation == 1 && depth == channels;

    // Tiering would leave the first steps of a process to unoptimized loops.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L>(int start, int end) where L : struct, ILane<L>
    {
        var (deep, high, wide) = (window.Depth, window.Height, window.Width);
        var lineLength = wide.Size * depth;
        var patch = patches;
        for (var row = start; row < end;)
        {
            // The outputs of a line see the same lines of the input.
            var (line, column) = (row / wide.Output, row % wide.Output);
            var count = Math.Min(wide.Output - column, end - row);
            var (top, front) = (high.Start(line % high.Output), deep.Start(line / high.Output % deep.Output));
            var (yFirst, yEnd) = high.Taps(top);
            var (zFirst, zEnd) = deep.Taps(front);
            var sample = (nint)(line / high.Output / deep.Output) * deep.Input;
            var target = patch;
            for (var z = 0; z < deep.Size; z++)
            {
                for (var y = 0; y < high.Size; y++, target += lineLength)
                {
                    var isInside = z >= zFirst && z < zEnd && y >= yFirst && y < yEnd;
                    var source = (sample + front + z * deep.Dilation) * high.Input + top + y * high.Dilation;
                    if (isInside) Line<L>(x + source * wide.Input * channels, target, column, count);
                    else Skip(target, count);
                }
            }

            patch += (nint)count * window.Taps * depth;
            row += count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Line<L>(float* source, float* patch, int column, int count) where L : struct, ILane<L>
    {
        M move = default;
        var wide = window.Width;
        var (length, stride) = (wide.Size * depth, (nint)window.Taps * depth);
        // The columns whose windows lie inside, if those can be moved at once.
        var first = Together ? (wide.Before + wide.Stride - 1) / wide.Stride : int.MaxValue;
        var last = wide.Input - wide.Size + wide.Before < 0 ? -1 : (wide.Input - wide.Size + wide.Before) / wide.Stride;
        for (var end = column + count; column < end; column++, patch += stride)
        {
            if (column >= first && column <= last) move.Inside<L>(source + (nint)wide.Start(column) * channels, patch, length);
            else Edge<L>(source, patch, wide.Start(column));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Edge<L>(float* source, float* patch, int left) where L : struct, ILane<L>
    {
        M move = default;
        var wide = window.Width;
        var (first, last) = wide.Taps(left);
        move.Outside(patch, first * depth);
        if (Together) move.Inside<L>(source + (nint)(left + first) * channels, patch + first * depth, (last - first) * depth);
        else
            for (var t = first; t < last; t++) move.Inside<L>(source + (nint)(left + t * wide.Dilation) * channels, patch + t * depth, depth);
        move.Outside(patch + last * depth, (wide.Size - last) * depth);
    }

    private void Skip(float* patch, int count)
    {
        M move = default;
        for (var i = 0; i < count; i++) move.Outside(patch + (nint)i * window.Taps * depth, window.Width.Size * depth);
    }
}
