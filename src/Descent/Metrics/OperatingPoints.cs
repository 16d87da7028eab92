using System.Text.Json.Nodes;

namespace Descent.Metrics;

/// <summary>The best rate that any threshold reaches among those where another rate is at least as high as wanted.</summary>
public abstract class OperatingPointMetric : ConfusionMetric
{
    private protected OperatingPointMetric()
    {
    }

    private protected OperatingPointMetric(ConfigReader reader)
        : base(reader)
    {
        NumThresholds = reader.Int("num_thresholds", NumThresholds);
        ClassId = reader.NullableInt("class_id");
    }

    /// <summary>How many thresholds from 0 to 1 are tried, 1 (which is 0.5) or more; default 200.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int NumThresholds { get; init => field = Check.AtLeast(1, value, nameof(NumThresholds)); } = 200;

    /// <summary>If given, only this class is judged; 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int? ClassId { get; init => field = value is { } id ? Check.AtLeast(0, id, nameof(ClassId)) : null; }

    /// <summary>The least value of the constrained rate.</summary>
    private protected abstract double Wanted { get; }

    private protected sealed override int? OnlyClass => ClassId;

    private protected sealed override IReadOnlyList<(string Name, Cell Cell)> Counted =>
    [
        ("true_positives", Cell.TruePositives), ("false_positives", Cell.FalsePositives),
        ("true_negatives", Cell.TrueNegatives), ("false_negatives", Cell.FalseNegatives),
    ];

    /// <inheritdoc/>
    public override Tensor Result()
    {
        Build(labels: 1);
        float best = 0;
        for (var i = 0; i < Ladder.Count; i++)
        {
            // Compared in float32, in which the wanted rate is as inexact as the one reached.
            var (constrained, reported) = At(i);
            if ((float)constrained >= (float)Wanted) best = Math.Max(best, (float)reported);
        }

        return Tensor.Scalar(best);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["num_thresholds"] = NumThresholds;
        config["class_id"] = ClassId;
        return config;
    }

    /// <summary>The constrained and the reported rate at a threshold.</summary>
    private protected abstract (double Constrained, double Reported) At(int threshold);

    /// <summary>How many of the true yes are found.</summary>
    private protected double RecallAt(int i) => Ratio(CountOf(Cell.TruePositives)[i], CountOf(Cell.FalseNegatives)[i]);

    /// <summary>How many of the true no are found.</summary>
    private protected double SpecificityAt(int i) => Ratio(CountOf(Cell.TrueNegatives)[i], CountOf(Cell.FalsePositives)[i]);

    /// <summary>How many of the predicted yes are right.</summary>
    private protected double PrecisionAt(int i) => Ratio(CountOf(Cell.TruePositives)[i], CountOf(Cell.FalsePositives)[i]);

    private protected sealed override ThresholdLadder MakeLadder() => NumThresholds == 1
        ? new ThresholdLadder([0.5], isEven: false)
        : new ThresholdLadder(ThresholdLadder.Even(NumThresholds), isEven: true);
}

/// <summary>The highest sensitivity <c>tp / (tp + fn)</c> where the specificity <c>tn / (tn + fp)</c> is as wanted.</summary>
public sealed class SensitivityAtSpecificity : OperatingPointMetric
{
    /// <summary>Creates the metric.</summary>
    /// <param name="specificity">The specificity that is wanted, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="specificity"/> lies outside [0, 1].</exception>
    public SensitivityAtSpecificity(double specificity) => Specificity = Check.UnitInterval(specificity, nameof(Specificity));

    private SensitivityAtSpecificity(ConfigReader reader)
        : base(reader)
        => Specificity = Check.UnitInterval(reader.Double("specificity"), nameof(Specificity));

    /// <summary>The specificity that is wanted.</summary>
    public double Specificity { get; }

    private protected override double Wanted => Specificity;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["specificity"] = KerasJson.Float(Specificity);
        return config;
    }

    private protected override (double Constrained, double Reported) At(int threshold) => (SpecificityAt(threshold), RecallAt(threshold));

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static SensitivityAtSpecificity FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SensitivityAtSpecificity(reader));
}

/// <summary>The highest specificity <c>tn / (tn + fp)</c> where the sensitivity <c>tp / (tp + fn)</c> is as wanted.</summary>
public sealed class SpecificityAtSensitivity : OperatingPointMetric
{
    /// <summary>Creates the metric.</summary>
    /// <param name="sensitivity">The sensitivity that is wanted, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sensitivity"/> lies outside [0, 1].</exception>
    public SpecificityAtSensitivity(double sensitivity) => Sensitivity = Check.UnitInterval(sensitivity, nameof(Sensitivity));

    private SpecificityAtSensitivity(ConfigReader reader)
        : base(reader)
        => Sensitivity = Check.UnitInterval(reader.Double("sensitivity"), nameof(Sensitivity));

    /// <summary>The sensitivity that is wanted.</summary>
    public double Sensitivity { get; }

    private protected override double Wanted => Sensitivity;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["sensitivity"] = KerasJson.Float(Sensitivity);
        return config;
    }

    private protected override (double Constrained, double Reported) At(int threshold) => (RecallAt(threshold), SpecificityAt(threshold));

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static SpecificityAtSensitivity FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SpecificityAtSensitivity(reader));
}

/// <summary>The highest precision <c>tp / (tp + fp)</c> where the recall <c>tp / (tp + fn)</c> is as wanted.</summary>
public sealed class PrecisionAtRecall : OperatingPointMetric
{
    /// <summary>Creates the metric.</summary>
    /// <param name="recall">The recall that is wanted, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="recall"/> lies outside [0, 1].</exception>
    public PrecisionAtRecall(double recall) => Recall = Check.UnitInterval(recall, nameof(Recall));

    private PrecisionAtRecall(ConfigReader reader)
        : base(reader)
        => Recall = Check.UnitInterval(reader.Double("recall"), nameof(Recall));

    /// <summary>The recall that is wanted.</summary>
    public double Recall { get; }

    private protected override double Wanted => Recall;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["recall"] = KerasJson.Float(Recall);
        return config;
    }

    private protected override (double Constrained, double Reported) At(int threshold) => (RecallAt(threshold), PrecisionAt(threshold));

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static PrecisionAtRecall FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new PrecisionAtRecall(reader));
}

/// <summary>The highest recall <c>tp / (tp + fn)</c> where the precision <c>tp / (tp + fp)</c> is as wanted.</summary>
public sealed class RecallAtPrecision : OperatingPointMetric
{
    /// <summary>Creates the metric.</summary>
    /// <param name="precision">The precision that is wanted, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="precision"/> lies outside [0, 1].</exception>
    public RecallAtPrecision(double precision) => Precision = Check.UnitInterval(precision, nameof(Precision));

    private RecallAtPrecision(ConfigReader reader)
        : base(reader)
        => Precision = Check.UnitInterval(reader.Double("precision"), nameof(Precision));

    /// <summary>The precision that is wanted.</summary>
    public double Precision { get; }

    private protected override double Wanted => Precision;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["precision"] = KerasJson.Float(Precision);
        return config;
    }

    private protected override (double Constrained, double Reported) At(int threshold) => (PrecisionAt(threshold), RecallAt(threshold));

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static RecallAtPrecision FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new RecallAtPrecision(reader));
}
