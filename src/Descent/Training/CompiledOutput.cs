using Descent.Losses;
using Descent.Metrics;

namespace Descent.Training;

/// <summary>What is measured at one output of a model.</summary>
/// <param name="Name">Its name, which the names in logs begin with; null for the only output.</param>
/// <param name="Loss">Its loss, if it has one.</param>
/// <param name="LossWeight">What the loss is multiplied with.</param>
/// <param name="Metrics">Metrics without sample weights.</param>
/// <param name="WeightedMetrics">Metrics with sample weights.</param>
internal sealed record CompiledOutput(string? Name, Loss? Loss, float LossWeight, (string Name, Metric Metric)[] Metrics, (string Name, Metric Metric)[] WeightedMetrics)
{
    /// <summary>The loss of the batch, before it is multiplied.</summary>
    public Tensor? LastLoss { get; set; }
}
