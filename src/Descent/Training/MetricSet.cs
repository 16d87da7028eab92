using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Memory;
using Descent.Metrics;

namespace Descent.Training;

/// <summary>The losses and the metrics of a model while they are measured.</summary>
internal sealed class MetricSet
{
    public const string LossName = "loss";
    private const string MeansKey = "means";

    private readonly CompiledOutput[] _outputs;
    private readonly Entry[] _metrics;
    private readonly (string Name, Func<double> Read)[] _byName;
    private readonly RunningMean _loss = new();
    private readonly List<float> _measured = [];
    private readonly List<float> _kept = [];
    private readonly RunningMean[] _losses; // of each output, where there are several

    public MetricSet(CompiledOutput[] outputs)
    {
        _outputs = outputs;
        var taken = new HashSet<string>(StringComparer.Ordinal) { LossName };
        List<(string, Func<double>)> byName = [(LossName, () => _loss.Value)];
        _losses = outputs.Count(o => o.Loss is not null) > 1 ? [.. outputs.Select(_ => new RunningMean())] : [];
        for (var i = 0; i < _losses.Length; i++)
        {
            if (outputs[i].Loss is null) continue;
            var mean = _losses[i];
            byName.Add((Free($"{outputs[i].Name}_{LossName}", taken), () => mean.Value));
        }

        List<Entry> metrics = [];
        for (var i = 0; i < outputs.Length; i++)
            foreach (var (name, metric) in outputs[i].Metrics) metrics.Add(new Entry(Free(Prefix(i) + name, taken), metric, i, false));
        for (var i = 0; i < outputs.Length; i++)
        {
            foreach (var (name, metric) in outputs[i].WeightedMetrics)
                metrics.Add(new Entry(taken.Contains(Prefix(i) + name) ? Free($"{Prefix(i)}weighted_{name}", taken) : Free(Prefix(i) + name, taken), metric, i, true));
        }

        _metrics = [.. metrics];

        // Keras logs in the order of the names.
        _byName = [.. byName.Concat(_metrics.Select(m => (m.Name, (Func<double>)(() => Mean(m.Metric.Result()))))).OrderBy(m => m.Item1, StringComparer.Ordinal)];
    }

    /// <summary>The metrics, those without weights first.</summary>
    public IEnumerable<(string Name, Metric Metric)> Metrics => _metrics.Select(m => (m.Name, m.Metric));

    /// <summary>Counts one batch.</summary>
    public void Update(float loss, IReadOnlyList<Tensor> yTrue, IReadOnlyList<Tensor> yPred, IReadOnlyList<Tensor?>? sampleWeights)
    {
        var size = yPred[0].Shape[0];
        _loss.Add(loss, size);
        for (var i = 0; i < _losses.Length; i++)
            if (_outputs[i].LastLoss is { } value) _losses[i].Add(value.Item(), size);
        UpdateMetrics(yTrue, yPred, sampleWeights);
    }

    /// <summary>Measures a part of a batch and leaves what was counted as it is.</summary>
    /// <returns>The losses times the share, then what the part adds to the state of each metric; good until the next call.</returns>
    public ReadOnlySpan<float> Measure(float loss, float share, IReadOnlyList<Tensor> yTrue, IReadOnlyList<Tensor> yPred, IReadOnlyList<Tensor?>? sampleWeights)
    {
        _measured.Clear();
        _measured.Add(loss * share);
        for (var i = 0; i < _losses.Length; i++) _measured.Add(_outputs[i].LastLoss is { } value ? value.Item() * share : 0);
        _kept.Clear();
        foreach (var entry in _metrics) entry.Metric.Keep(_kept);
        UpdateMetrics(yTrue, yPred, sampleWeights);
        var kept = CollectionsMarshal.AsSpan(_kept);
        foreach (var entry in _metrics) entry.Metric.Measure(_measured, ref kept);
        return CollectionsMarshal.AsSpan(_measured);
    }

    /// <summary>Counts a batch of which the parts were measured.</summary>
    /// <param name="measured">What <see cref="Measure"/> gave, added up over all parts.</param>
    /// <param name="size">The rows of the batch.</param>
    public void Add(ReadOnlySpan<float> measured, int size)
    {
        _loss.Add(measured[0], size);
        for (var i = 0; i < _losses.Length; i++)
            if (_outputs[i].Loss is not null) _losses[i].Add(measured[1 + i], size);
        measured = measured[(1 + _losses.Length)..];
        foreach (var entry in _metrics) entry.Metric.Add(ref measured);
    }

    public void Reset()
    {
        _loss.Reset();
        foreach (var mean in _losses) mean.Reset();
        foreach (var entry in _metrics) entry.Metric.Begin();
    }

    /// <summary>What has been counted so far.</summary>
    public TrainingState GetState()
    {
        var state = new TrainingState { Values = { [MeansKey] = new JsonArray([.. Means.Select(m => m.Write())]) } };
        for (var i = 0; i < _metrics.Length; i++) state.AddList(NameOf(i), _metrics[i].Metric.Variables.Select(v => v.View));
        return state;
    }

    /// <summary>Goes on counting from there.</summary>
    /// <exception cref="ArgumentException">It is the state of other metrics.</exception>
    public void SetState(TrainingState state)
    {
        var means = state.Reader("the metrics").Array(MeansKey);
        if (means.Count != 1 + _losses.Length) throw new ArgumentException($"There must be {means.Count} losses, as when the state was taken. Received: {1 + _losses.Length}.");
        foreach (var (mean, saved) in Means.Zip(means)) mean.Read(saved as JsonArray ?? []);
        for (var i = 0; i < _metrics.Length; i++) _metrics[i].Metric.Restore(state.List(NameOf(i)));
    }

    private void UpdateMetrics(IReadOnlyList<Tensor> yTrue, IReadOnlyList<Tensor> yPred, IReadOnlyList<Tensor?>? sampleWeights)
    {
        foreach (var entry in _metrics)
        {
            using var _ = new StepMemory.Seclusion(entry.Metric.IsBuiltIn);
            entry.Metric.UpdateState(yTrue[entry.Output], yPred[entry.Output], entry.IsWeighted ? OutputWeights.Of(sampleWeights, entry.Output) : null);
        }
    }

    private static string NameOf(int metric) => FormattableString.Invariant($"metric_{metric}");

    private IEnumerable<RunningMean> Means => [_loss, .. _losses];

    /// <summary>Writes the results so far; of a metric with several values (one per class) their mean.</summary>
    public void WriteTo(Logs logs)
    {
        foreach (var (name, read) in _byName) logs[name] = read();
    }

    /// <summary>Works out one result so far, and no other.</summary>
    public bool TryRead(string name, out double value)
    {
        foreach (var (known, read) in _byName)
        {
            if (known != name) continue;
            value = read();
            return true;
        }

        value = default;
        return false;
    }

    private string Prefix(int output) => _outputs[output].Name is { } name ? $"{name}_" : "";

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

    private readonly record struct Entry(string Name, Metric Metric, int Output, bool IsWeighted);

    /// <summary>The mean of a loss over the samples.</summary>
    private sealed class RunningMean
    {
        private double _total;
        private double _samples;

        public double Value => _samples == 0 ? 0 : _total / _samples;

        public void Add(float value, int samples)
        {
            _total += (double)value * samples;
            _samples += samples;
        }

        public void Reset() => _total = _samples = 0;

        public JsonArray Write() => new(TrainingState.Write(_total), TrainingState.Write(_samples));

        public void Read(JsonArray saved) => (_total, _samples) = saved is [var total, var samples]
            ? (TrainingState.Read(total) ?? 0, TrainingState.Read(samples) ?? 0)
            : throw new ArgumentException($"A mean must be a sum and a number of samples. Received: {KerasNames.Shorten(saved)}.");
    }
}
