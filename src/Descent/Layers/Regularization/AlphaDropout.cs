using System.Text.Json.Nodes;
using Descent.RandomNumbers;

namespace Descent.Layers;

/// <summary>
/// Dropout for networks of <c>selu</c>, which keeps their mean and variance: while training what is dropped takes the value that selu goes to on the left, and all
/// is scaled and shifted. Otherwise it does nothing.
/// </summary>
/// <seealso href="https://arxiv.org/abs/1706.02515">Self-Normalizing Neural Networks</seealso>
public sealed class AlphaDropout : NoiseLayer
{
    // -alpha · scale of selu.
    private const double Saturation = -1.6732632423543772 * 1.0507009873554805;

    /// <summary>Creates the layer.</summary>
    /// <param name="rate">The part to drop, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside of [0, 1].</exception>
    public AlphaDropout(double rate) => Rate = CheckRate(rate);

    private AlphaDropout(ConfigReader reader)
        : base(reader)
    {
        Rate = CheckRate(reader.Double("rate"));
        NoiseShape = ReadNoiseShape(reader);
    }

    /// <summary>The part to drop.</summary>
    public double Rate { get; }

    /// <summary>The shape of the noise, as that of <see cref="Dropout.NoiseShape"/>. Default: the input's shape.</summary>
    public Shape? NoiseShape { get; init; }

    private protected override bool IsNoisy => Rate > 0;

    private protected override Tensor Disturb(Tensor x, Philox random)
    {
        var slope = 1 / Math.Sqrt((1 - Rate) * (1 + Rate * Saturation * Saturation));
        var kept = Ops.Sign(Ops.Dropout(Tensor.Ones(NoiseShapeFor(x, NoiseShape)), (float)Rate, random));
        return x * (kept * (float)slope) + ((1f - kept) * (float)(Saturation * slope) - (float)(slope * Saturation * Rate));
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["rate"] = KerasJson.Float(Rate);
        config["seed"] = Seed;
        config["noise_shape"] = NoiseShape is null ? null : ConfigShapes.Write(NoiseShape);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static AlphaDropout FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new AlphaDropout(reader));
}
