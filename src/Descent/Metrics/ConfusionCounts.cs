using System.Text.Json.Nodes;

namespace Descent.Metrics;

/// <summary>The weighted number of predictions in one cell of the confusion matrix, per threshold.</summary>
public abstract class ConfusionCountMetric : ConfusionMetric
{
    private protected ConfusionCountMetric()
    {
    }

    private protected ConfusionCountMetric(ConfigReader reader)
        : base(reader)
        => Thresholds = Thresholds.Read(reader, "thresholds");

    /// <summary>Above these a prediction means yes; default null: 0.5. With several, the result is a vector.</summary>
    public Thresholds? Thresholds { get; init; }

    private protected abstract Cell Judged { get; }

    private protected sealed override IReadOnlyList<(string Name, Cell Cell)> Counted => [("accumulator", Judged)];

    /// <inheritdoc/>
    public override Tensor Result()
    {
        Build(labels: 1);
        return PerThreshold(i => CountOf(Judged)[i]);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["thresholds"] = Thresholds?.ToJson();
        return config;
    }

    private protected sealed override ThresholdLadder MakeLadder()
    {
        var thresholds = Thresholds ?? 0.5;
        return new ThresholdLadder(thresholds, ThresholdLadder.AreEven(thresholds));
    }
}

/// <summary>How often yes was predicted, rightly.</summary>
public sealed class TruePositives : ConfusionCountMetric
{
    /// <summary>Creates the metric.</summary>
    public TruePositives()
    {
    }

    private TruePositives(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override Cell Judged => Cell.TruePositives;

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static TruePositives FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new TruePositives(reader));
}

/// <summary>How often yes was predicted, wrongly.</summary>
public sealed class FalsePositives : ConfusionCountMetric
{
    /// <summary>Creates the metric.</summary>
    public FalsePositives()
    {
    }

    private FalsePositives(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override Cell Judged => Cell.FalsePositives;

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static FalsePositives FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new FalsePositives(reader));
}

/// <summary>How often no was predicted, rightly.</summary>
public sealed class TrueNegatives : ConfusionCountMetric
{
    /// <summary>Creates the metric.</summary>
    public TrueNegatives()
    {
    }

    private TrueNegatives(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override Cell Judged => Cell.TrueNegatives;

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static TrueNegatives FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new TrueNegatives(reader));
}

/// <summary>How often no was predicted, wrongly.</summary>
public sealed class FalseNegatives : ConfusionCountMetric
{
    /// <summary>Creates the metric.</summary>
    public FalseNegatives()
    {
    }

    private FalseNegatives(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override Cell Judged => Cell.FalseNegatives;

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static FalseNegatives FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new FalseNegatives(reader));
}
