using System.Text.Json.Nodes;
using Descent.RandomNumbers;

namespace Descent.Layers;

/// <summary>A layer that adds normally distributed noise while training; otherwise it does nothing.</summary>
public sealed class GaussianNoise : NoiseLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="stddev">The standard deviation of the noise, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is outside of [0, 1].</exception>
    public GaussianNoise(double stddev) => Stddev = Check.UnitInterval(stddev, nameof(Stddev));

    private GaussianNoise(ConfigReader reader)
        : base(reader) => Stddev = Check.UnitInterval(reader.Double("stddev"), nameof(Stddev));

    /// <summary>The standard deviation of the noise.</summary>
    public double Stddev { get; }

    private protected override bool IsNoisy => Stddev > 0;

    private protected override Tensor Disturb(Tensor x, Philox random) => x + Ops.Normal(x.Shape, 0f, (float)Stddev, random);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["stddev"] = KerasJson.Float(Stddev);
        config["seed"] = Seed;
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static GaussianNoise FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new GaussianNoise(reader));
}
