using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>A transposed convolution: the map by which the gradient of a convolution reaches its input, so that strides enlarge.</summary>
    /// <param name="x">A float32 tensor of shape <c>(batch, spatial axes…, channels)</c>.</param>
    /// <param name="kernel">Weights of shape <c>(sizes…, filters, channels)</c>.</param>
    /// <param name="strides">How far apart neighbouring inputs lie on the output, 1 or more; default 1.</param>
    /// <param name="padding"><c>"valid"</c> (the default: all that the kernel reaches) or <c>"same"</c> (the size of the input times the strides).</param>
    /// <param name="outputPadding">What the size has beyond the smallest possible, from 0 to below the stride; default: as <paramref name="padding"/> says.</param>
    /// <param name="dilationRate">How far apart the taps of the kernel lie, 1 or more; default 1.</param>
    /// <param name="bias">Of shape <c>(filters)</c>; none when <see langword="null"/>.</param>
    /// <returns>A tensor of shape <c>(batch, spatial axes…, filters)</c>.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit, or an output would be empty.</exception>
    public static Tensor ConvTranspose(
        Tensor x, Tensor kernel, PerAxis? strides = null, string padding = "valid", PerAxis? outputPadding = null, PerAxis? dilationRate = null, Tensor? bias = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(kernel);
        if (kernel.Rank != x.Rank || x.Rank < 3 || x.Shape[^1] != kernel.Shape[^1] || (bias is not null && (bias.Rank != 1 || bias.Length != kernel.Shape[^2])))
            throw new ArgumentException($"A transposed convolution needs x (batch, spatial axes…, channels), kernel (sizes…, filters, channels) and bias (filters,). Received: x {x.Shape}, kernel {kernel.Shape}, bias {bias?.Shape.ToString() ?? "none"}.");
        var window = TransposedWindow(x.Shape, kernel.Shape.Dimensions[..^2], strides ?? PerAxis.One, ParsePadding(padding), outputPadding, dilationRate ?? PerAxis.One);
        return ConvInput(x, kernel, bias, window, kernel.Shape[^2]);
    }

    /// <summary>The window of the convolution whose gradient a transposed convolution is: it slides over the latter's output.</summary>
    internal static SlidingWindow TransposedWindow(Shape input, ReadOnlySpan<int> size, PerAxis strides, WindowPadding padding, PerAxis? outputPadding, PerAxis dilationRate)
    {
        var (step, gap, more) = (strides.For(size.Length, nameof(strides)), dilationRate.For(size.Length, nameof(dilationRate)), outputPadding?.For(size.Length, nameof(outputPadding), 0));
        var axes = new WindowAxis[size.Length];
        for (var i = 0; i < axes.Length; i++)
        {
            if (more?[i] >= step[i])
                throw new ArgumentException($"outputPadding must be below the stride. Received: {more[i]} with stride {step[i]}.", nameof(outputPadding));
            var output = TransposedSize(input[i + 1], size[i], gap[i], step[i], padding, more?[i]);
            if (output < 1)
                throw new ArgumentException($"An output of a transposed convolution must have 1 to {int.MaxValue / 2} places on each axis. Received: size {size[i]}, dilation {gap[i]}, stride {step[i]} on axis {i + 1} of shape {input}.", nameof(input));
            var reach = (int)WindowAxis.Reach(size[i], gap[i]) + 1;
            // What the kernel reaches beyond the output is cut off on both sides, at the end the larger part.
            var around = padding == WindowPadding.Valid ? 0 : output - (input[i + 1] - 1) * step[i] + reach - 2;
            var before = padding == WindowPadding.Valid ? 0 : Math.Max(0, reach - 1 - (around + 1) / 2);
            axes[i] = new WindowAxis(output, input[i + 1], size[i], step[i], gap[i], before);
        }

        return new SlidingWindow(axes);
    }

    /// <summary>The size of an output of a transposed convolution; -1 if that of the input is unknown, 0 if it is out of range.</summary>
    /// <param name="input">The size of the input.</param>
    /// <param name="size">The size of the kernel.</param>
    /// <param name="dilation">How far apart its taps lie.</param>
    /// <param name="stride">The stride.</param>
    /// <param name="padding">Valid or same.</param>
    /// <param name="outputPadding">What is added to the smallest size, if it was given.</param>
    internal static int TransposedSize(int input, int size, int dilation, int stride, WindowPadding padding, int? outputPadding)
    {
        if (input < 0) return -1;
        var reach = WindowAxis.Reach(size, dilation) + 1;
        var output = (padding, outputPadding) switch
        {
            (WindowPadding.Valid, null) => (input - 1L) * stride + Math.Max(reach, stride),
            (WindowPadding.Valid, { } more) => (input - 1L) * stride + reach + more,
            (_, null) => (long)input * stride,
            (_, { } more) => (input - 1L) * stride + reach % 2 + more,
        };
        return Math.Max(output, reach) > int.MaxValue / 2 ? 0 : (int)output;
    }
}
