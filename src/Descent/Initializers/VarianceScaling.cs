using System.Text.Json.Nodes;

namespace Descent.Initializers;

/// <summary>Draws numbers of mean 0 and variance <c>scale / max(1, fan)</c>; the initializers of Glorot, He and LeCun are cases of it.</summary>
/// <example><code>new VarianceScaling(scale: 2.0) { Mode = FanMode.FanOut, Distribution = ScalingDistribution.Uniform, Seed = 1 }</code></example>
public sealed class VarianceScaling : FanInitializer
{
    /// <summary>Creates the initializer.</summary>
    /// <param name="scale">The factor of the variance, above 0; default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is not positive and finite.</exception>
    public VarianceScaling(double scale = 1.0) => Scale = Check.Positive(scale, nameof(Scale));

    private VarianceScaling(ConfigReader reader)
        : base(reader)
    {
        Scale = Check.Positive(reader.Double("scale", 1.0), nameof(Scale));
        Mode = reader.Choice("mode", Mode);

        // Keras' older name of the truncated distribution.
        Distribution = reader.NullableString("distribution") == "normal" ? Distribution : reader.Choice("distribution", Distribution);
    }

    /// <summary>The factor of the variance.</summary>
    public double Scale { get; }

    /// <summary>The fan that divides the variance; default the inputs.</summary>
    public FanMode Mode { get; init; } = FanMode.FanIn;

    /// <summary>The distribution; default a truncated normal one.</summary>
    public ScalingDistribution Distribution { get; init; } = ScalingDistribution.TruncatedNormal;

    private protected override (double, FanMode, ScalingDistribution) Scaling => (Scale, Mode, Distribution);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["scale"] = KerasJson.Float(Scale);
        config["mode"] = KerasNames.ToSnakeCase(Mode.ToString());
        config["distribution"] = KerasNames.ToSnakeCase(Distribution.ToString());
        return config;
    }

    /// <summary>Makes the initializer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static VarianceScaling FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new VarianceScaling(reader));
}
