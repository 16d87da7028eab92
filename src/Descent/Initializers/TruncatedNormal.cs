using System.Text.Json.Nodes;

namespace Descent.Initializers;

/// <summary>Draws from a normal distribution; a number beyond two standard deviations is drawn again.</summary>
public sealed class TruncatedNormal : RandomInitializer
{
    /// <summary>Creates the initializer.</summary>
    /// <param name="mean">The mean; default 0.</param>
    /// <param name="stddev">The standard deviation before truncation, 0 or more; default 0.05.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not finite, or <paramref name="stddev"/> is negative.</exception>
    public TruncatedNormal(double mean = 0.0, double stddev = 0.05) => (Mean, Stddev) = (Check.Finite(mean, nameof(Mean)), Check.NotNegative(stddev, nameof(Stddev)));

    private TruncatedNormal(ConfigReader reader)
        : base(reader)
        => (Mean, Stddev) = (reader.Double("mean", 0.0), Check.NotNegative(reader.Double("stddev", 0.05), nameof(Stddev)));

    /// <summary>The mean.</summary>
    public double Mean { get; }

    /// <summary>The standard deviation before truncation.</summary>
    public double Stddev { get; }

    /// <inheritdoc/>
    public override Tensor Call(Shape shape)
    {
        var tensor = Tensor.New(shape);
        NewGenerator().TruncatedNormal(tensor.Floats, (float)Mean, (float)Stddev);
        return tensor;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["mean"] = KerasJson.Float(Mean);
        config["stddev"] = KerasJson.Float(Stddev);
        return config;
    }

    /// <summary>Makes the initializer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static TruncatedNormal FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new TruncatedNormal(reader));
}
