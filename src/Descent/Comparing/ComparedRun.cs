using Descent.Comparing;

namespace Descent;

/// <summary>One training of an <see cref="OptimizerComparison"/>.</summary>
public sealed class ComparedRun
{
    internal ComparedRun(History history, Monitored monitored, bool isDiverged, double stepSeconds)
    {
        History = history;
        Best = monitored.BestOf(history[monitored.Name]);
        BestEpoch = double.IsNaN(Best) ? null : history[monitored.Name].Index().First(value => value.Item == Best).Index + 1;
        LeastValidationLoss = history[Monitored.ValidationLoss].Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min();
        IsDiverged = isDiverged || BestEpoch is null;
        StepSeconds = stepSeconds;
    }

    /// <summary>The losses and metrics, epoch by epoch; its seed repeats the training.</summary>
    public History History { get; }

    /// <summary>Whether the loss became NaN or infinite, on the training or the validation data, or the monitored value never was a number. The training ended with that epoch.</summary>
    public bool IsDiverged { get; }

    /// <summary>The best monitored value of an epoch; NaN if there is none.</summary>
    public double Best { get; }

    /// <summary>The first epoch, from 1, that had it; null if there is none.</summary>
    public int? BestEpoch { get; }

    /// <summary>The lowest validation loss of an epoch; NaN if there is none.</summary>
    public double LeastValidationLoss { get; }

    /// <summary>The time of a step in seconds: forward, backward, update. It is the median over the epochs but the first.</summary>
    public double StepSeconds { get; }
}
