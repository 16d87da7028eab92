using Descent.Comparing;

namespace Descent;

/// <summary>An optimizer with one learning rate, in all runs of an <see cref="OptimizerComparison"/>.</summary>
public sealed class ComparedRate
{
    internal ComparedRate(double? learningRate, ComparedRun[] runs, Monitored monitored, double stateBytesPerParameter)
    {
        (LearningRate, Runs, StateBytesPerParameter) = (learningRate, runs.AsReadOnly(), stateBytesPerParameter);
        IsDiverged = runs.Any(r => r.IsDiverged);
        Mean = runs.Average(r => r.Best);
        if (runs.Length > 1) Deviation = Math.Sqrt(runs.Sum(r => (r.Best - Mean) * (r.Best - Mean)) / (runs.Length - 1));
        MeanValidationLoss = runs.Average(r => r.LeastValidationLoss);
        Curve = MeanOf(monitored.Name);
        StepSeconds = runs.Min(r => r.StepSeconds);
    }

    /// <summary>The rate of the first step; null for a <see cref="Optimizers.MultiOptimizer"/>, which has several.</summary>
    public double? LearningRate { get; }

    /// <summary>The trainings, one per run.</summary>
    public IReadOnlyList<ComparedRun> Runs { get; }

    /// <summary>Whether any of the runs diverged.</summary>
    public bool IsDiverged { get; }

    /// <summary>The mean over the runs of the best monitored value of each; NaN if one has none.</summary>
    public double Mean { get; }

    /// <summary>The standard deviation of the runs' best monitored values, with n - 1; null for one run.</summary>
    public double? Deviation { get; }

    /// <summary>The mean over the runs of the lowest validation loss of each, which decides where <see cref="Mean"/> is the same.</summary>
    public double MeanValidationLoss { get; }

    /// <summary>The monitored value, epoch by epoch, as a mean over the runs; NaN from where one of them diverged.</summary>
    public IReadOnlyList<double> Curve { get; }

    /// <summary>The time of a step in seconds: that of the fastest run, since what else the machine does, and code that is compiled while it runs, only adds to it.</summary>
    public double StepSeconds { get; }

    /// <summary>How many bytes of state the optimizer keeps for each parameter that it trains; its counters, 8 bytes in all, count too.</summary>
    public double StateBytesPerParameter { get; }

    /// <summary>A value of the logs, epoch by epoch, as a mean over the runs; NaN from where one of them diverged.</summary>
    /// <param name="name">Such as <c>"loss"</c>.</param>
    /// <exception cref="KeyNotFoundException">Nothing of this name was recorded.</exception>
    public IReadOnlyList<double> MeanOf(string name)
    {
        IReadOnlyList<double>[] curves = [.. Runs.Select(r => r.History[name])];
        return [.. Enumerable.Range(0, curves.Max(c => c.Count)).Select(i => curves.Average(c => i < c.Count && double.IsFinite(c[i]) ? c[i] : double.NaN))];
    }
}
