using Descent.Callbacks;
using Descent.Training;

namespace Descent.Comparing;

/// <summary>The value that decides which training is better.</summary>
/// <param name="Name">Its name in logs.</param>
/// <param name="Rises">Whether it should rise.</param>
internal sealed record Monitored(string Name, bool Rises)
{
    public const string ValidationLoss = "val_" + MetricSet.LossName;

    /// <summary>Finds the value by its name, or without one chooses it, once a training has logged an epoch.</summary>
    /// <exception cref="ArgumentException">It is not measured.</exception>
    /// <exception cref="InvalidOperationException">Nobody knows whether it should fall or rise.</exception>
    public static Monitored Find(Model model, Logs logs, string? name, MonitorMode mode)
    {
        name ??= model.Metrics.Where(m => MetricDirections.Rises(m.Value) is not null).Select(m => "val_" + m.Key).FirstOrDefault() ?? ValidationLoss;
        return logs.ContainsKey(name)
            ? new Monitored(name, MetricDirections.Rises(model, name, mode, nameof(OptimizerComparison)))
            : throw new ArgumentException($"Monitor must be a value that is measured.{KerasNames.DidYouMean(name, logs.Keys)} Received: '{name}'. Measured: {string.Join(", ", logs.Keys)}.");
    }

    /// <summary>The better one first; NaN, which is none, comes last.</summary>
    public int Compare(double a, double b) => double.IsNaN(a) || double.IsNaN(b)
        ? double.IsNaN(a).CompareTo(double.IsNaN(b))
        : Rises ? b.CompareTo(a) : a.CompareTo(b);

    /// <summary>The best of some values; NaN if none is finite.</summary>
    public double BestOf(IEnumerable<double> values) =>
        values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Aggregate((a, b) => Compare(a, b) <= 0 ? a : b);
}
