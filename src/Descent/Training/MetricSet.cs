using Descent.Callbacks;
using Descent.Metrics;

namespace Descent.Training;

/// <summary>The loss and the metrics of a model while they are measured.</summary>
internal sealed class MetricSet
{
    public const string LossName = "loss";

    private readonly (string Name, Metric Metric)[] _plain;
    private readonly (string Name, Metric Metric)[] _weighted;
    private readonly (string Name, Metric? Metric)[] _byName;
    private double _lossTotal;
    private double _samples;

    public MetricSet((string Name, Metric Metric)[] plain, (string Name, Metric Metric)[] weighted)
    {
        (_plain, _weighted) = (plain, weighted);

        // Keras logs in the order of the names.
        _byName = [.. plain.Concat(weighted).Select(m => (m.Name, (Metric?)m.Metric)).Append((LossName, null)).OrderBy(m => m.Item1, StringComparer.Ordinal)];
        for (var i = 1; i < _byName.Length; i++)
            if (_byName[i].Name == _byName[i - 1].Name)
                throw new ArgumentException($"The metrics of a model must have unique names other than 'loss'. Received a second '{_byName[i].Name}'; set its Name.");
    }

    /// <summary>The metrics, those without weights first.</summary>
    public IEnumerable<(string Name, Metric Metric)> Metrics => _plain.Concat(_weighted);

    /// <summary>Counts one batch.</summary>
    public void Update(float loss, Tensor yTrue, Tensor yPred, Tensor? sampleWeight)
    {
        var size = yPred.Shape[0];
        _lossTotal += (double)loss * size;
        _samples += size;
        foreach (var (_, metric) in _plain) metric.UpdateState(yTrue, yPred);
        foreach (var (_, metric) in _weighted) metric.UpdateState(yTrue, yPred, sampleWeight);
    }

    public void Reset()
    {
        _lossTotal = _samples = 0;
        foreach (var (_, metric) in Metrics) metric.ResetState();
    }

    /// <summary>Writes the results so far; of a metric with several values (one per class) their mean.</summary>
    public void WriteTo(Logs logs)
    {
        foreach (var (name, metric) in _byName)
            logs[name] = metric is null ? _samples == 0 ? 0 : _lossTotal / _samples : Mean(metric.Result());
    }

    private static double Mean(Tensor result)
    {
        if (result.Length == 1) return result.Item();
        double sum = 0;
        foreach (var value in result.AsSpan()) sum += value;
        return sum / result.Length;
    }
}
