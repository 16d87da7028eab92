using Descent.Callbacks;
using Descent.Metrics;

namespace Descent.Training;

/// <summary>Which way metrics get better.</summary>
internal static class MetricDirections
{
    /// <summary>Whether a metric should rise; null where nobody knows: counts, sums, classes of the user's.</summary>
    public static bool? Rises(Metric metric) => metric switch
    {
        CosineSimilarity or R2Score or PearsonCorrelation or ConcordanceCorrelation => true,
        Accuracy or BinaryAccuracy or CategoricalAccuracy or SparseCategoricalAccuracy or TopKCategoricalAccuracy or SparseTopKCategoricalAccuracy => true,
        AUC or Precision or Recall or OperatingPointMetric or FScoreMetric or IoUMetric => true,
        LossMetric or RootMeanSquaredError => false,
        _ => null,
    };

    /// <summary>Whether a value of the logs should rise.</summary>
    /// <param name="model">The model, after its first batch.</param>
    /// <param name="name">The value's name: <c>"val_accuracy"</c>.</param>
    /// <param name="mode">What the user says; automatic: the name tells.</param>
    /// <param name="owner">Whose mode it is, for the message.</param>
    /// <exception cref="InvalidOperationException">Nobody knows.</exception>
    public static bool Rises(Model model, string name, MonitorMode mode, string owner)
    {
        if (mode != MonitorMode.Auto) return mode == MonitorMode.Max;
        var plain = name.StartsWith("val_", StringComparison.Ordinal) ? name["val_".Length..] : name;
        if (plain == MetricSet.LossName) return false;
        var metric = model.Metrics.FirstOrDefault(m => m.Key == plain).Value;
        return (metric is null ? null : Rises(metric)) ?? throw new InvalidOperationException(
            $"{owner} must be told whether '{name}' should fall or rise. Set Mode to MonitorMode.Min or MonitorMode.Max.{KerasNames.DidYouMean(plain, model.Metrics.Select(m => m.Key))}");
    }
}
