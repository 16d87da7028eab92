using System.Text.Json.Nodes;
using Descent.RandomNumbers;

namespace Descent.Layers;

/// <summary>A layer that multiplies with normally distributed noise of mean 1 and variance <c>rate / (1 - rate)</c> while training; otherwise it does nothing.</summary>
public sealed class GaussianDropout : NoiseLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="rate">What <see cref="Dropout"/> of as much noise would drop, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside of [0, 1].</exception>
    public GaussianDropout(double rate) => Rate = CheckRate(rate);

    private GaussianDropout(ConfigReader reader)
        : base(reader) => Rate = CheckRate(reader.Double("rate"));

    /// <summary>What <see cref="Dropout"/> of as much noise would drop.</summary>
    public double Rate { get; }

    private protected override bool IsNoisy => Rate > 0;

    private protected override Tensor Disturb(Tensor x, Philox random) =>
        x * Ops.Normal(x.Shape, 1f, (float)Math.Sqrt(Rate / (1 - Rate)), random);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["rate"] = KerasJson.Float(Rate);
        config["seed"] = Seed;
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static GaussianDropout FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new GaussianDropout(reader));
}
