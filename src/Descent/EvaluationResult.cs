using System.Globalization;
using Descent.Callbacks;

namespace Descent;

/// <summary>The loss and the metrics of a model on some data.</summary>
public sealed class EvaluationResult
{
    internal EvaluationResult(Logs logs)
    {
        Loss = logs.TryGetValue(Training.MetricSet.LossName, out var loss) ? loss : double.NaN;
        var metrics = new OrderedDictionary<string, double>();
        foreach (var (name, value) in logs)
            if (name != Training.MetricSet.LossName) metrics.Add(name, value);
        Metrics = metrics;
    }

    /// <summary>The mean loss over the samples, penalties of regularizers included; NaN if a step of the user's does not tell it.</summary>
    public double Loss { get; }

    /// <summary>The metrics by name; of a metric with several values their mean.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; }

    /// <summary>A metric, or <c>"loss"</c>.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KeyNotFoundException">No metric has this name.</exception>
    public double this[string name] =>
        name == Training.MetricSet.LossName ? Loss
        : Metrics.TryGetValue(name, out var value) ? value
        : throw new KeyNotFoundException($"No metric '{name}' was measured.{KerasNames.DidYouMean(name, Metrics.Keys)} Measured: loss, {string.Join(", ", Metrics.Keys)}.");

    /// <summary>Takes the result apart: <c>var (loss, metrics) = model.Evaluate(x, y)</c>.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="metrics">The metrics by name.</param>
    public void Deconstruct(out double loss, out IReadOnlyDictionary<string, double> metrics) => (loss, metrics) = (Loss, Metrics);

    /// <inheritdoc/>
    public override string ToString() => string.Join(" - ", Metrics.Prepend(KeyValuePair.Create(Training.MetricSet.LossName, Loss))
        .Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key}: {m.Value:0.0000}")));
}
