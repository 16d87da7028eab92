using System.Globalization;
using Spectre.Console;

namespace Descent.Callbacks;

/// <summary>One line of Keras' progress bar: <c>47/47 ━━━━━━━━━━━━━━━━━━━━ 1s 12ms/step - accuracy: 0.8612 - loss: 0.4711</c>.</summary>
internal sealed record ProgressLine
{
    private const int BarWidth = 20;

    public required int Step { get; init; }

    /// <summary>The steps in all; null if unknown.</summary>
    public required int? Steps { get; init; }

    public required bool HasBar { get; init; }

    /// <summary>Seconds since the start.</summary>
    public required double Elapsed { get; init; }

    /// <summary>Seconds for one step.</summary>
    public required double PerStep { get; init; }

    /// <summary>Whether this is the last line: it shows the time that has passed instead of the time that is left.</summary>
    public required bool IsFinal { get; init; }

    public required IEnumerable<KeyValuePair<string, double>> Logs { get; init; }

    /// <summary>How many characters of the values are shown.</summary>
    private int ValuesLimit { get; init; } = int.MaxValue;

    /// <summary>Cuts the values so that the line does not wrap; a wrapped line cannot be redrawn.</summary>
    public ProgressLine Fit(int width) => this with { ValuesLimit = Math.Max(0, width - (ToString().Length - Values().Length)) };

    public string ToMarkup()
    {
        var done = Steps is { } steps ? BarWidth * Step / Math.Max(steps, 1) : 0;
        var bar = HasBar && Steps is not null ? $" [green]{new string('━', done)}[/][grey]{new string('━', BarWidth - done)}[/]" : "";
        return $"[bold]{Count()}[/]{bar} [bold]{Time()}[/] {Markup.Escape(Tail())}";
    }

    public override string ToString() =>
        $"{Count()}{(HasBar && Steps is not null ? $" {new string('━', BarWidth)}" : HasBar ? "" : " -")} {Time()} {Tail()}";

    private string Count() => Steps is { } steps
        ? string.Create(CultureInfo.InvariantCulture, $"{Step.ToString(CultureInfo.InvariantCulture).PadLeft(steps.ToString(CultureInfo.InvariantCulture).Length)}/{steps}")
        : string.Create(CultureInfo.InvariantCulture, $"{Step,7}/Unknown");

    private string Time() => IsFinal || Steps is null ? Seconds(Elapsed) : Left(PerStep * (Steps.Value - Step));

    private string Tail()
    {
        var values = Values();
        return (HasBar ? "" : "- ") + Duration(PerStep) + values[..Math.Min(values.Length, ValuesLimit)];
    }

    private string Values() => string.Concat(Logs.Select(l => string.Create(CultureInfo.InvariantCulture, $" - {l.Key}: {Value(l.Value)}")));

    private static string Value(double value) => value.ToString(Math.Abs(value) > 1e-3 || double.IsNaN(value) ? "0.0000" : "0.0000e+00", CultureInfo.InvariantCulture);

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0}s");

    private static string Left(double seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        return seconds > 3600 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
            : seconds > 60 ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)seconds}s");
    }

    private static string Duration(double seconds) =>
        seconds >= 1 || seconds == 0 ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0}s/step")
        : seconds >= 1e-3 ? string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:0}ms/step")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:0}us/step");
}
