using System.Globalization;
using Descent.Threading;

namespace Descent.Benchmarks;

/// <summary>What the modes beside BenchmarkDotNet print: a line of JSON for each work, as peers/torch_peer.py does.</summary>
internal static class Figures
{
    public const string Ours = "Descent";

    private const string List = "--list";

    /// <summary>Whether to measure a work. Names are parts of those of works, between ^ and $, and none stand for all; <c>--list</c> prints what could be measured.</summary>
    public static bool Wanted(string[] names, string work)
    {
        if (names is not [List]) return names.Length == 0 || names.Any($"^{work}$".Contains);
        Console.WriteLine(work);
        return false;
    }

    /// <summary>Prints a line: the figures of all that did the work, and behind them how much longer Descent took than each other, where that is among them.</summary>
    public static void Print(string work, string unit, params (string Name, double Value)[] figures)
    {
        var ours = figures.FirstOrDefault(figure => figure.Name == Ours).Value;
        var ratios = figures.Where(figure => ours > 0 && figure.Name != Ours).Select(figure => ($"{Ours} / {figure.Name}", ours / figure.Value));
        var values = string.Concat(figures.Concat(ratios).Select(figure => string.Create(CultureInfo.InvariantCulture, $", \"{figure.Item1}\": {figure.Item2:F3}")));
        Console.WriteLine($$"""{"work": "{{work}}", "unit": "{{unit}}"{{values}}, "threads": {{Workers.Count}}}""");
    }
}
