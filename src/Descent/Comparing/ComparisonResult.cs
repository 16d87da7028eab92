using Descent.Charts;
using Descent.Comparing;

namespace Descent;

/// <summary>What an <see cref="OptimizerComparison"/> found. It does not change any more.</summary>
public sealed class ComparisonResult
{
    internal ComparisonResult(OptimizerComparison comparison, Monitored monitored, long seed, int runs, IEnumerable<(string Name, ComparedRate[] Rates)> optimizers)
    {
        (Comparison, Monitored, Seed, Runs) = (comparison, monitored, seed, runs);
        var best = optimizers.Select(o => (o.Name, o.Rates, Best: Ranking.Order(o.Rates, r => r, monitored).First())).ToArray();
        var levels = best.Where(o => !o.Best.IsDiverged).Select(o => monitored.BestOf(o.Best.Curve)).ToArray();
        if (levels.Length > 0) CommonLevel = levels.MaxBy(level => level, Comparer<double>.Create(monitored.Compare));
        Table = Ranking.Order(best, o => o.Best, monitored).Select(o => new ComparedOptimizer(o.Name, o.Rates, o.Best, EpochsToCommonLevel(o.Best))).ToArray().AsReadOnly();
    }

    /// <summary>The optimizers, the best one first: those that did not diverge, by the mean of the monitored value with their best rate, then by the lowest validation loss.</summary>
    public IReadOnlyList<ComparedOptimizer> Table { get; }

    /// <summary>The value that decided: <c>"val_accuracy"</c>, <c>"val_loss"</c>.</summary>
    public string Monitor => Monitored.Name;

    /// <summary>Whether the value should rise.</summary>
    public bool MonitorRises => Monitored.Rises;

    /// <summary>
    /// The best common level: the best monitored value that every optimizer reaches with its best rate, in the mean of its runs. Optimizers that diverged do not
    /// count; null if all did.
    /// </summary>
    public double? CommonLevel { get; }

    /// <summary>The runs that are over for all optimizers.</summary>
    public int Runs { get; }

    /// <summary>The seed of the first run; each further run had the next number.</summary>
    public long Seed { get; }

    internal OptimizerComparison Comparison { get; }

    internal Monitored Monitored { get; }

    /// <summary>The table as text.</summary>
    public override string ToString() => ComparisonTable.Text(this);

    /// <summary>Draws how the best rate of each optimizer did, epoch by epoch, as an SVG picture: the monitored value and the losses, as means over the runs.</summary>
    /// <param name="path">The file, which is replaced whole or not at all.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public void Plot(string path) => ChartSheet.Save(path, ComparisonCharts.Of(this));

    /// <summary>
    /// Writes a report as a page that stands alone: charts whose lines can be switched off and read at the pointer, the table, every rate, and what is needed to repeat it.
    /// It opens from disk in any browser, follows the light or dark of the reader, and loads nothing from anywhere.
    /// </summary>
    /// <param name="path">The HTML file, which is replaced whole or not at all.</param>
    /// <param name="title">What was compared; default <c>"Optimizers compared"</c>.</param>
    /// <param name="command">The command that makes the report again, to be shown; default none.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public void SaveReport(string path, string title = "Optimizers compared", string? command = null)
    {
        ArgumentNullException.ThrowIfNull(title);
        SvgWriter.Save(path, new ComparisonReport(this, title, command).ToString());
    }

    private int? EpochsToCommonLevel(ComparedRate rate)
    {
        if (CommonLevel is not { } level || rate.IsDiverged) return null;
        var epoch = 0;
        while (Monitored.Compare(rate.Curve[epoch], level) > 0) epoch++;
        return epoch + 1;
    }
}
