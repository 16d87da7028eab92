using System.Globalization;
using Descent.Charts;
using Descent.Training;

namespace Descent.Comparing;

/// <summary>The curves of a comparison: a line for each optimizer that did not diverge, with its best rate.</summary>
internal static class ComparisonCharts
{
    /// <summary>Charts of the monitored value, the validation loss and the loss.</summary>
    public static LineChart[] Of(ComparisonResult result, bool hasLegend = true) =>
        [.. ((string[])[result.Monitor, Monitored.ValidationLoss, MetricSet.LossName]).Distinct().Select(name => Chart(result, name, hasLegend))];

    // The colour of an optimizer is the same in all charts, as the order is.
    private static LineChart Chart(ComparisonResult result, string name, bool hasLegend)
    {
        Series[] lines = [.. result.Table.Where(o => !o.IsDiverged).Select(o => Series.Numbered(o.Name, o.Best.MeanOf(name), first: 1))];
        var isLog = LineChart.SpansDecades(lines);
        return new LineChart
        {
            Title = name,
            XTitle = "epoch",
            YTitle = $"{(result.Runs > 1 ? $"mean of {result.Runs} runs, " : "")}each at its best rate{(isLog ? "; logarithmic" : "")}",
            Lines = lines,
            IsLogY = isLog,
            HasLegend = hasLegend,
            Levels = name == result.Monitor && result.CommonLevel is { } level ? [(level, string.Create(CultureInfo.InvariantCulture, $"common level {ComparisonTable.Value(level)}"))] : [],
        };
    }
}
