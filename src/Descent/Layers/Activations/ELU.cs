using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>The exponential linear unit as a layer: <c>x</c> above 0, <c>alpha · (eˣ - 1)</c> below.</summary>
/// <seealso href="https://arxiv.org/abs/1511.07289">Fast and Accurate Deep Network Learning by Exponential Linear Units</seealso>
public sealed class ELU : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="alpha">What the output goes to on the left, negated; default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public ELU(double alpha = 1) => Alpha = Check.Finite(alpha, nameof(Alpha));

    private ELU(ConfigReader reader)
        : base(reader) => Alpha = reader.Double("alpha", 1);

    /// <summary>What the output goes to on the left, negated.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => Ops.Elu(x, (float)Alpha);

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => inputShape;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["alpha"] = KerasJson.Float(Alpha);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static ELU FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new ELU(reader));
}
