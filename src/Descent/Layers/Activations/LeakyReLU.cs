using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>The rectifier with a slope below 0 as a layer: <c>x</c> above 0, <c>negativeSlope · x</c> below.</summary>
public sealed class LeakyReLU : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="negativeSlope">The slope below 0, 0 or more; default 0.3.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slope is negative or not finite.</exception>
    public LeakyReLU(double negativeSlope = 0.3) => NegativeSlope = Check.NotNegative(negativeSlope, nameof(NegativeSlope));

    private LeakyReLU(ConfigReader reader)
        : base(reader) => NegativeSlope = Check.NotNegative(reader.NullableDouble("negative_slope") ?? reader.Double("alpha", 0.3), nameof(NegativeSlope)); // alpha: Keras 2

    /// <summary>The slope below 0.</summary>
    public double NegativeSlope { get; }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => Ops.LeakyRelu(x, (float)NegativeSlope);

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => inputShape;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["negative_slope"] = KerasJson.Float(NegativeSlope);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static LeakyReLU FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new LeakyReLU(reader));
}
