using Descent.Kernels;
using Descent.Memory;

namespace Descent;

public static partial class Ops
{
    /// <summary>
    /// Brings each group of channels of each sample to mean 0 and variance 1, then scales and shifts each channel:
    /// <c>(x - mean) / √(variance + epsilon) · gamma + beta</c>.
    /// </summary>
    /// <param name="x">A float32 tensor, batch dimension first.</param>
    /// <param name="groups">How many groups the channels make; it divides their number.</param>
    /// <param name="axis">The axis of the channels, also negative, but not the first.</param>
    /// <param name="gamma">The factors, per channel; none when absent.</param>
    /// <param name="beta">What is added, per channel; none when absent.</param>
    /// <param name="epsilon">Keeps the root away from 0; default 0.001.</param>
    /// <exception cref="ArgumentException">The groups do not divide the channels, or gamma or beta does not have one value per channel.</exception>
    /// <seealso href="https://arxiv.org/abs/1803.08494">Group Normalization</seealso>
    public static Tensor GroupNormalization(Tensor x, int groups, int axis = -1, Tensor? gamma = null, Tensor? beta = null, float epsilon = 1e-3f)
    {
        ArgumentNullException.ThrowIfNull(x);
        var place = x.Shape.Axis(axis);
        var channels = x.Shape[place];
        if (place == 0) throw new ArgumentException($"The channels of a group normalization must not be the first axis. Received: axis {axis} of shape {x.Shape}.", nameof(axis));
        if (groups < 1 || channels % groups != 0)
            throw new ArgumentException($"The number of groups must divide that of the channels, {channels}. Received: {groups}.", nameof(groups));
        var (before, inner) = (x.Shape[1..place].Size, x.Shape[(place + 1)..].Size);
        if (before > 1 && inner > 1) return GroupNormalizationLast(x, groups, place, gamma, beta, epsilon);
        return NormalizeChannels(x, gamma, beta, new ChannelState(new ChannelLayout(x.Shape[0], before, channels, inner), groups, acrossOuter: false, epsilon));
    }

    // With the channels moved to the end and back.
    private static Tensor GroupNormalizationLast(Tensor x, int groups, int axis, Tensor? gamma, Tensor? beta, float epsilon)
    {
        int[] last = [.. Enumerable.Range(0, axis), .. Enumerable.Range(axis + 1, x.Rank - 1 - axis), axis];
        return Transpose(GroupNormalization(Transpose(x, last), groups, -1, gamma, beta, epsilon), Inverse(last));
    }

    /// <summary>Brings each channel of a batch to mean 0 and variance 1, then scales and shifts it; the mean and variance come back as constants.</summary>
    internal static Tensor NormalizeBatch(Tensor x, int axis, Tensor? gamma, Tensor? beta, float epsilon, out Tensor mean, out Tensor variance)
    {
        var state = new ChannelState(ChannelsOf(x.Shape, axis), x.Shape[axis], acrossOuter: true, epsilon);
        var result = NormalizeChannels(x, gamma, beta, state);
        using var _ = new StepMemory.Seclusion(true);
        (mean, variance) = (Tensor.New(Shape.Create(x.Shape[axis])), Tensor.New(Shape.Create(x.Shape[axis])));
        state.Means.Floats[..mean.Length].CopyTo(mean.Floats);
        state.Variances.Floats[..mean.Length].CopyTo(variance.Floats);
        return result;
    }

    private static unsafe Tensor NormalizeChannels(Tensor x, Tensor? gamma, Tensor? beta, ChannelState state)
    {
        var layout = state.Layout;
        var channels = Shape.Create(layout.Channels);
        CheckAffine(gamma, channels, nameof(gamma));
        CheckAffine(beta, channels, nameof(beta));
        state.HasGamma = gamma is not null;
        var result = Tensor.New(x.Shape);
        using (new StepMemory.Seclusion(true))
        {
            var count = Shape.Create(layout.Count);
            var (slopes, offsets) = (Tensor.New(count), Tensor.New(count));
            state.Means = Tensor.New(count);
            state.Variances = Tensor.New(count);
            state.Totals = Tensor.New(Shape.Create(state.TotalCount));
            if (result.Length == 0)
            {
                state.Means.Floats.Clear();
                state.Variances.Floats.Clear();
            }
            else
            {
                fixed (float* px = x.Floats, py = result.Floats, means = state.Means.Floats, variances = state.Variances.Floats, a = slopes.Floats, b = offsets.Floats)
                {
                    layout.Sum(px, means);
                    state.Average(means);
                    layout.SumSquares(px, means, variances);
                    state.Average(variances);
                    for (var i = 0; i < layout.Count; i++)
                    {
                        a[i] = state.Scale(i) * ChannelState.Of(gamma, i, 1f);
                        b[i] = ChannelState.Of(beta, i, 0f);
                    }

                    layout.Map(px, means, a, b, null, null, py);
                }
            }
        }

        return RecordAffine(result, x, gamma, beta, static n => ChannelInput(n), static n => ChannelGamma(n), static n => ChannelBeta(n), state);
    }

    // With h = g · gamma and z = (x - mean) · scale: scale · (h - mean(h) - z · mean(h · z)), the means over what is normalized together.
    private static unsafe Tensor ChannelInput(Node n)
    {
        var state = (ChannelState)n.State!;
        var layout = state.Layout;
        var gamma = state.HasGamma ? n.Y : null;
        if (Recording.Current is not null)
        {
            state.RequireWhole();
            var (z, scale) = Standardize(Reshape(n.X, state.View), state.Axes, state.Epsilon, centered: true);
            var h = Reshape(n.Gradient, state.View);
            if (gamma is not null) h *= Reshape(gamma, state.ChannelView);
            return Reshape(StandardizeGradient(h, z, scale, state.Axes, centered: true), n.XShape);
        }

        var sums = ChannelSums(n);
        var result = Tensor.New(n.XShape);
        if (result.Length == 0) return result;
        var coefficients = Tensor.New(Shape.Create(3, layout.Count));
        fixed (float* x = n.X.Floats, g = n.Gradient.Floats, y = result.Floats, means = state.Means.Floats, s = sums.Floats, c = coefficients.Floats)
        {
            float* slopes = c, offsets = c + layout.Count, weights = offsets + layout.Count;
            for (var i = 0; i < layout.Count; i++)
            {
                weights[i] = ChannelState.Of(gamma, i, 1f);
                offsets[i] = s[i] * weights[i];
                slopes[i] = s[layout.Count + i] * weights[i];
            }

            state.Average(offsets);
            state.Average(slopes);
            for (var i = 0; i < layout.Count; i++)
            {
                var scale = state.Scale(i);
                weights[i] *= scale;
                offsets[i] *= -scale;
                slopes[i] *= -scale * scale * scale;
            }

            layout.Map(x, means, slopes, offsets, g, weights, y);
        }

        return result;
    }

    private static Tensor ChannelGamma(Node n)
    {
        var state = (ChannelState)n.State!;
        if (Recording.Current is not null)
        {
            state.RequireWhole();
            var (z, _) = Standardize(Reshape(n.X, state.View), state.Axes, state.Epsilon, centered: true);
            return Reshape(Sum(Reshape(n.Gradient, state.View) * z, [0, 1, 4]), n.YShape);
        }

        var result = Tensor.Zeros(n.YShape);
        var layout = state.Layout;
        var sums = ChannelSums(n).Floats[layout.Count..];
        for (var i = 0; i < layout.Count; i++) result.Floats[i % layout.Channels] += sums[i] * state.Scale(i);
        return result;
    }

    private static Tensor ChannelBeta(Node n)
    {
        var shape = BetaShape(n);
        var state = (ChannelState)n.State!;
        if (Recording.Current is not null) return Reshape(Sum(Reshape(n.Gradient, state.View), [0, 1, 4]), shape);
        var result = Tensor.Zeros(shape);
        var layout = state.Layout;
        var sums = ChannelSums(n).Floats;
        for (var i = 0; i < layout.Count; i++) result.Floats[i % layout.Channels] += sums[i];
        return result;
    }

    // Σ g, then Σ g · (x - mean) of each channel, which all three gradients are made of.
    private static unsafe Tensor ChannelSums(Node n)
    {
        if (n.Scratch is { } known) return known;
        var state = (ChannelState)n.State!;
        var sums = Tensor.Zeros(Shape.Create(2, state.Layout.Count));
        if (n.Gradient.Length > 0)
        {
            fixed (float* x = n.X.Floats, g = n.Gradient.Floats, means = state.Means.Floats, s = sums.Floats)
            {
                state.Layout.Sum(g, s);
                state.Layout.SumProducts(g, x, means, s + state.Layout.Count);
            }
        }

        return n.Scratch = sums;
    }

    /// <summary>What is normalized together: of channels in a layout, those of a group within each outer block, or each channel across all of them.</summary>
    private sealed class ChannelState(ChannelLayout layout, int groups, bool acrossOuter, float epsilon)
    {
        private readonly int _perGroup = layout.Channels / groups;
        private readonly BatchShard? _shard = acrossOuter ? BatchShard.Current : null;

        public ChannelLayout Layout => layout;

        public float Epsilon => epsilon;

        public bool HasGamma { get; set; }

        public Tensor Means { get; set; } = null!;

        public Tensor Variances { get; set; } = null!;

        /// <summary>Room for one sum for each of what is normalized together.</summary>
        public Tensor Totals { get; set; } = null!;

        public int TotalCount => acrossOuter ? groups : layout.Outer * groups;

        /// <summary>The tensor with groups and their channels as axes, for ordinary operations.</summary>
        public Shape View => Shape.Create(layout.Outer, layout.Length, groups, _perGroup, layout.Inner);

        public Shape ChannelView => Shape.Create(groups, _perGroup, 1);

        /// <summary>The axes of <see cref="View"/> along which elements are normalized together.</summary>
        public int[] Axes => acrossOuter ? [0, 1, 3, 4] : [1, 3, 4];

        public float Scale(int channel) => 1f / MathF.Sqrt(Variances.Floats[channel] + epsilon);

        /// <summary>One of the values per channel, of which a layout with outer blocks has several.</summary>
        public static float Of(Tensor? values, int channel, float absent) => values is null ? absent : values.Floats[channel % values.Length];

        /// <summary>Turns sums over channels into the mean over all that is normalized together.</summary>
        public unsafe void Average(float* sums)
        {
            var totals = Totals.Floats;
            totals.Clear();
            for (var i = 0; i < layout.Count; i++) totals[Group(i)] += sums[i];
            _shard?.Sum(totals);
            var count = (long)layout.Count * layout.PerChannel;
            var part = 1f / ((float)(_shard?.TotalElements(count) ?? count) / totals.Length);
            for (var i = 0; i < layout.Count; i++) sums[i] = totals[Group(i)] * part;
        }

        /// <summary>The gradient composed of ordinary operations knows nothing of the rows that other shards have.</summary>
        public void RequireWhole()
        {
            if (_shard is not null) throw new NotSupportedException("Gradients of gradients of a batch normalization need the whole batch. Received: a part of one. Train without a distribution.");
        }

        private int Group(int channel) => (acrossOuter ? channel % layout.Channels : channel) / _perGroup;
    }
}
