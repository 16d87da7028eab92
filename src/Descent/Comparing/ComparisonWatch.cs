using System.Diagnostics;
using Descent.Callbacks;
using Descent.Optimizers;
using Descent.Training;

namespace Descent.Comparing;

/// <summary>Watches the trainings of a comparison: times their steps, ends those that diverge, collects what they show.</summary>
internal sealed class ComparisonWatch(OptimizerComparison comparison, IReadOnlyList<Contender> contenders, IProgress<ComparisonProgress>? progress) : Callback
{
    private readonly List<ComparedRun>[] _runs = [.. contenders.Select(_ => new List<ComparedRun>())];
    private readonly double[] _stateBytes = new double[contenders.Count];
    private readonly List<double> _seconds = []; // of a step, epoch by epoch
    private int _done;
    private int _run;
    private Contender _contender = contenders[0];
    private Optimizer? _optimizer;
    private Monitored? _monitored;
    private bool _isDiverged;
    private long _epochBegin;
    private long _stepEnd;
    private int _steps;

    public IReadOnlyList<Contender> Contenders => contenders;

    /// <summary>The seed of the first run.</summary>
    public long Seed { get; } = comparison.Seed ?? RandomSeed.Current;

    /// <summary>What the runs show that are over for all; null before the first is.</summary>
    public ComparisonResult? Result { get; private set; }

    /// <summary>A training begins.</summary>
    public void Begin(Contender contender, int run, Optimizer optimizer)
    {
        (_contender, _run, _optimizer, _isDiverged) = (contender, run, optimizer, false);
        _seconds.Clear();
    }

    public override void OnEpochBegin(int epoch) => (_steps, _epochBegin) = (0, Stopwatch.GetTimestamp());

    // Validation, which comes after the last step, is not timed.
    public override void OnTrainBatchEnd(int batch, Logs logs) => (_steps, _stepEnd) = (_steps + 1, Stopwatch.GetTimestamp());

    public override void OnEpochEnd(int epoch, Logs logs)
    {
        _seconds.Add(Stopwatch.GetElapsedTime(_epochBegin, _stepEnd).TotalSeconds / _steps);
        _monitored ??= Monitored.Find(Model, logs, comparison.Monitor, comparison.Mode);
        _isDiverged = !double.IsFinite(logs[MetricSet.LossName]) || !double.IsFinite(logs[Monitored.ValidationLoss]);
        Model.StopTraining |= _isDiverged;
        if (!Model.StopTraining && epoch + 1 < comparison.Epochs) Report(epoch + 1, finished: null);
    }

    public override void OnTrainEnd(Logs logs)
    {
        var finished = new ComparedRun(Model.History!, _monitored!, _isDiverged, StepTime());
        var place = _done % contenders.Count;
        _runs[place].Add(finished);
        _stateBytes[place] = _optimizer!.Variables.Sum(v => (double)sizeof(float) * v.Shape.Size) / _optimizer.TrainableVariables.Sum(v => (double)v.Shape.Size);
        _done++;
        if (place == contenders.Count - 1) Result = Summarize();
        Report(finished.History.Epoch.Count, finished);
    }

    // The first epoch of a training pays for what is made once.
    private double StepTime()
    {
        double[] times = [.. _seconds.Skip(_seconds.Count > 1 ? 1 : 0).Order()];
        return times[times.Length / 2];
    }

    private ComparisonResult Summarize()
    {
        var optimizers = contenders.Index().GroupBy(c => c.Item.Name, (name, places) =>
            (name, places.Select(p => new ComparedRate(p.Item.LearningRate, [.. _runs[p.Index]], _monitored!, _stateBytes[p.Index])).ToArray()));
        return new ComparisonResult(comparison, _monitored!, Seed, _run + 1, optimizers);
    }

    private void Report(int epoch, ComparedRun? finished) => progress?.Report(new ComparisonProgress(
        finished is null ? _done + 1 : _done, contenders.Count * comparison.Runs, _contender.Name, _contender.LearningRate, _run + 1, epoch, finished, Result));
}
