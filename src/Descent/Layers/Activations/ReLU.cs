using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>
/// The rectifier as a layer: <c>x</c> above the threshold and at most <see cref="MaxValue"/>, <c>negativeSlope · (x - threshold)</c> below it.
/// </summary>
public sealed class ReLU : Layer
{
    /// <summary>Creates the layer.</summary>
    public ReLU()
    {
    }

    private ReLU(ConfigReader reader)
        : base(reader)
    {
        MaxValue = reader.NullableDouble("max_value");
        NegativeSlope = reader.Double("negative_slope", NegativeSlope);
        Threshold = reader.Double("threshold", Threshold);
    }

    /// <summary>The largest output, 0 or more; default null: unlimited.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double? MaxValue
    {
        get;
        init => field = value is { } given ? Check.NotNegative(given, nameof(MaxValue)) : null;
    }

    /// <summary>The slope below the threshold, 0 or more; default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double NegativeSlope
    {
        get;
        init => field = Check.NotNegative(value, nameof(NegativeSlope));
    }

    /// <summary>Where the identity begins, 0 or more; default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Threshold
    {
        get;
        init => field = Check.NotNegative(value, nameof(Threshold));
    }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => this is { MaxValue: null, NegativeSlope: 0, Threshold: 0 }
        ? Ops.Relu(x)
        : Ops.Relu(x, (float)NegativeSlope, (float?)MaxValue, (float)Threshold);

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => inputShape;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["max_value"] = KerasJson.Float(MaxValue);
        config["negative_slope"] = KerasJson.Float(NegativeSlope);
        config["threshold"] = KerasJson.Float(Threshold);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static ReLU FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new ReLU(reader));
}
