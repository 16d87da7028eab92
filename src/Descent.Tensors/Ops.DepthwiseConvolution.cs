namespace Descent;

public static partial class Ops
{
    /// <summary>A convolution of each channel for itself, with filters of its own.</summary>
    /// <param name="x">A float32 tensor of shape <c>(batch, spatial axes…, channels)</c>.</param>
    /// <param name="kernel">Weights of shape <c>(sizes…, channels, multiplier)</c>.</param>
    /// <param name="strides">How far apart neighbouring outputs lie on the input, 1 or more; default 1.</param>
    /// <param name="padding"><c>"valid"</c> (none, the default) or <c>"same"</c> (zeros on both sides: with strides of 1 the size stays).</param>
    /// <param name="dilationRate">How far apart the taps of the kernel lie, 1 or more; default 1.</param>
    /// <param name="bias">Of shape <c>(channels · multiplier)</c>; none when <see langword="null"/>.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    /// <returns>A tensor of shape <c>(batch, spatial axes…, channels · multiplier)</c>, the filters of a channel side by side.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit, or a window is larger than the input.</exception>
    public static Tensor DepthwiseConv(
        Tensor x, Tensor kernel, PerAxis? strides = null, string padding = "valid", PerAxis? dilationRate = null, Tensor? bias = null, bool relu = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(kernel);
        if (kernel.Rank < 3 || x.Rank != kernel.Rank || x.Shape[^1] != kernel.Shape[^2])
            throw new ArgumentException($"A depthwise convolution needs x (batch, spatial axes…, channels) and kernel (sizes…, channels, multiplier). Received: x {x.Shape}, kernel {kernel.Shape}.");
        return Conv(x, AsGroups(kernel), strides, padding, dilationRate, bias, relu);
    }

    /// <summary>A depthwise kernel as the kernel of a convolution with as many groups as channels.</summary>
    internal static Tensor AsGroups(Tensor kernel) =>
        Reshape(kernel, Shape.Create([.. kernel.Shape.Dimensions[..^2], 1, kernel.Shape[^2] * kernel.Shape[^1]]));

    /// <summary>A depthwise convolution, then one of size 1 that mixes its channels.</summary>
    /// <param name="x">A float32 tensor of shape <c>(batch, spatial axes…, channels)</c>.</param>
    /// <param name="depthwiseKernel">Weights of shape <c>(sizes…, channels, multiplier)</c>.</param>
    /// <param name="pointwiseKernel">Weights of shape <c>(1…, channels · multiplier, filters)</c>.</param>
    /// <param name="strides">How far apart neighbouring outputs lie on the input, 1 or more; default 1.</param>
    /// <param name="padding"><c>"valid"</c> (none, the default) or <c>"same"</c> (zeros on both sides: with strides of 1 the size stays).</param>
    /// <param name="dilationRate">How far apart the taps of the depthwise kernel lie, 1 or more; default 1.</param>
    /// <param name="bias">Of shape <c>(filters)</c>; none when <see langword="null"/>.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    /// <returns>A tensor of shape <c>(batch, spatial axes…, filters)</c>.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit, or a window is larger than the input.</exception>
    public static Tensor SeparableConv(
        Tensor x, Tensor depthwiseKernel, Tensor pointwiseKernel, PerAxis? strides = null, string padding = "valid", PerAxis? dilationRate = null, Tensor? bias = null, bool relu = false) =>
        Conv(DepthwiseConv(x, depthwiseKernel, strides, padding, dilationRate), pointwiseKernel, bias: bias, relu: relu);
}
