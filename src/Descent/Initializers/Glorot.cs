using System.Text.Json.Nodes;

namespace Descent.Initializers;

/// <summary>Draws evenly from <c>[-l, l)</c> with <c>l = √(6 / (fanIn + fanOut))</c>; Keras' default for kernels.</summary>
/// <seealso href="https://proceedings.mlr.press/v9/glorot10a.html">Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks</seealso>
public sealed class GlorotUniform : FanInitializer
{
    /// <summary>Creates the initializer.</summary>
    public GlorotUniform()
    {
    }

    private GlorotUniform(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override (double, FanMode, ScalingDistribution) Scaling => (1.0, FanMode.FanAvg, ScalingDistribution.Uniform);

    /// <summary>Makes the initializer from what <see cref="FanInitializer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static GlorotUniform FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new GlorotUniform(reader));
}

/// <summary>Draws from a truncated normal distribution of variance <c>2 / (fanIn + fanOut)</c>.</summary>
/// <seealso href="https://proceedings.mlr.press/v9/glorot10a.html">Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks</seealso>
public sealed class GlorotNormal : FanInitializer
{
    /// <summary>Creates the initializer.</summary>
    public GlorotNormal()
    {
    }

    private GlorotNormal(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override (double, FanMode, ScalingDistribution) Scaling => (1.0, FanMode.FanAvg, ScalingDistribution.TruncatedNormal);

    /// <summary>Makes the initializer from what <see cref="FanInitializer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static GlorotNormal FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new GlorotNormal(reader));
}
