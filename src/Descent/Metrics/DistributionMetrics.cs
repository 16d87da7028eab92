using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>The mean Kullback-Leibler divergence of predicted from true probabilities.</summary>
/// <seealso cref="Losses.KLDivergence"/>
public sealed class KLDivergence : LossMetric
{
    private const string DefaultName = "kl_divergence";

    /// <summary>Creates the metric.</summary>
    public KLDivergence()
        : base(DefaultName)
    {
    }

    private KLDivergence(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override Loss Loss { get; } = new Losses.KLDivergence();

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static KLDivergence FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new KLDivergence(reader));
}

/// <summary>The mean Poisson loss of predicted means of counts.</summary>
/// <seealso cref="Losses.Poisson"/>
public sealed class Poisson : LossMetric
{
    private const string DefaultName = "poisson";

    /// <summary>Creates the metric.</summary>
    public Poisson()
        : base(DefaultName)
    {
    }

    private Poisson(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override Loss Loss { get; } = new Losses.Poisson();

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Poisson FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Poisson(reader));
}
