using System.Text.Json.Nodes;

namespace Descent.Initializers;

/// <summary>Draws evenly from <c>[-l, l)</c> with <c>l = √(6 / fanIn)</c>; suits rectified units.</summary>
/// <seealso href="https://arxiv.org/abs/1502.01852">He et al., Delving Deep into Rectifiers</seealso>
public sealed class HeUniform : FanInitializer
{
    /// <summary>Creates the initializer.</summary>
    public HeUniform()
    {
    }

    private HeUniform(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override (double, FanMode, ScalingDistribution) Scaling => (2.0, FanMode.FanIn, ScalingDistribution.Uniform);

    /// <summary>Makes the initializer from what <see cref="FanInitializer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static HeUniform FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new HeUniform(reader));
}

/// <summary>Draws from a truncated normal distribution of variance <c>2 / fanIn</c>; suits rectified units.</summary>
/// <seealso href="https://arxiv.org/abs/1502.01852">He et al., Delving Deep into Rectifiers</seealso>
public sealed class HeNormal : FanInitializer
{
    /// <summary>Creates the initializer.</summary>
    public HeNormal()
    {
    }

    private HeNormal(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override (double, FanMode, ScalingDistribution) Scaling => (2.0, FanMode.FanIn, ScalingDistribution.TruncatedNormal);

    /// <summary>Makes the initializer from what <see cref="FanInitializer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static HeNormal FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new HeNormal(reader));
}
