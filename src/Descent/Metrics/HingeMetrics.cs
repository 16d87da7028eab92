using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>The mean of how far predictions are on the wrong side of the margin.</summary>
/// <seealso cref="Losses.Hinge"/>
public sealed class Hinge : LossMetric
{
    private const string DefaultName = "hinge";

    /// <summary>Creates the metric.</summary>
    public Hinge()
        : base(DefaultName)
    {
    }

    private Hinge(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override Loss Loss { get; } = new Losses.Hinge();

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Hinge FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Hinge(reader));
}

/// <summary>The mean of squares of how far predictions are on the wrong side of the margin.</summary>
/// <seealso cref="Losses.SquaredHinge"/>
public sealed class SquaredHinge : LossMetric
{
    private const string DefaultName = "squared_hinge";

    /// <summary>Creates the metric.</summary>
    public SquaredHinge()
        : base(DefaultName)
    {
    }

    private SquaredHinge(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override Loss Loss { get; } = new Losses.SquaredHinge();

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static SquaredHinge FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SquaredHinge(reader));
}

/// <summary>The mean of how little the true class stands out.</summary>
/// <seealso cref="Losses.CategoricalHinge"/>
public sealed class CategoricalHinge : LossMetric
{
    private const string DefaultName = "categorical_hinge";

    /// <summary>Creates the metric.</summary>
    public CategoricalHinge()
        : base(DefaultName)
    {
    }

    private CategoricalHinge(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override Loss Loss { get; } = new Losses.CategoricalHinge();

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static CategoricalHinge FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new CategoricalHinge(reader));
}
