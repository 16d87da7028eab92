using System.Globalization;

namespace Descent;

/// <summary>Checks arguments, and says what must hold and what came.</summary>
internal static class Check
{
    /// <summary>Neither NaN nor infinite.</summary>
    public static double Finite(double value, string name) => double.IsFinite(value) ? value : throw OutOfRange(name, "finite", value);

    /// <summary>Above 0.</summary>
    public static double Positive(double value, string name) => value > 0 && double.IsFinite(value) ? value : throw OutOfRange(name, "positive and finite", value);

    /// <summary>0 or more.</summary>
    public static double NotNegative(double value, string name) => value >= 0 && double.IsFinite(value) ? value : throw OutOfRange(name, "0 or more, and finite", value);

    /// <summary>In [0, 1].</summary>
    public static double Fraction(double value, string name) => value is >= 0 and <= 1 ? value : throw OutOfRange(name, "in [0, 1]", value);

    /// <summary>1 or more.</summary>
    public static int AtLeastOne(int value, string name) => value >= 1 ? value : throw OutOfRange(name, "1 or more", value);

    /// <summary>A number of steps: not below a least one.</summary>
    public static long Steps(long value, long least, string name) => value >= least ? value : throw OutOfRange(name, $"{least} or more", value);

    /// <summary>Two ends in the right order.</summary>
    public static (double Min, double Max) Ordered(double min, string minName, double max, string maxName) => min <= max
        ? (min, max)
        : throw new ArgumentOutOfRangeException(maxName, FormattableString.Invariant($"{maxName} must be at least {minName}. Received: {minName}={min}, {maxName}={max}."));

    /// <summary>The exception for a value outside its range.</summary>
    public static ArgumentOutOfRangeException OutOfRange(string name, string range, double value)
        => new(name, $"{name} must be {range}. Received: {value.ToString(CultureInfo.InvariantCulture)}.");
}
