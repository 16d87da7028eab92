using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>The largest number of each window, channel by channel. The gradient goes to the first of equals.</summary>
    /// <param name="x">A float32 tensor of shape <c>(batch, spatial axes…, channels)</c>, with one to three spatial axes.</param>
    /// <param name="poolSize">The size of the window: one number, or one for each spatial axis.</param>
    /// <param name="strides">How far apart the windows lie, 1 or more; default the size of the window.</param>
    /// <param name="padding"><c>"valid"</c> (windows stay inside, the default) or <c>"same"</c> (they may reach over the edge, where there is nothing).</param>
    /// <returns>A tensor of shape <c>(batch, spatial axes…, channels)</c>.</returns>
    /// <exception cref="ArgumentException">The rank or a number does not fit, or a window is larger than the input.</exception>
    public static Tensor MaxPool(Tensor x, PerAxis poolSize, PerAxis? strides = null, string padding = "valid") =>
        MaxPool(x, PoolingWindow(x, poolSize, strides, padding));

    /// <summary>The mean of each window, channel by channel; what lies beyond the edge does not count.</summary>
    /// <param name="x">A float32 tensor of shape <c>(batch, spatial axes…, channels)</c>, with one to three spatial axes.</param>
    /// <param name="poolSize">The size of the window: one number, or one for each spatial axis.</param>
    /// <param name="strides">How far apart the windows lie, 1 or more; default the size of the window.</param>
    /// <param name="padding"><c>"valid"</c> (windows stay inside, the default) or <c>"same"</c> (they may reach over the edge).</param>
    /// <returns>A tensor of shape <c>(batch, spatial axes…, channels)</c>.</returns>
    /// <exception cref="ArgumentException">The rank or a number does not fit, or a window is larger than the input.</exception>
    public static Tensor AveragePool(Tensor x, PerAxis poolSize, PerAxis? strides = null, string padding = "valid") =>
        AveragePool(x, PoolingWindow(x, poolSize, strides, padding));

    private static SlidingWindow PoolingWindow(Tensor x, PerAxis poolSize, PerAxis? strides, string padding)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(poolSize);
        if (x.Rank is < 3 or > 5)
            throw new ArgumentException($"Pooling needs an input (batch, spatial axes…, channels) with one to three spatial axes. Received shape {x.Shape}.", nameof(x));
        var size = poolSize.For(x.Rank - 2, nameof(poolSize));
        return SlidingWindow.Over(x.Shape, [.. size], strides ?? size, PerAxis.One, ParsePadding(padding));
    }

    internal static Tensor MaxPool(Tensor x, SlidingWindow window) =>
        Record(MaxPoolForward(x, window), x, static n => MaxPoolInput(n.Gradient, n.X, n.Output, (SlidingWindow)n.State!), window);

    private static unsafe Tensor MaxPoolForward(Tensor x, SlidingWindow window)
    {
        var result = Tensor.New(window.OutputShape(x.Shape[0], x.Shape[^1]));
        fixed (float* px = x.Floats, py = result.Floats)
            Slide(window, x, new WindowMax(px, py));
        return result;
    }

    // Where the largest numbers stand does not change with the upstream gradient: what x and y would get is 0.
    private static Tensor MaxPoolInput(Tensor g, Tensor x, Tensor y, SlidingWindow window)
    {
        var result = MaxPoolInputForward(g, x, y, window);
        return Recording.Current is null ? result : RecordedMaxPoolInput(result, g, x, y, window);
    }

    // Apart, so that what the lambda holds is not allocated in every step.
    private static Tensor RecordedMaxPoolInput(Tensor result, Tensor g, Tensor x, Tensor y, SlidingWindow window) =>
        Record(result, g, n => MaxPoolTake(n.Gradient, x, y, window));

    private static unsafe Tensor MaxPoolInputForward(Tensor g, Tensor x, Tensor y, SlidingWindow window)
    {
        var result = Tensor.New(x.Shape);
        fixed (float* pg = g.Floats, px = x.Floats, py = y.Floats, pd = result.Floats)
            Slide(window, g, new WindowMaxInput(px, py, pg, pd), pd);
        return result;
    }

    // Of another tensor, what stands where the largest numbers of x are.
    private static Tensor MaxPoolTake(Tensor v, Tensor x, Tensor y, SlidingWindow window) =>
        Record(MaxPoolTakeForward(v, x, y, window), v, n => MaxPoolInput(n.Gradient, x, y, window));

    private static unsafe Tensor MaxPoolTakeForward(Tensor v, Tensor x, Tensor y, SlidingWindow window)
    {
        var result = Tensor.New(y.Shape);
        fixed (float* pv = v.Floats, px = x.Floats, py = y.Floats, pz = result.Floats)
            Slide(window, x, new WindowMaxTake(px, py, pv, pz));
        return result;
    }

    internal static Tensor AveragePool(Tensor x, SlidingWindow window) =>
        Record(AveragePoolForward(x, window), x, static n => AveragePoolInput(n.Gradient, (SlidingWindow)n.State!), window);

    private static unsafe Tensor AveragePoolForward(Tensor x, SlidingWindow window)
    {
        var result = Tensor.New(window.OutputShape(x.Shape[0], x.Shape[^1]));
        fixed (float* px = x.Floats, py = result.Floats)
            Slide(window, x, new WindowMean(px, py));
        return result;
    }

    private static Tensor AveragePoolInput(Tensor g, SlidingWindow window) =>
        Record(AveragePoolInputForward(g, window), g, static n => AveragePool(n.Gradient, (SlidingWindow)n.State!), window);

    private static unsafe Tensor AveragePoolInputForward(Tensor g, SlidingWindow window)
    {
        var result = Tensor.New(window.InputShape(g.Shape[0], g.Shape[^1]));
        fixed (float* pg = g.Floats, pd = result.Floats)
            Slide(window, g, new WindowMeanInput(pg, pd), pd);
        return result;
    }

    private static unsafe void Slide<F>(SlidingWindow window, Tensor x, F function, float* sum = null) where F : struct, IWindowFunction =>
        new WindowPass<F>(window, x.Shape[^1], function, sum).Run(x.Shape[0]);
}
