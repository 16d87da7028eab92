using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that gives each sample another shape, the elements in the same order.</summary>
/// <example><code>new Reshape([3, -1])   // (batch, 12) becomes (batch, 3, 4)</code></example>
public sealed class Reshape : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="targetShape">The shape of one sample, without the batch dimension; one dimension may be -1: it is worked out.</param>
    /// <exception cref="ArgumentException">More than one dimension is -1.</exception>
    public Reshape(Shape targetShape)
    {
        ArgumentNullException.ThrowIfNull(targetShape);
        TargetShape = targetShape.Count(d => d < 0) <= 1 ? targetShape : throw new ArgumentException(
            $"At most one dimension of TargetShape can be -1. Received: [{string.Join(", ", targetShape)}].", nameof(targetShape));
    }

    private Reshape(ConfigReader reader)
        : base(reader) => TargetShape = new Reshape(ConfigShapes.Read(reader.Array("target_shape"))).TargetShape;

    /// <summary>The shape of one sample.</summary>
    public Shape TargetShape { get; }

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    internal override DType OutputDType(DType input) => input;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => Ops.Reshape(x, ComputeOutputShape(x.Shape));

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        if (inputShape.Rank == 0)
            throw Refusal($"Layer '{Name}' expects an input with a batch dimension. Received shape {inputShape}.", nameof(inputShape));
        var sample = inputShape[1..];
        return Shape.Create([inputShape[0], .. sample.IsKnown ? Ops.ResolveShape(TargetShape, sample.Size, sample) : TargetShape]);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["target_shape"] = KerasJson.Integers(TargetShape);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Reshape FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Reshape(reader));
}
