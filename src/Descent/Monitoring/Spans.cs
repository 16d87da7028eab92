using System.Diagnostics;
using Descent.Callbacks;
using Descent.Training;

namespace Descent.Monitoring;

/// <summary>The activities that the source "Descent" starts, if somebody listens. docs/monitoring.md lists them.</summary>
internal static class Spans
{
    private static readonly ActivitySource Source = new(Instruments.Name, Instruments.Version);

    /// <summary>A run of Fit.</summary>
    public static Activity? Fit(Model model, FitPlan plan) => Source.StartActivity("fit")?
        .SetTag("descent.model.name", model.Name)
        .SetTag("descent.optimizer.name", model.Optimizer!.Name)
        .SetTag("descent.fit.epochs", plan.Epochs)
        .SetTag("descent.fit.seed", plan.Seed);

    /// <summary>An epoch with its validation.</summary>
    /// <param name="epoch">From 0; the tag counts from 1, as the progress bar does.</param>
    public static Activity? Epoch(int epoch) => Source.StartActivity("epoch")?.SetTag("descent.epoch", epoch + 1);

    /// <summary>An evaluation, also that of the validation data.</summary>
    public static Activity? Evaluation(Model model) => Source.StartActivity("evaluation")?.SetTag("descent.model.name", model.Name);

    /// <summary>The writing of a checkpoint.</summary>
    public static Activity? Checkpoint(string path) => Source.StartActivity("checkpoint")?.SetTag("descent.checkpoint.path", path);

    /// <summary>Adds the results that the end of an epoch or an evaluation has anyway.</summary>
    public static void AddResults(this Activity? span, Logs logs, int steps)
    {
        if (span is null) return;
        span.SetTag("descent.steps", steps);
        foreach (var (name, value) in logs) span.SetTag("descent.logs." + name, value);
    }

    /// <summary>Notes what ended the work early.</summary>
    public static void Fail(this Activity? span, Exception exception)
    {
        if (span is null) return;
        span.SetTag("error.type", exception.GetType().FullName).AddException(exception).SetStatus(ActivityStatusCode.Error, exception.Message);
    }
}
