using System.Runtime.CompilerServices;
using Descent.Threading;

namespace Descent.Kernels;

/// <summary>
/// What happens, for some channels side by side, between an output and the inputs that its window sees. Positions count elements; the
/// taps come in row-major order, those on padding are left out.
/// </summary>
internal interface IWindowFunction
{
    /// <summary>Begins at an output.</summary>
    /// <param name="output">The first of its channels.</param>
    /// <param name="count">How many channels; less than a lane at the end.</param>
    /// <param name="taps">How many inputs follow.</param>
    /// <param name="a">Carried from tap to tap.</param>
    /// <param name="b">Carried too.</param>
    void Begin<L>(nint output, int count, int taps, out L a, out L b) where L : struct, ILane<L>;

    /// <summary>Goes on with an input.</summary>
    /// <param name="input">The first of its channels.</param>
    /// <param name="tap">The same channels in the tensor <c>(taps, channels)</c>.</param>
    /// <param name="count">How many channels.</param>
    /// <param name="a">Carried from tap to tap.</param>
    /// <param name="b">Carried too.</param>
    void Visit<L>(nint input, nint tap, int count, ref L a, ref L b) where L : struct, ILane<L>;

    /// <summary>Ends at an output, with what was carried.</summary>
    void End<L>(nint output, int count, L a, L b) where L : struct, ILane<L>;
}

/// <summary>
/// A pass of a window over tensors <c>(batch, positions, channels)</c> in which no channel meets another: pooling, depthwise convolution and their
/// gradients. Its units are lines of outputs.
/// </summary>
internal readonly struct WindowPass<F>(SlidingWindow window, int channels, F function) : ILaneRangeJob
    where F : struct, IWindowFunction
{
    /// <summary>Runs over all lines, spread over threads.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="overlaps">Whether windows of one sample write to the same places: a sample then stays on one thread.</param>
    public void Run(int batch, bool overlaps)
    {
        var linesOfSample = window.Depth.Output * window.Height.Output;
        var lines = checked(batch * linesOfSample);
        if (lines == 0) return;
        var work = Math.Max(1, (long)window.Width.Output * window.Taps * channels);
        var step = (int)Math.Clamp(Lanes.ChunkLength / work, 1, lines);
        if (overlaps) step = (step + linesOfSample - 1) / linesOfSample * linesOfSample;
        Workers.Run((lines - 1) / step + 1, new RangeJob<WidestLanes<WindowPass<F>>>(new(this), step, lines));
    }

    // Tiering would leave the first steps of a process to unoptimized loops.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L>(int start, int end) where L : struct, ILane<L>
    {
        var (deep, high, wide) = (window.Depth, window.Height, window.Width);
        var f = function;
        nint step = channels;
        for (var line = start; line < end; line++)
        {
            var sample = line / high.Output / deep.Output;
            var (top, front) = (high.Start(line % high.Output), deep.Start(line / high.Output % deep.Output));
            var (yFirst, yEnd) = high.Taps(top);
            var (zFirst, zEnd) = deep.Taps(front);
            var output = (nint)line * wide.Output * step;
            for (var column = 0; column < wide.Output; column++, output += step)
            {
                var left = wide.Start(column);
                var (xFirst, xEnd) = wide.Taps(left);
                var taps = (zEnd - zFirst) * (yEnd - yFirst) * (xEnd - xFirst);
                for (nint channel = 0; channel < step; channel += L.Count)
                {
                    var count = (int)(step - channel);
                    f.Begin(output + channel, count, taps, out L a, out L b);
                    for (var z = zFirst; z < zEnd; z++)
                    {
                        var plane = (nint)sample * deep.Input + front + z * deep.Dilation;
                        for (var y = yFirst; y < yEnd; y++)
                        {
                            var input = ((plane * high.Input + top + y * high.Dilation) * wide.Input + left + xFirst * wide.Dilation) * step + channel;
                            var tap = ((nint)(z * high.Size + y) * wide.Size + xFirst) * step + channel;
                            for (var x = xFirst; x < xEnd; x++, input += step * wide.Dilation, tap += step) f.Visit(input, tap, count, ref a, ref b);
                        }
                    }

                    f.End(output + channel, count, a, b);
                }
            }
        }
    }
}
