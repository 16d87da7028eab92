using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that divides by the length along some axes, so that each run of them has length 1; a run of zeros stays as it is.</summary>
public sealed class UnitNormalization : Layer
{
    // The square of the shortest length that is divided by, Keras' 1e-12.
    private const float LeastSquare = 1e-24f;

    /// <summary>Creates the layer.</summary>
    public UnitNormalization()
    {
    }

    private UnitNormalization(ConfigReader reader)
        : base(reader) => Axis = NormalizedAxes.Read(reader, Axis);

    /// <summary>The axes that have a length together, batch dimension counted; default the last.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public IReadOnlyList<int> Axis
    {
        get;
        init => field = NormalizedAxes.Check(value);
    } = [-1];

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        var square = Ops.Sum(Ops.Square(x), NormalizedAxes.Places(this, Axis, x.Shape), keepDimensions: true);
        return x * Ops.Rsqrt(Ops.Maximum(square, LeastSquare));
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        NormalizedAxes.Places(this, Axis, inputShape);
        return inputShape;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["axis"] = Axis is [var single] ? single : KerasJson.Integers(Axis);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static UnitNormalization FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new UnitNormalization(reader));
}
