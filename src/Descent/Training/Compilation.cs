using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Distribution;
using Descent.Losses;
using Descent.Metrics;
using Descent.Optimizers;
using Descent.Saving;

namespace Descent.Training;

/// <summary>What <c>Compile</c> was given; names that depend on shapes are resolved with the first batch.</summary>
internal sealed class Compilation(Optimizer optimizer, CompileLoss? loss, LossWeight lossWeights, CompileMetric? metrics, CompileMetric? weightedMetrics)
{
    /// <summary>What trains a model that was given no optimizer, as in Keras.</summary>
    public const string DefaultOptimizer = "rmsprop";

    private TrainingState? _restored;

    public Optimizer Optimizer => optimizer;

    public bool HasLoss => loss is not null;

    /// <summary>The loss, what it is multiplied with, and the metrics, as they were given.</summary>
    public (CompileLoss? Loss, LossWeight Weights, CompileMetric? Metrics, CompileMetric? WeightedMetrics) Given => (loss, lossWeights, metrics, weightedMetrics);

    /// <summary>How several processes train the model together; null: it is trained by this one alone.</summary>
    public DataParallel? Distribution { get; init; }

    /// <summary>The same for what is done now: null, too, while rank 0 calls callbacks and the others wait.</summary>
    public DataParallel? Company => Distribution is { IsConducting: true } ? null : Distribution;

    /// <summary>Settings of Keras' <c>compile</c> that mean nothing here; they are kept for Keras.</summary>
    public JsonObject Unused { get; init; } = CompileConfig.DefaultUnused();

    /// <summary>The loss of the first output; null if there is none, or before the first batch if only the shapes can tell.</summary>
    public Loss? Loss => Outputs?[0].Loss ?? loss?.Loss;

    /// <summary>What is measured at each output; null before the first batch.</summary>
    public CompiledOutput[]? Outputs { get; private set; }

    /// <summary>The metrics; null before the first batch.</summary>
    public MetricSet? Metrics { get; private set; }

    /// <summary>Begins to measure anew.</summary>
    public void ResetMetrics()
    {
        _restored = null;
        Metrics?.Reset();
    }

    /// <summary>Goes on measuring from a state; metrics that are not there yet do so with the first batch.</summary>
    /// <exception cref="ArgumentException">It is the state of other metrics.</exception>
    public void RestoreMetrics(TrainingState state)
    {
        if (Metrics is null) _restored = state;
        else Metrics.SetState(state);
    }

    /// <summary>The same optimizer and loss without metrics, and without what was resolved.</summary>
    public Compilation WithoutMetrics() => new(optimizer, loss, lossWeights, null, null) { Distribution = Distribution };

    /// <summary>The losses as they are known before the first batch, one per output; null where there is none yet.</summary>
    public Loss?[] KnownLosses(IReadOnlyList<string>? names, int outputs) => [.. Losses(names, outputs).Select(l => l?.Loss)];

    /// <summary>What is measured at each output.</summary>
    /// <param name="names">The names of the outputs, if the model knows them.</param>
    /// <param name="yTrue">The targets of the first batch.</param>
    /// <param name="yPred">The predictions for it.</param>
    /// <exception cref="ArgumentException">Losses, weights or metrics were given for other outputs.</exception>
    public CompiledOutput[] For(IReadOnlyList<string>? names, IReadOnlyList<Tensor> yTrue, IReadOnlyList<Tensor> yPred)
    {
        if (Outputs is not null) return Outputs;
        var count = yPred.Count;
        var losses = Losses(names, count);
        var weights = PerOutput(lossWeights, lossWeights.Value is not null, names, count, "lossWeights");
        var (plain, weighted) = (PerOutput(metrics, names, count, "metrics"), PerOutput(weightedMetrics, names, count, "weightedMetrics"));
        var outputs = new CompiledOutput[count];
        for (var i = 0; i < count; i++)
        {
            outputs[i] = new CompiledOutput(
                count == 1 ? null : names?[i] ?? FormattableString.Invariant($"output_{i + 1}"),
                losses[i]?.Resolve(yTrue[i].Shape, yPred[i].Shape),
                (float)(weights[i]?.Value ?? 1),
                Resolve(plain[i], yTrue[i].Shape, yPred[i].Shape),
                Resolve(weighted[i], yTrue[i].Shape, yPred[i].Shape));
        }

        Metrics = new MetricSet(outputs);
        if (_restored is not null) Restore(_restored);
        _restored = null;
        return Outputs = outputs;
    }

    // Apart, as the method above runs in each step and would pay for what this one holds on to.
    private void Restore(TrainingState metrics) => SavedJson.Run("the state of the metrics in a checkpoint", () => Metrics!.SetState(metrics));

    private IReadOnlyList<CompileLoss?> Losses(IReadOnlyList<string>? names, int count) =>
        [.. PerOutput(loss, loss is { IsLeaf: true }, names, count, "loss").Select(l => l is { IsLeaf: false, Count: 0 } ? null : l)];

    // All metrics are those of the only output, unless they are given by its name.
    private static IReadOnlyList<CompileMetric?> PerOutput(CompileMetric? given, IReadOnlyList<string>? names, int count, string what) =>
        given is { Names: null } && count == 1 ? [given] : PerOutput(given, isLeaf: false, names, count, what);

    private static IReadOnlyList<T?> PerOutput<T>(T? given, bool isLeaf, IReadOnlyList<string>? names, int count, string what)
        where T : Bundle<T>
    {
        if (given is null || isLeaf) return [.. Enumerable.Repeat(given, count)];
        var result = given.InOrder(names, what, isComplete: false);
        return result.Count == count ? result : throw new ArgumentException(
            $"{what} must have one entry for each of the {count} outputs{(names is null ? "" : $" ({string.Join(", ", names)})")}. Received: {result.Count}.");
    }

    private static (string, Metric)[] Resolve(CompileMetric? given, Shape yTrue, Shape yPred) =>
        [.. (given?.Flat ?? []).Select(m => (m.Name, m.Resolve(yTrue, yPred)))];
}
