using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>
    /// A convolution over one to three spatial axes: <c>activation(Σ x[position · stride + tap · dilation] · kernel[tap] + bias)</c>.
    /// The kernel is not flipped.
    /// </summary>
    /// <param name="x">A float32 tensor of shape <c>(batch, spatial axes…, channels)</c>.</param>
    /// <param name="kernel">Weights of shape <c>(sizes…, channels / groups, filters)</c>. Fewer channels than <paramref name="x"/> has make groups, each with its part of the filters.</param>
    /// <param name="strides">How far apart neighbouring outputs lie on the input, 1 or more; default 1.</param>
    /// <param name="padding"><c>"valid"</c> (none, the default), <c>"same"</c> (zeros on both sides: with strides of 1 the size stays) or <c>"causal"</c> (zeros in front).</param>
    /// <param name="dilationRate">How far apart the taps of the kernel lie, 1 or more; default 1.</param>
    /// <param name="bias">Of shape <c>(filters)</c>; none when <see langword="null"/>.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    /// <returns>A tensor of shape <c>(batch, spatial axes…, filters)</c>.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit, or a window is larger than the input.</exception>
    public static Tensor Conv(Tensor x, Tensor kernel, PerAxis? strides = null, string padding = "valid", PerAxis? dilationRate = null, Tensor? bias = null, bool relu = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(kernel);
        CheckConvolution(x.Shape, x.Shape, kernel, bias);
        return Conv(x, kernel, bias, relu, WindowOf(x, kernel, strides, padding, dilationRate));
    }

    private static SlidingWindow WindowOf(Tensor x, Tensor kernel, PerAxis? strides, string padding, PerAxis? dilationRate) =>
        SlidingWindow.Over(x.Shape, kernel.Shape.Dimensions[..^2], strides ?? PerAxis.One, dilationRate ?? PerAxis.One, ParsePadding(padding));

    internal static WindowPadding ParsePadding(string padding) => padding switch
    {
        "valid" => WindowPadding.Valid,
        "same" => WindowPadding.Same,
        "causal" => WindowPadding.Causal,
        _ => throw new ArgumentException($"padding must be 'valid', 'same' or 'causal'. Received: '{padding}'.", nameof(padding)),
    };

    // The shapes of a convolution's input, kernel and bias.
    private static void CheckConvolution(Shape received, Shape x, Tensor kernel, Tensor? bias)
    {
        var fits = kernel.Rank == x.Rank && x.Rank > 2 && kernel.Shape[^2] > 0 && x[^1] % kernel.Shape[^2] == 0 && kernel.Shape[^1] % Math.Max(1, x[^1] / kernel.Shape[^2]) == 0;
        if (!fits || (bias is not null && (bias.Rank != 1 || bias.Length != kernel.Shape[^1])))
            throw new ArgumentException($"A convolution needs x (batch, spatial axes…, channels), kernel (sizes…, channels / groups, filters), both divisible by the groups, and bias (filters,). Received: x {received}, kernel {kernel.Shape}, bias {bias?.Shape.ToString() ?? "none"}.");
    }

    // The three tensors of a convolution meet in one sum of products, Σ g · kernel · x. Each of the three operations below takes two of them and gives what the
    // third is multiplied by; so the gradients of each are the other two.

    internal static Tensor Conv(Tensor x, Tensor kernel, Tensor? bias, bool relu, SlidingWindow window)
    {
        var groups = x.Shape[^1] / kernel.Shape[^2];
        if (groups > 1 && kernel.Shape[^2] == 1 && kernel.Shape[^1] > groups)
            return Conv(Repeat(x, kernel.Shape[^1] / groups, -1), kernel, bias, relu, window); // a filter for itself, each with its own copy of the channel
        var output = ConvForward(x, kernel, bias, relu, window);
        return (bias, relu) switch
        {
            (null, false) => Record(output, x, static n => ConvInput(n, false), kernel, static n => ConvKernel(n, false), window),
            (null, true) => Record(output, x, static n => ConvInput(n, true), kernel, static n => ConvKernel(n, true), window),
            (_, false) => Record(output, x, static n => ConvInput(n, false), kernel, static n => ConvKernel(n, false), bias, static n => ConvBias(n, false), window),
            (_, true) => Record(output, x, static n => ConvInput(n, true), kernel, static n => ConvKernel(n, true), bias, static n => ConvBias(n, true), window),
        };
    }

    // The gradient passes the rectifier on the way to where it is used, and the bias takes its part along with the kernel: no passes of their own over
    // tensors as large as the output. Where a tape wants the gradient of the gradient, it is made of operations.
    private static bool IsFused(Node n) => Recording.Current is null && !IsDepthwise(n.YShape, n.XShape[^1]);

    private static Tensor Upstream(Node n, bool relu) => relu ? Rectified(n) : n.Gradient;

    private static Tensor ConvInput(Node n, bool relu)
    {
        var (window, channels) = ((SlidingWindow)n.State!, n.XShape[^1]);
        return IsFused(n) ? ConvInputForward(n.Gradient, relu ? n.Output : null, n.Y, null, window, channels) : ConvInput(Upstream(n, relu), n.Y, null, window, channels);
    }

    private static Tensor ConvKernel(Node n, bool relu)
    {
        var window = (SlidingWindow)n.State!;
        if (!IsFused(n)) return ConvKernel(n.X, Upstream(n, relu), n.YShape, window);
        var bias = n.EdgeCount == 3 ? n.Scratch = Tensor.New(Shape.Create(n.YShape[^1])) : null;
        return ConvKernelForward(n.X, n.Gradient, relu ? n.Output : null, n.YShape, window, bias);
    }

    private static Tensor ConvBias(Node n, bool relu) => IsFused(n) && n.Scratch is { } bias ? bias : SumRows(relu ? Slope(n.Gradient, n.Output, new ReluSlope()) : n.Gradient);

    /// <summary>What of an upstream gradient reaches the input: g · kernelᵀ, added up at the places where the patches were taken.</summary>
    internal static Tensor ConvInput(Tensor g, Tensor kernel, Tensor? bias, SlidingWindow window, int channels)
    {
        var output = ConvInputForward(g, null, kernel, bias, window, channels);
        return bias is null
            ? Record(output, g, static n => ConvInputUpstream(n), kernel, static n => ConvInputKernel(n), window)
            : Record(output, g, static n => ConvInputUpstream(n), kernel, static n => ConvInputKernel(n), bias, static n => SumRows(n.Gradient), window);
    }

    private static Tensor ConvInputUpstream(Node n) => Conv(n.Gradient, n.Y, null, false, (SlidingWindow)n.State!);

    private static Tensor ConvInputKernel(Node n) => ConvKernel(n.Gradient, n.X, n.YShape, (SlidingWindow)n.State!);

    /// <summary>What of an upstream gradient reaches the kernel: patches(x)ᵀ · g.</summary>
    private static Tensor ConvKernel(Tensor x, Tensor g, Shape kernel, SlidingWindow window) => Record(
        ConvKernelForward(x, g, null, kernel, window),
        x, static n => ConvInput(n.Y, n.Gradient, null, (SlidingWindow)n.State!, n.XShape[^1]),
        g, static n => Conv(n.X, n.Gradient, null, false, (SlidingWindow)n.State!),
        window);

    private static unsafe Tensor ConvForward(Tensor x, Tensor kernel, Tensor? bias, bool relu, SlidingWindow window)
    {
        var result = Tensor.New(window.OutputShape(x.Shape[0], kernel.Shape[^1]));
        fixed (float* px = x.Floats, pk = kernel.Floats, pb = bias is null ? default : bias.Floats, py = result.Floats)
        {
            if (IsDepthwise(kernel.Shape, x.Shape[^1])) Slide(window, x, new WindowSum(px, pk, pb, relu, x.Shape[^1], py));
            else Convolution(window, x.Shape[0], x.Shape[^1], kernel.Shape).Output(px, pk, pb, relu ? GemmActivation.Relu : GemmActivation.None, py);
        }

        return result;
    }

    // Where a rectified output is given, the gradient passes only where that is positive.
    private static unsafe Tensor ConvInputForward(Tensor g, Tensor? rectified, Tensor kernel, Tensor? bias, SlidingWindow window, int channels)
    {
        var result = Tensor.New(window.InputShape(g.Shape[0], channels));
        fixed (float* pg = g.Floats, pr = rectified is null ? default : rectified.Floats, pk = kernel.Floats, pb = bias is null ? default : bias.Floats, px = result.Floats)
        {
            if (IsDepthwise(kernel.Shape, channels)) Slide(window, g, new WindowSumInput(pg, pk, px), px);
            else Convolution(window, g.Shape[0], channels, kernel.Shape).Input(new(pg, pr), pk, pb, px);
        }

        return result;
    }

    private static unsafe Tensor ConvKernelForward(Tensor x, Tensor g, Tensor? rectified, Shape kernel, SlidingWindow window, Tensor? bias = null)
    {
        var (batch, channels) = (x.Shape[0], x.Shape[^1]);
        var convolution = Convolution(window, batch, channels, kernel);
        var isDepthwise = IsDepthwise(kernel, channels);
        var parts = isDepthwise ? DepthwiseKernel.Parts(batch) : convolution.Parts;
        var size = kernel.Size + (bias?.Length ?? 0);
        var sum = Tensor.New(Shape.Create(size));
        if (size == 0) return sum.View(kernel);
        var sums = Tensor.New(Shape.Create(parts, size));
        fixed (float* px = x.Floats, pg = g.Floats, pr = rectified is null ? default : rectified.Floats, ps = sums.Floats, py = sum.Floats)
        {
            if (isDepthwise) new DepthwiseKernel(window, channels, batch, px, pg, ps).Run();
            else convolution.Kernel(px, new(pg, pr), ps, withBias: bias is not null);
            Reduction.Run(ps, 1, parts, size, py, default(SumReducer));
        }

        if (bias is not null) sum.Floats[kernel.Size..].CopyTo(bias.Floats);
        return sum.View(kernel);
    }

    private static Convolution Convolution(SlidingWindow window, int batch, int channels, Shape kernel) => new(window, batch, channels, kernel[^1], channels / kernel[^2]);

    private static bool IsDepthwise(Shape kernel, int channels) => kernel[^2] == 1 && kernel[^1] == channels && channels > 1;
}
