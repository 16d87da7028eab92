using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that marks the time steps whose features all have one value: layers that look at the mask skip them.</summary>
/// <remarks>Input and output <c>(batch, time, …, features)</c>; the mask is <c>(batch, time, …)</c>, false where every feature has the value. Masked steps become 0.</remarks>
/// <example><code>new Sequential([new Masking { InputShape = [10, 8] }, new LSTM(32)])</code></example>
public sealed class Masking : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="maskValue">The value that marks a time step; default 0.</param>
    public Masking(double maskValue = 0) => MaskValue = maskValue;

    private Masking(ConfigReader reader)
        : base(reader) => MaskValue = reader.Double("mask_value", 0);

    /// <summary>The value that marks a time step.</summary>
    public double MaskValue { get; }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    internal override int GivenMaskRank(IReadOnlyList<Shape> inputShapes) => inputShapes[0].Rank - 1;

    internal override MaskGraph.Mask? WriteMask(MaskGraph masks, LayerNode node) => masks.Any(masks.NotEqual(node.Inputs[0], KerasJson.Float(MaskValue)));

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        CheckRank(x.Shape);
        var counts = Ops.Any(Ops.NotEqual(x, (float)MaskValue), [-1], keepDimensions: true);
        var y = Ops.Where(counts, x, 0f);
        y.Mask = Ops.Reshape(counts, x.Shape[..^1]);
        return y;
    }

    /// <inheritdoc/>
    public override Tensor? ComputeMask(Tensor x, Tensor? mask)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Ops.Any(Ops.NotEqual(x, (float)MaskValue), [-1]);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        CheckRank(inputShape);
        return inputShape;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["mask_value"] = KerasJson.Float(MaskValue);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Masking FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Masking(reader));

    private void CheckRank(Shape shape)
    {
        if (shape.Rank < 2)
            throw Refusal($"Layer '{Name}' expects an input of shape (batch, …, features). Received shape {shape}.");
    }
}
