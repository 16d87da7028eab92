using System.Diagnostics;
using Descent.Callbacks;
using Descent.Data;
using Descent.Optimizers;
using Descent.Training;

namespace Descent.Monitoring;

/// <summary>Measures the steps of one model. What nobody listens to is not worked out.</summary>
internal sealed class TrainingMeter
{
    /// <summary>A gauge shows its last value alone, and a pass over all gradients takes a few percent of a small model's step: at most every so many steps have their norm taken.</summary>
    public const int NormPeriod = 8;

    private static readonly KeyValuePair<string, object?>[] Generations =
        [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(g => KeyValuePair.Create("gc.heap.generation", (object?)$"gen{g}"))];

    private readonly TrainingStep _step;
    private readonly Optimizer _optimizer;
    private readonly GradientNorm _norm = new();
    private readonly KeyValuePair<string, object?> _model;
    private readonly int[] _collections = new int[Generations.Length];
    private (Optimizer Optimizer, KeyValuePair<string, object?> Name)[]? _rateHolders;
    private int _steps;
    private long _began;

    /// <summary>Prepares for the steps of a model.</summary>
    public TrainingMeter(TrainingStep step, string model, Optimizer optimizer)
    {
        (_step, _optimizer) = (step, optimizer);
        _model = KeyValuePair.Create("descent.model.name", (object?)model);
        for (var g = 0; g < _collections.Length; g++) _collections[g] = CollectionsOf(g);
    }

    /// <summary>A step begins. <see cref="End"/> must follow, whatever becomes of it.</summary>
    public void Begin()
    {
        if (Instruments.LearningRate.Enabled)
        {
            // Before the step: a schedule goes on with it.
            foreach (var (optimizer, name) in RateHolders) Instruments.LearningRate.Record(optimizer.LearningRate, _model, name);
        }

        if (Instruments.GradientNorm.Enabled && _steps++ % NormPeriod == 0 && _norm.IsAffordable) _norm.Watch(_optimizer);
        _began = Stopwatch.GetTimestamp();
    }

    /// <summary>The step has been taken.</summary>
    public void Count(Batch batch, Logs logs)
    {
        if (Instruments.StepDuration.Enabled) Instruments.StepDuration.Record(Stopwatch.GetElapsedTime(_began).TotalSeconds, _model);
        Instruments.Steps.Add(1, _model);
        Instruments.Examples.Add(batch.X.Shape[0], _model);
        if (_norm.Value is { } norm) Instruments.GradientNorm.Record(norm, _model);

        // The logs of a step of the user's hold values; those of the built-in step would work out all metrics.
        if (Instruments.Loss.Enabled && (_step.LastLoss is not null || logs.ContainsKey(MetricSet.LossName)))
            Instruments.Loss.Record(_step.LastLoss ?? logs[MetricSet.LossName], _model);
        if (Instruments.Collections.Enabled) CountCollections();
    }

    /// <summary>The step has ended, well or not.</summary>
    public void End() => _norm.Unwatch();

    // An optimizer may have made those inside only when it was built.
    private (Optimizer Optimizer, KeyValuePair<string, object?> Name)[] RateHolders => _optimizer.IsBuilt
        ? _rateHolders ??= [.. _optimizer.RateHolders.Select(o => (o, KeyValuePair.Create("descent.optimizer.name", (object?)o.Name)))]
        : [];

    private void CountCollections()
    {
        for (var g = 0; g < _collections.Length; g++)
        {
            var now = CollectionsOf(g);
            if (now == _collections[g]) continue;
            Instruments.Collections.Add(now - _collections[g], _model, Generations[g]);
            _collections[g] = now;
        }
    }

    // A collection of a generation is one of the younger ones, too; it counts once.
    private static int CollectionsOf(int generation) => GC.CollectionCount(generation) - (generation < GC.MaxGeneration ? GC.CollectionCount(generation + 1) : 0);
}
