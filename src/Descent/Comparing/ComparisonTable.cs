using System.Globalization;
using System.Text;

namespace Descent.Comparing;

/// <summary>The table of a comparison as words and numbers, for terminals and pages.</summary>
internal static class ComparisonTable
{
    private const string Gap = "  ";

    /// <summary>The columns' names, so short that most tables fit 80 columns.</summary>
    public static string[] Header(ComparisonResult result) =>
    [
        "optimizer",
        "rate",
        result.Monitor,
        result.CommonLevel is { } level ? $"epochs to {Value(level)}" : "epochs",
        "time/step",
        "bytes/parameter",
    ];

    /// <summary>What stands in the columns for an optimizer.</summary>
    public static string[] Row(ComparedOptimizer optimizer) =>
    [
        optimizer.Name,
        Rate(optimizer.Best.LearningRate),
        Score(optimizer.Best),
        optimizer.EpochsToCommonLevel?.ToString(CultureInfo.InvariantCulture) ?? "-",
        Time(optimizer.Best.StepSeconds),
        optimizer.Best.StateBytesPerParameter.ToString("0.##", CultureInfo.InvariantCulture),
    ];

    public static string Text(ComparisonResult result)
    {
        string[][] rows = [Header(result), .. result.Table.Select(Row)];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (var row in rows)
            text.Append(string.Join(Gap, row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))).TrimEnd()).Append('\n');
        return text.ToString().TrimEnd();
    }

    /// <summary>The monitored value of a rate, or that it diverged.</summary>
    public static string Score(ComparedRate rate)
    {
        var diverged = rate.Runs.Count(r => r.IsDiverged);
        if (diverged > 0) return diverged == rate.Runs.Count ? "diverged" : $"diverged in {diverged} of {rate.Runs.Count} runs";
        return rate.Deviation is { } deviation ? $"{Value(rate.Mean)} ± {Value(deviation)}" : Value(rate.Mean);
    }

    /// <summary>A learning rate, as people write it.</summary>
    public static string Rate(double? rate) => rate is not { } value ? "several" : value.ToString(value is >= 1e-5 and < 1e5 ? "0.#######" : "0.###e-0", CultureInfo.InvariantCulture);

    /// <summary>A loss or metric: four decimals, where these say enough.</summary>
    public static string Value(double value) => value.ToString(Math.Abs(value) is 0 or (>= 1e-3 and < 1e5) ? "0.0000" : "0.000e-0", CultureInfo.InvariantCulture);

    // The spaces do not break lines.
    private static string Time(double seconds) => seconds switch
    {
        < 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:0.0}\u00A0µs"),
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:0.00}\u00A0ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00}\u00A0s"),
    };
}
