using System.Globalization;
using System.Text.RegularExpressions;

namespace Descent;

/// <summary>Checks arguments, and says what must hold and what came.</summary>
internal static class Check
{
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    /// <summary>Neither NaN nor infinite.</summary>
    public static double Finite(double value, string name) => double.IsFinite(value) ? value : throw OutOfRange(name, "a finite number", value);

    /// <summary>The same for one that may be absent.</summary>
    public static double? Finite(double? value, string name) => value is { } given ? Finite(given, name) : null;

    /// <summary>Above 0, and finite.</summary>
    public static double Positive(double value, string name) => value > 0 && double.IsFinite(value) ? value : throw OutOfRange(name, "positive and finite", value);

    /// <inheritdoc cref="Finite(double?, string)"/>
    public static double? Positive(double? value, string name) => value is { } given ? Positive(given, name) : null;

    /// <summary>0 or more, and finite.</summary>
    public static double NotNegative(double value, string name) => value < 0 ? throw OutOfRange(name, "zero or more", value) : Finite(value, name);

    /// <summary>In [0, 1].</summary>
    public static double UnitInterval(double value, string name) => value is >= 0 and <= 1 ? value : throw OutOfRange(name, "in [0, 1]", value);

    /// <summary>In [0, 1).</summary>
    public static double UnitIntervalOpenAtOne(double value, string name) => value is >= 0 and < 1 ? value : throw OutOfRange(name, "in [0, 1)", value);

    /// <summary>In (0, 1].</summary>
    public static double UnitIntervalOpenAtZero(double value, string name) => value is > 0 and <= 1 ? value : throw OutOfRange(name, "in (0, 1]", value);

    /// <summary>A count: not below a least one.</summary>
    public static int AtLeast(int least, int value, string name) => (int)AtLeast(least, (long)value, name);

    /// <inheritdoc cref="AtLeast(int, int, string)"/>
    public static long AtLeast(int least, long value, string name) => value >= least ? value : throw OutOfRange(name, $"{least} or more", value);

    /// <summary>Two ends in the right order.</summary>
    public static (double Min, double Max) Ordered(double min, string minName, double max, string maxName) => min <= max
        ? (min, max)
        : throw new ArgumentOutOfRangeException(maxName, FormattableString.Invariant($"{maxName} must be at least {minName}. Received: {minName}={min}, {maxName}={max}."));

    /// <summary>One of the values that an enumeration has names for.</summary>
    public static TEnum Defined<TEnum>(TEnum value, string name)
        where TEnum : struct, Enum => Enum.IsDefined(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, $"{name} must be one of {string.Join(", ", Enum.GetNames<TEnum>())}. Received: {value}.");

    /// <summary>A copy of a list that is there, as are all of its items.</summary>
    public static T[] NoNulls<T>(IEnumerable<T>? values, string name)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(values, name);
        T[] items = [.. values];
        var missing = Array.IndexOf(items, null);
        return missing < 0 ? items : throw new ArgumentNullException(name, $"{name} must hold no null. Received: null at position {missing}.");
    }

    /// <summary>A regular expression, which knows no culture and gives up with a <see cref="RegexMatchTimeoutException"/>: patterns may come from a file.</summary>
    /// <param name="pattern">The text.</param>
    /// <param name="what">What it is, for the message: <c>A key of an OptimizerMap</c>.</param>
    /// <exception cref="ArgumentException">It is no valid expression.</exception>
    public static Regex Pattern(string pattern, string what)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, LongestMatch);
        }
        catch (RegexParseException e)
        {
            throw new ArgumentException($"{what} must be a valid regular expression. Received: '{pattern}': {e.Message}", nameof(pattern), e);
        }
    }

    /// <summary>The exception for a value outside its range.</summary>
    /// <param name="name">The argument.</param>
    /// <param name="range">What it must be.</param>
    /// <param name="value">What it is.</param>
    /// <param name="remedy">What to do, if there is more to say: a sentence.</param>
    public static ArgumentOutOfRangeException OutOfRange(string name, string range, double value, string? remedy = null)
        => new(name, $"{name} must be {range}. Received: {value.ToString(CultureInfo.InvariantCulture)}.{(remedy is null ? "" : " " + remedy)}");
}
