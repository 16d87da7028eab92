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
}
