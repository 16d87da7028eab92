using System.Text.Json.Nodes;

namespace Descent.Metrics;

/// <summary>The share of true positives among what is counted besides, per threshold; 0 where nothing is.</summary>
public abstract class HitRateMetric : ConfusionMetric
{
    private protected HitRateMetric()
    {
    }

    private protected HitRateMetric(ConfigReader reader)
        : base(reader)
    {
        Thresholds = Thresholds.Read(reader, "thresholds");
        TopK = reader.NullableInt("top_k");
        ClassId = reader.NullableInt("class_id");
    }

    /// <summary>Above these a prediction means yes; default null: 0.5, or with <see cref="TopK"/> none. With several, the result is a vector.</summary>
    public Thresholds? Thresholds { get; init; }

    /// <summary>If given, only that many highest scores of a row can mean yes; 1 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int? TopK { get; init => field = value is { } k ? Check.AtLeast(1, k, nameof(TopK)) : null; }

    /// <summary>If given, only this class is judged; 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int? ClassId { get; init => field = value is { } id ? Check.AtLeast(0, id, nameof(ClassId)) : null; }

    private protected sealed override int? HighestOnly => TopK;

    private protected sealed override int? OnlyClass => ClassId;

    /// <inheritdoc/>
    public override Tensor Result()
    {
        Build(labels: 1);
        return PerThreshold(i => Ratio(CountOf(Cell.TruePositives)[i], CountOf(Counted[1].Cell)[i]));
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["thresholds"] = Thresholds?.ToJson();
        config["top_k"] = TopK;
        config["class_id"] = ClassId;
        return config;
    }

    private protected sealed override ThresholdLadder MakeLadder() => Thresholds is null && TopK is not null
        ? new ThresholdLadder([-1e10], isEven: false)
        : new ThresholdLadder(Thresholds ?? 0.5, ThresholdLadder.AreEven(Thresholds ?? 0.5));
}

/// <summary>How many of the predicted yes are right: <c>tp / (tp + fp)</c>.</summary>
/// <example><code>new Precision { Thresholds = [0.2, 0.8], ClassId = 1 }</code></example>
public sealed class Precision : HitRateMetric
{
    /// <summary>Creates the metric.</summary>
    public Precision()
    {
    }

    private Precision(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override IReadOnlyList<(string Name, Cell Cell)> Counted => [("true_positives", Cell.TruePositives), ("false_positives", Cell.FalsePositives)];

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Precision FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Precision(reader));
}

/// <summary>How many of the true yes are found: <c>tp / (tp + fn)</c>.</summary>
/// <example><code>new Recall { TopK = 5 }</code></example>
public sealed class Recall : HitRateMetric
{
    /// <summary>Creates the metric.</summary>
    public Recall()
    {
    }

    private Recall(ConfigReader reader)
        : base(reader)
    {
    }

    private protected override IReadOnlyList<(string Name, Cell Cell)> Counted => [("true_positives", Cell.TruePositives), ("false_negatives", Cell.FalseNegatives)];

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Recall FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Recall(reader));
}
