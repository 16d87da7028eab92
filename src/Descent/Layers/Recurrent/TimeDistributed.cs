using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>Applies a layer to each time step by itself: <c>(batch, time, …)</c> becomes <c>(batch, time, …)</c>, with the same weights at every step.</summary>
/// <remarks>A penalty on activity is that of this layer; as in Keras, that of the layer inside does not count.</remarks>
/// <example><code>new TimeDistributed(new Dense(10, "softmax"))</code></example>
public sealed class TimeDistributed : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="layer">The layer that is applied to each time step.</param>
    public TimeDistributed(Layer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Layer = Track(layer, "layer");
    }

    private TimeDistributed(ConfigReader reader)
        : base(reader)
    {
        Layer = Track(Deserialize(reader.Object("layer")), "layer");
        ActivityRegularizer = ReadRegularizer(reader, "activity_regularizer");
    }

    /// <summary>The layer that is applied to each time step.</summary>
    public Layer Layer { get; }

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    private protected override (int Least, int Most) MaskRanks => (2, int.MaxValue);

    internal override bool TakesMask => true;

    /// <inheritdoc/>
    public override void Build(Shape inputShape) => Layer.EnsureBuilt(StepShape(inputShape));

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => Call(x, null, training);

    /// <inheritdoc/>
    protected internal override Tensor Call(Tensor x, Tensor? mask, bool training)
    {
        ArgumentNullException.ThrowIfNull(x);
        CheckFits(x.Shape);
        var (batch, time) = (x.Shape[0], x.Shape[1]);
        if (mask is not { Rank: > 2 } && !Layer.HasStatistics)
        {
            // The steps know nothing of each other: they are rows of one larger batch.
            var rows = Layer.Compute(Ops.Reshape(x, Shape.Create([batch * time, .. x.Shape.Dimensions[2..]])), null, training);
            return Ops.Reshape(rows, Shape.Create([batch, time, .. rows.Shape.Dimensions[1..]]));
        }

        // A layer that looks at a whole batch, or at a mask, sees one time step after the other, as in Keras.
        var outputs = new Tensor[time];
        for (var t = 0; t < time; t++) outputs[t] = Layer.Compute(Recurrent.TimeStep(x, t), mask is { Rank: > 2 } ? Recurrent.TimeStep(mask, t) : null, training);
        return Ops.Stack(outputs, 1);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        var step = Layer.ComputeOutputShape(StepShape(inputShape));
        return Shape.Create([step[0], inputShape[1], .. step.Dimensions[1..]]);
    }

    private protected override JsonObject? BuildConfig() => WriteBuildShapes();

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["layer"] = Layer.Serialize();
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static TimeDistributed FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new TimeDistributed(reader));

    private Shape StepShape(Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return shape.Rank >= 3 ? Shape.Create([shape[0], .. shape.Dimensions[2..]]) : throw Refusal(
            $"Layer '{Name}' expects an input of shape (batch, time, …) of rank 3 or more. Received shape {shape}.", nameof(shape));
    }
}
