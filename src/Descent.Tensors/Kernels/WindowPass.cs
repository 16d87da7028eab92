using System.Buffers;
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
/// <param name="window">How the window slides.</param>
/// <param name="channels">The channels.</param>
/// <param name="function">What happens.</param>
/// <param name="sum">The tensor of the inputs to which windows add, which begins with zeros; null if the function does not.</param>
internal readonly unsafe struct WindowPass<F>(SlidingWindow window, int channels, F function, float* sum = null) : ILaneRangeJob
    where F : struct, IWindowFunction
{
    private int LinesOfSample => window.Depth.Output * window.Height.Output;

    /// <summary>Runs over all lines, spread over threads; a sample to whose inputs windows add stays on one.</summary>
    public void Run(int batch)
    {
        var lines = checked(batch * LinesOfSample);
        if (lines == 0) return;
        var work = Math.Max(1, (long)window.Width.Output * window.Taps * channels);
        var step = (int)Math.Clamp(Lanes.ChunkLength / work, 1, lines);
        if (sum != null) step = (step + LinesOfSample - 1) / LinesOfSample * LinesOfSample;
        Workers.Run((lines - 1) / step + 1, new RangeJob<WidestLanes<WindowPass<F>>>(new(this), step, lines));
    }

    // Tiering would leave the first steps of a process to unoptimized loops.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L>(int start, int end) where L : struct, ILane<L>
    {
        var (deep, high, wide) = (window.Depth, window.Height, window.Width);
        if (sum != null) Clear(start / LinesOfSample, end / LinesOfSample);
        var taps = ArrayPool<Tap>.Shared.Rent(window.Taps);
        for (var line = start; line < end; line++)
        {
            var sample = line / high.Output / deep.Output;
            var (top, front) = (high.Start(line % high.Output), deep.Start(line / high.Output % deep.Output));
            var corner = ((nint)sample * deep.Input + front) * high.Input + top;
            var (known, count) = ((0, 0), 0);
            for (var column = 0; column < wide.Output; column++)
            {
                var left = wide.Start(column);
                var range = wide.Taps(left);
                if (column == 0 || range != known) (known, count) = (range, Find(taps, deep.Taps(front), high.Taps(top), range));
                fixed (Tap* first = taps)
                    Window<L>(((nint)line * wide.Output + column) * channels, (corner * wide.Input + left) * channels, first, count);
            }
        }

        ArrayPool<Tap>.Shared.Return(taps);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Window<L>(nint output, nint input, Tap* taps, int tapCount) where L : struct, ILane<L>
    {
        var f = function;
        nint channel = 0;
        for (; channel <= channels - L.Count; channel += L.Count)
        {
            f.Begin(output + channel, L.Count, tapCount, out L a, out L b);
            for (var t = taps; t < taps + tapCount; t++) f.Visit(input + t->Input + channel, t->Index + channel, L.Count, ref a, ref b);
            f.End(output + channel, L.Count, a, b);
        }

        if (channel < channels) Rest<L>(output + channel, input, channel, taps, tapCount);
    }

    // The last channels do not fill a lane.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rest<L>(nint output, nint input, nint channel, Tap* taps, int tapCount) where L : struct, ILane<L>
    {
        var f = function;
        var count = (int)(channels - channel);
        f.Begin(output, count, tapCount, out L a, out L b);
        for (var t = taps; t < taps + tapCount; t++) f.Visit(input + t->Input + channel, t->Index + channel, count, ref a, ref b);
        f.End(output, count, a, b);
    }

    /// <summary>The taps that fall on the input.</summary>
    private int Find(Tap[] taps, (int First, int End) z, (int First, int End) y, (int First, int End) x)
    {
        var (high, wide) = (window.Height, window.Width);
        var count = 0;
        for (var i = z.First; i < z.End; i++)
        {
            for (var j = y.First; j < y.End; j++)
            {
                var line = ((nint)i * window.Depth.Dilation * high.Input + j * high.Dilation) * wide.Input;
                for (var k = x.First; k < x.End; k++)
                    taps[count++] = new Tap((line + k * wide.Dilation) * channels, (((nint)i * high.Size + j) * wide.Size + k) * channels);
            }
        }

        return count;
    }

    private void Clear(int first, int last)
    {
        for (var sample = first; sample < last; sample++)
            new Span<float>(sum + (nint)sample * window.Inputs * channels, window.Inputs * channels).Clear();
    }

    /// <summary>Where a tap finds its input, counted from the window's corner, and where it stands in a tensor <c>(taps, channels)</c>.</summary>
    private readonly record struct Tap(nint Input, nint Index);
}
