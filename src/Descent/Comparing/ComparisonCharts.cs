using Descent.Charts;
using Descent.Training;

namespace Descent.Comparing;

/// <summary>The curves of a comparison: a line for each optimizer that did not diverge, with its best rate.</summary>
internal static class ComparisonCharts
{
    /// <summary>Charts of the monitored value, which comes first, the validation loss and the loss.</summary>
    public static LineChart[] Of(ComparisonResult result, bool hasLegend = true) =>
        [.. ((string[])[result.Monitor, Monitored.ValidationLoss, MetricSet.LossName]).Distinct().Select(name => Chart(result, name, hasLegend))];

    // The colour of an optimizer is the same in all charts, as the order is.
    private static LineChart Chart(ComparisonResult result, string name, bool hasLegend)
    {
        Series[] lines = [.. result.Table.Where(o => !o.IsDiverged).Select(o => Series.Numbered(o.Name, o.Best.MeanOf(name), first: 1))];
        var isLog = LineChart.SpansDecades(lines);
        var level = name == result.Monitor ? result.CommonLevel : null;
        return new LineChart
        {
            Title = $"{name}, each at its best rate",
            XTitle = "epoch",
            YTitle = string.Join("; ", ((string?[])[
                result.Runs > 1 ? $"mean of {result.Runs} runs" : null,
                isLog ? "logarithmic" : null,
                level is { } reached ? $"dashed: common level {ComparisonTable.Value(reached)}" : null,
            ]).OfType<string>()),
            Lines = lines,
            IsLogY = isLog,
            HasLegend = hasLegend,
            Levels = level is { } height ? [height] : [],
        };
    }
}
