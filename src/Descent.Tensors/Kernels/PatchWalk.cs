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
    // Tiering would leave the first steps of a process to unoptimized loops.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L>(int start, int end) where L : struct, ILane<L>
    {
        var (deep, high, wide) = (window.Depth, window.Height, window.Width);
        M move = default;
        var patch = patches;
        var lineLength = wide.Size * depth;
        var together = wide.Dilation == 1 && depth == channels; // the taps of a line then lie side by side
        var column = start % wide.Output;
        var line = start / wide.Output;
        for (var row = start; row < end; line++, column = 0)
        {
            var sample = line / high.Output / deep.Output;
            var (top, front) = (high.Start(line % high.Output), deep.Start(line / high.Output % deep.Output));
            var (yFirst, yEnd) = high.Taps(top);
            var (zFirst, zEnd) = deep.Taps(front);
            for (; column < wide.Output && row < end; column++, row++)
            {
                var left = wide.Start(column);
                var (first, last) = wide.Taps(left);
                for (var z = 0; z < deep.Size; z++)
                {
                    var plane = (nint)sample * deep.Input + front + z * deep.Dilation;
                    for (var y = 0; y < high.Size; y++, patch += lineLength)
                    {
                        if (z < zFirst || z >= zEnd || y < yFirst || y >= yEnd)
                        {
                            move.Outside(patch, lineLength);
                            continue;
                        }

                        var source = x + ((plane * high.Input + top + y * high.Dilation) * wide.Input + left) * channels;
                        move.Outside(patch, first * depth);
                        if (together) move.Inside<L>(source + first * depth, patch + first * depth, (last - first) * depth);
                        else
                            for (var t = first; t < last; t++) move.Inside<L>(source + (nint)t * wide.Dilation * channels, patch + t * depth, depth);
                        move.Outside(patch + last * depth, lineLength - last * depth);
                    }
                }
            }
        }
    }
}
