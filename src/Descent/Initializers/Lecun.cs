using System.Text.Json.Nodes;

namespace Descent.Initializers;

/// <summary>Draws evenly from <c>[-l, l)</c> with <c>l = √(3 / fanIn)</c>.</summary>
/// <seealso href="https://arxiv.org/abs/1706.02515">Klambauer et al., Self-Normalizing Neural Networks</seealso>
public sealed class LecunUniform : FanInitializer
{
    /// <summary>Creates the initializer.</summary>
    public LecunUniform()
    {
    }

    private LecunUniform(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override (double, FanMode, ScalingDistribution) Scaling => (1.0, FanMode.FanIn, ScalingDistribution.Uniform);

    /// <summary>Makes the initializer from what <see cref="FanInitializer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static LecunUniform FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new LecunUniform(reader));
}

/// <summary>Draws from a truncated normal distribution of variance <c>1 / fanIn</c>; suits selu units.</summary>
/// <seealso href="https://arxiv.org/abs/1706.02515">Klambauer et al., Self-Normalizing Neural Networks</seealso>
public sealed class LecunNormal : FanInitializer
{
    /// <summary>Creates the initializer.</summary>
    public LecunNormal()
    {
    }

    private LecunNormal(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override (double, FanMode, ScalingDistribution) Scaling => (1.0, FanMode.FanIn, ScalingDistribution.TruncatedNormal);

    /// <summary>Makes the initializer from what <see cref="FanInitializer.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new initializer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static LecunNormal FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new LecunNormal(reader));
}
