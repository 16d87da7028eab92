using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that keeps the mean over one axis, such as time, channel by channel.</summary>
/// <remarks>Input <c>(batch, steps, channels)</c>, output <c>(batch, channels)</c>, or with its spatial axes of size 1.</remarks>
/// <example><code>new GlobalAveragePooling1D()</code></example>
public sealed class GlobalAveragePooling1D : GlobalAveragePooling
{
    /// <summary>Creates the layer.</summary>
    public GlobalAveragePooling1D()
        : base(1)
    {
    }

    private GlobalAveragePooling1D(ConfigReader reader)
        : base(1, reader)
    {
    }

    /// <inheritdoc/>
    /// <remarks>Steps that the mask leaves out do not count. The output has no time axis, and no mask.</remarks>
    protected internal override Tensor Call(Tensor x, Tensor? mask, bool training)
    {
        if (mask is null) return Call(x, training);
        CheckRank(x.Shape);
        var time = ChannelsFirst ? 2 : 1;
        var counts = Ops.ExpandDims(Ops.Cast(mask, DType.Float32), 3 - time);
        return Ops.Sum(Ops.Where(Ops.ExpandDims(mask, 3 - time), x, Tensor.Scalar(0f)), [time], KeepDims) / Ops.Sum(counts, [time], KeepDims);
    }

    private protected override (int Least, int Most) MaskRanks => (2, 2);

    internal override bool TakesMask => true;

    private protected override Shape MaskedShape(Shape inputShape) => inputShape.Rank == 3 ? LastOf(inputShape) : inputShape;

    /// <summary>Makes the layer from what <see cref="Layer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static GlobalAveragePooling1D FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new GlobalAveragePooling1D(reader));
}
