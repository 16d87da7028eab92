using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>The area under a curve of two rates, drawn through a number of thresholds.</summary>
/// <remarks>
/// Targets are 0 and 1, predictions probabilities (or logits, with <see cref="FromLogits"/>). The area under the ROC curve is the
/// probability that a random yes is predicted higher than a random no.
/// </remarks>
/// <example><code>new AUC { Curve = AucCurve.PR, NumThresholds = 1000 }</code></example>
/// <seealso href="https://doi.org/10.1145/1143844.1143874">Davis and Goadrich, The relationship between Precision-Recall and ROC curves (the interpolation)</seealso>
public sealed class AUC : ConfusionMetric
{
    /// <summary>Creates the metric.</summary>
    public AUC()
    {
    }

    private AUC(ConfigReader reader)
        : base(reader)
    {
        NumThresholds = reader.Int("num_thresholds", NumThresholds);
        Curve = reader.Choice("curve", Curve);
        SummationMethod = reader.Choice("summation_method", SummationMethod);
        MultiLabel = reader.Bool("multi_label", MultiLabel);
        NumLabels = reader.NullableInt("num_labels");
        LabelWeights = reader.NullableArray("label_weights") is null ? null : reader.Doubles("label_weights");
        FromLogits = reader.Bool("from_logits", FromLogits);
        if (reader.NullableArray("thresholds") is not null) Thresholds = reader.Doubles("thresholds");
    }

    /// <summary>How many thresholds the curve is drawn through, the two ends included, 2 or more; default 200. <see cref="Thresholds"/> overrule it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 2.</exception>
    public int NumThresholds { get => Thresholds?.Count + 2 ?? field; init => field = Check.AtLeast(2, value, nameof(NumThresholds)); } = 200;

    /// <summary>The thresholds between the ends, in [0, 1]; default null: evenly spaced.</summary>
    /// <exception cref="ArgumentException">A value lies outside [0, 1], or there is none.</exception>
    public Thresholds? Thresholds { get; init => field = value is null ? null : Thresholds.Create([.. value.Order()]); }

    /// <summary>The curve; default ROC.</summary>
    public AucCurve Curve { get; init; } = AucCurve.ROC;

    /// <summary>How the area is added up; default by interpolation.</summary>
    public AucSummationMethod SummationMethod { get; init; } = AucSummationMethod.Interpolation;

    /// <summary>Whether each label, along the last axis, has its own curve, and the mean of their areas counts; default false: all are thrown together.</summary>
    public bool MultiLabel { get; init; }

    /// <summary>The number of labels, if it is to be fixed before the first batch; only with <see cref="MultiLabel"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int? NumLabels { get; init => field = value is { } count ? Check.AtLeast(1, count, nameof(NumLabels)) : null; }

    /// <summary>Weights of the labels; default null: all 1.</summary>
    public IReadOnlyList<double>? LabelWeights { get; init; }

    /// <summary>Whether predictions are logits; default false: they are probabilities.</summary>
    public bool FromLogits { get; init; }

    private protected override IReadOnlyList<(string Name, Cell Cell)> Counted =>
    [
        ("true_positives", Cell.TruePositives), ("false_positives", Cell.FalsePositives),
        ("true_negatives", Cell.TrueNegatives), ("false_negatives", Cell.FalseNegatives),
    ];

    private protected override bool PerLabel => MultiLabel;

    // With several labels their weights count when the areas are put together.
    private protected override IReadOnlyList<double>? ClassWeights => MultiLabel ? null : LabelWeights;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Arguments do not go together.</exception>
    public override void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(yPred);
        CheckTogether();
        if (MultiLabel && yPred.Rank != 2)
            throw new ArgumentException($"AUC with MultiLabel needs predictions of shape (batch, labels). Received: {yPred.Shape}.", nameof(yPred));
        if (NumLabels is { } labels) Build(labels);
        base.UpdateState(yTrue, FromLogits ? Ops.Sigmoid(Targets.Float(yPred)) : yPred, sampleWeight);
    }

    /// <inheritdoc/>
    public override Tensor Result()
    {
        if (!IsBuilt) return Tensor.Scalar(0);
        var labels = MultiLabel ? Variables[0].Shape[1] : 1;
        double area = 0, weights = 0;
        for (var label = 0; label < labels; label++)
        {
            var weight = MultiLabel && LabelWeights is { } given ? given[label] : 1;
            area += weight * new AreaUnderCurve(Curve, SummationMethod, Column(Cell.TruePositives), Column(Cell.FalsePositives), Column(Cell.TrueNegatives), Column(Cell.FalseNegatives)).Area();
            weights += weight;

            double[] Column(Cell cell)
            {
                var counts = CountOf(cell);
                var column = new double[Ladder.Count];
                for (var i = 0; i < column.Length; i++) column[i] = counts[i * labels + label];
                return column;
            }
        }

        return Tensor.Scalar((float)(weights == 0 ? 0 : area / weights));
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Arguments do not go together.</exception>
    public override JsonObject GetConfig()
    {
        CheckTogether();
        var config = base.GetConfig();
        config["num_thresholds"] = NumThresholds;
        config["curve"] = Curve.ToString().ToUpperInvariant();
        config["summation_method"] = KerasNames.ToSnakeCase(SummationMethod.ToString());
        config["multi_label"] = MultiLabel;
        config["num_labels"] = NumLabels;
        config["label_weights"] = LabelWeights is null ? null : KerasJson.Floats(LabelWeights);
        config["from_logits"] = FromLogits;
        if (Thresholds is not null) config["thresholds"] = KerasJson.Floats(Thresholds);
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static AUC FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new AUC(reader));

    private protected override ThresholdLadder MakeLadder()
    {
        // The ends lie just outside, so that rounding moves no prediction past them.
        IReadOnlyList<double> inner = Thresholds is null ? ThresholdLadder.Even(NumThresholds)[1..^1] : Thresholds;
        return new ThresholdLadder([-KerasMath.Epsilon, .. inner, 1 + KerasMath.Epsilon], ThresholdLadder.AreEven([0, .. inner, 1]) || Thresholds is null, hasEnds: true);
    }

    private void CheckTogether()
    {
        if (NumLabels is { } labels && !MultiLabel)
            throw new InvalidOperationException($"NumLabels is for AUC with MultiLabel. Received: NumLabels={labels}, MultiLabel=false.");
    }
}
