using System.Diagnostics;
using Descent.Callbacks;

namespace Descent.Training;

/// <summary>Tells an <see cref="IProgress{T}"/> how far training has come, not more often than anyone can look.</summary>
internal sealed class ProgressReport(FitPlan plan, int? steps)
{
    private static readonly long Interval = Stopwatch.Frequency / 20;

    private long _last;

    public void Step(int epoch, int step, Logs logs)
    {
        if (plan.Progress is null) return;
        var now = Stopwatch.GetTimestamp();
        if (now - _last < Interval) return;
        _last = now;
        Send(epoch, step, logs);
    }

    public void Epoch(int epoch, int step, Logs logs)
    {
        if (plan.Progress is not null) Send(epoch, step, logs);
    }

    private void Send(int epoch, int step, Logs logs) => plan.Progress!.Report(
        new TrainingProgress(epoch + 1, plan.Epochs, step, plan.StepsPerEpoch ?? steps, new OrderedDictionary<string, double>(logs)));
}
