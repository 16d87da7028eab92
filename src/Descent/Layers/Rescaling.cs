using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that scales and shifts: <c>x · scale + offset</c>. <c>new Rescaling(1 / 255.0)</c> brings pixels to [0, 1].</summary>
public sealed class Rescaling : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="scale">The factor.</param>
    /// <param name="offset">What is added then; default 0.</param>
    public Rescaling(double scale, double offset = 0) => (Scale, Offset) = (scale, offset);

    private Rescaling(ConfigReader reader)
        : base(reader) => (Scale, Offset) = (reader.Double("scale"), reader.Double("offset", 0));

    /// <summary>The factor.</summary>
    public double Scale { get; }

    /// <summary>What is added to the product.</summary>
    public double Offset { get; }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => x * (float)Scale + (float)Offset;

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => inputShape;

    private protected override JsonObject? BuildConfig() => WriteBuildShapes();

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["scale"] = KerasJson.Float(Scale);
        config["offset"] = KerasJson.Float(Offset);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Rescaling FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Rescaling(reader));
}
