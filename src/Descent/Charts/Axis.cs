using System.Globalization;

namespace Descent.Charts;

/// <summary>A range of numbers, where each of them lies in it, and the round ones among them.</summary>
internal sealed class Axis
{
    private const double Largest = 1e300; // beyond, differences overflow

    private Axis(double low, double high, bool isLog, IReadOnlyList<double> ticks, IReadOnlyList<string> labels) =>
        (Low, High, IsLog, Ticks, Labels) = (low, high, isLog, ticks, labels);

    public double Low { get; }

    public double High { get; }

    public bool IsLog { get; }

    /// <summary>Round numbers in the range, ascending: 1, 2 or 5 times a power of ten apart, or powers of ten.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>The text of each tick.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The axis for some values. Those that cannot be shown count as missing: see <see cref="CanShow"/>.</summary>
    /// <param name="values">The values; without any, the axis goes from 0 to 1.</param>
    /// <param name="isLog">Whether equal ratios are equally far apart.</param>
    /// <param name="about">How many ticks there should be, more or less.</param>
    /// <param name="isRound">Whether the range is extended to round numbers.</param>
    /// <param name="isWhole">Whether only whole numbers mean something, such as steps and epochs.</param>
    public static Axis Fit(IEnumerable<double> values, bool isLog = false, int about = 6, bool isRound = false, bool isWhole = false)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
            if (CanShow(value, isLog)) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        if (low > high) (low, high) = isLog ? (0.1, 1) : (0, 1);
        return isLog ? Logarithmic(low, high, about, isRound) : Linear(low, high, about, isRound, isWhole);
    }

    /// <summary>Whether a value has a place: finite, and above 0 on a logarithmic axis.</summary>
    public static bool CanShow(double value, bool isLog) => Math.Abs(value) <= Largest && (!isLog || value > 1 / Largest);

    /// <summary>Where a value lies: 0 at the low end, 1 at the high end.</summary>
    public double Place(double value) => IsLog
        ? Math.Log10(value / Low) / Math.Log10(High / Low)
        : (value - Low) / (High - Low);

    private static Axis Linear(double low, double high, int about, bool isRound, bool isWhole)
    {
        // Differences that are mere rounding do not make a range.
        var least = 1e-9 * Math.Max(Math.Abs(low), Math.Abs(high));
        if (high - low <= least)
        {
            var half = isWhole ? 1 : low == 0 ? 1 : 0.1 * Math.Abs(low);
            (low, high) = (low - half, high + half);
        }

        var step = RoundStep((high - low) / about, isWhole);
        if (isRound) (low, high) = (Math.Floor(low / step + 1e-9) * step, Math.Ceiling(high / step - 1e-9) * step);
        var ticks = Multiples(low, high, step);
        return new Axis(low, high, false, ticks, [.. ticks.Select(t => Plain(t, step, Math.Max(Math.Abs(low), Math.Abs(high))))]);
    }

    private static Axis Logarithmic(double low, double high, int about, bool isRound)
    {
        if (high / low < 1 + 1e-9) (low, high) = (low / 2, high * 2);
        if (isRound) (low, high) = (RoundDown(low), 1 / RoundDown(1 / high));
        var (first, last) = ((int)Math.Ceiling(Math.Log10(low) - 1e-9), (int)Math.Floor(Math.Log10(high) + 1e-9));
        var stride = Math.Max(1, (int)Math.Ceiling((last - first + 1) / (about + 1.0)));
        List<double> ticks = [];
        for (var e = (int)Math.Ceiling(first / (double)stride) * stride; e <= last; e += stride) ticks.Add(Power(e));
        if (ticks.Count < 3)
        {
            ticks = [];
            for (var e = first - 1; e <= last; e++)
                foreach (var digit in (ReadOnlySpan<int>)[1, 2, 5])
                    if (digit * Power(e) >= low * (1 - 1e-9) && digit * Power(e) <= high * (1 + 1e-9)) ticks.Add(digit * Power(e));
        }

        if (ticks.Count < 3)
        {
            var step = RoundStep((high - low) / about, false);
            ticks = Multiples(low, high, step);
            return new Axis(low, high, true, ticks, [.. ticks.Select(t => Plain(t, step, high))]);
        }

        var isPlain = ticks[0] > 0.9e-4 && ticks[^1] < 1.1e4;
        return new Axis(low, high, true, ticks, [.. ticks.Select(t => isPlain ? t.ToString("#,0.####", CultureInfo.InvariantCulture) : Scientific(t, ExponentOf(t), 0))]);
    }

    /// <summary>That of 1, 2 and 5 times a power of ten which is nearest to a step, by ratio.</summary>
    private static double RoundStep(double step, bool isWhole)
    {
        if (isWhole && step < 1) return 1;
        var power = Power(ExponentOf(step));
        var digit = step / power;
        return power * (digit < Math.Sqrt(2) ? 1 : digit < Math.Sqrt(10) ? 2 : digit < Math.Sqrt(50) ? 5 : 10);
    }

    /// <summary>The largest of 1, 2 and 5 times a power of ten that is not above a value.</summary>
    private static double RoundDown(double value)
    {
        var power = Power(ExponentOf(value));
        var digit = value / power;
        return power * (digit >= 5 - 1e-6 ? 5 : digit >= 2 - 1e-6 ? 2 : 1);
    }

    private static List<double> Multiples(double low, double high, double step)
    {
        List<double> ticks = [];
        for (var i = Math.Ceiling(low / step - 1e-6); i * step <= high + 1e-6 * step; i++) ticks.Add(i * step + 0.0);
        return ticks;
    }

    private static string Plain(double value, double step, double largest)
    {
        var exponent = ExponentOf(step);
        if (value == 0) return "0";
        if (largest >= 1e6 || exponent < -5)
        {
            var common = ExponentOf(largest);
            return Scientific(value, common, Math.Max(0, common - exponent));
        }

        return value.ToString($"N{Math.Max(0, -exponent)}", CultureInfo.InvariantCulture);
    }

    /// <summary>A value as people write it: <c>2×10⁻⁵</c>.</summary>
    private static string Scientific(double value, int exponent, int decimals)
    {
        var mantissa = (value / Power(exponent)).ToString($"F{Math.Min(decimals, 12)}", CultureInfo.InvariantCulture);
        var power = string.Concat(exponent.ToString(CultureInfo.InvariantCulture).Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0']));
        if (exponent == 0) return mantissa;
        return mantissa switch
        {
            "1" => $"10{power}",
            "-1" => $"-10{power}",
            _ => $"{mantissa}×10{power}",
        };
    }

    private static int ExponentOf(double value) => (int)Math.Floor(Math.Log10(Math.Abs(value)) + 1e-9);

    // As the text would be read, which Math.Pow does not promise.
    private static double Power(int exponent) => double.Parse($"1e{exponent.ToString(CultureInfo.InvariantCulture)}", CultureInfo.InvariantCulture);
}
