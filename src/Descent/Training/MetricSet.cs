using Descent.Callbacks;
using Descent.Memory;
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
        var taken = new HashSet<string>(StringComparer.Ordinal) { LossName };
        _plain = [.. plain.Select(m => (Free(m.Name, taken), m.Metric))];
        _weighted = [.. weighted.Select(m => (taken.Contains(m.Name) ? Free("weighted_" + m.Name, taken) : Free(m.Name, taken), m.Metric))];

        // Keras logs in the order of the names.
        _byName = [.. Metrics.Select(m => (m.Name, (Metric?)m.Metric)).Append((LossName, null)).OrderBy(m => m.Item1, StringComparer.Ordinal)];
    }

    /// <summary>The metrics, those without weights first.</summary>
    public IEnumerable<(string Name, Metric Metric)> Metrics => _plain.Concat(_weighted);

    /// <summary>Counts one batch.</summary>
    public void Update(float loss, Tensor yTrue, Tensor yPred, Tensor? sampleWeight)
    {
        var size = yPred.Shape[0];
        _lossTotal += (double)loss * size;
        _samples += size;
        foreach (var (_, metric) in _plain) Update(metric, yTrue, yPred, null);
        foreach (var (_, metric) in _weighted) Update(metric, yTrue, yPred, sampleWeight);
    }

    private static void Update(Metric metric, Tensor yTrue, Tensor yPred, Tensor? sampleWeight)
    {
        using var _ = new StepMemory.Seclusion(metric.IsBuiltIn);
        metric.UpdateState(yTrue, yPred, sampleWeight);
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

    // A name that is taken gets a number, as in Keras.
    private static string Free(string name, HashSet<string> taken)
    {
        var free = name;
        for (var i = 1; !taken.Add(free); i++) free = $"{name}_{i}";
        return free;
    }

    private static double Mean(Tensor result)
    {
        if (result.Length == 1) return result.Item();
        double sum = 0;
        foreach (var value in result.AsSpan()) sum += value;
        return sum / result.Length;
    }
}
