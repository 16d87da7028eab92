using Descent.Losses;
using Descent.Metrics;
using Descent.Optimizers;

namespace Descent.Training;

/// <summary>What <c>Compile</c> was given; names that depend on shapes are resolved with the first batch.</summary>
internal sealed class Compilation(Optimizer optimizer, CompileLoss? loss, double lossWeight, CompileMetric[] metrics, CompileMetric[] weightedMetrics)
{
    public Optimizer Optimizer => optimizer;

    public bool HasLoss => loss is not null;

    /// <summary>The loss; null if there is none, or before the first batch if only the shapes can tell.</summary>
    public Loss? Loss { get; private set; } = loss?.Loss;

    /// <summary>What the loss is multiplied with.</summary>
    public float LossWeight => (float)lossWeight;

    /// <summary>The metrics; null before the first batch.</summary>
    public MetricSet? Metrics { get; private set; }

    /// <summary>The same optimizer and loss without metrics, and without what was resolved.</summary>
    public Compilation WithoutMetrics() => new(optimizer, loss, lossWeight, [], []);

    public Loss LossFor(Shape yTrue, Shape yPred) => Loss ??= Loss.Resolve(loss!.Value.Identifier!, yTrue, yPred);

    public MetricSet MetricsFor(Shape yTrue, Shape yPred) =>
        Metrics ??= new MetricSet(Resolve(metrics, yTrue, yPred), Resolve(weightedMetrics, yTrue, yPred));

    private static (string, Metric)[] Resolve(CompileMetric[] given, Shape yTrue, Shape yPred) =>
        [.. given.Select(m => (m.Name, m.Metric ?? Metric.Resolve(m.Identifier!, yTrue, yPred)))];
}
