using Descent.Kernels;
using Descent.Memory;

namespace Descent;

public static partial class Ops
{
    /// <summary>Normalizes each channel with a given mean and variance: <c>(x - mean) / √(variance + epsilon) · scale + offset</c>.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="mean">One value per channel.</param>
    /// <param name="variance">One value per channel, 0 or more.</param>
    /// <param name="axis">The axis of the channels, also negative.</param>
    /// <param name="offset">What is added, per channel; none when absent.</param>
    /// <param name="scale">The factors, per channel; none when absent.</param>
    /// <param name="epsilon">Keeps the root away from 0; default 0.001.</param>
    /// <exception cref="ArgumentException">A tensor does not have one value per channel.</exception>
    public static Tensor BatchNormalization(Tensor x, Tensor mean, Tensor variance, int axis, Tensor? offset = null, Tensor? scale = null, float epsilon = 1e-3f)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(variance);
        var place = x.Shape.Axis(axis);
        var channels = Shape.Create(x.Shape[place]);
        CheckAffine(mean, channels, nameof(mean));
        CheckAffine(variance, channels, nameof(variance));
        CheckAffine(offset, channels, nameof(offset));
        CheckAffine(scale, channels, nameof(scale));
        var slope = Rsqrt(variance + epsilon);
        if (scale is not null) slope *= scale;
        return ScaleChannels(x, mean, slope, offset ?? Tensor.Zeros(channels), place);
    }

    // (x - mean) · slope + offset in one pass.
    private static unsafe Tensor ScaleChannels(Tensor x, Tensor mean, Tensor slope, Tensor offset, int axis)
    {
        var result = Tensor.New(x.Shape);
        var layout = ChannelsOf(x.Shape, axis);
        if (result.Length > 0)
        {
            using var _ = new StepMemory.Seclusion(true);
            fixed (float* px = x.Floats, py = result.Floats, m = Repeat(mean, layout.Outer).Floats, a = Repeat(slope, layout.Outer).Floats, b = Repeat(offset, layout.Outer).Floats)
                layout.Map(px, m, a, b, null, null, py);
        }

        return Record(result, [x, mean, slope, offset], (n, input) => input switch
        {
            0 => n.Gradient * Aligned(n.Input(2), n.XShape, axis),
            1 => -n.Input(2) * SumChannels(n.Gradient, axis),
            2 => SumChannels(n.Gradient * (n.X - Aligned(n.Y, n.XShape, axis)), axis),
            _ => SumChannels(n.Gradient, axis),
        });
    }

    // Values per channel for each of the outer blocks.
    private static Tensor Repeat(Tensor values, int outer) => outer == 1 ? values : Stretch(values, Shape.Create(outer, values.Length));

    // One value per channel, so that it broadcasts.
    private static Tensor Aligned(Tensor values, Shape shape, int axis) =>
        Reshape(values, Shape.Create([-1, .. Enumerable.Repeat(1, shape.Rank - 1 - axis)]));

    private static Tensor SumChannels(Tensor x, int axis) => Sum(x, [.. Enumerable.Range(0, x.Rank).Where(a => a != axis)]);

    private static ChannelLayout ChannelsOf(Shape shape, int axis)
    {
        var (before, inner) = (shape[..axis].Size, shape[(axis + 1)..].Size);
        return inner == 1 ? new(1, before, shape[axis], 1) : new(before, 1, shape[axis], inner);
    }
}
