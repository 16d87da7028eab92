using System.Globalization;
using System.Text.Json.Nodes;

namespace Descent;

/// <summary>Numbers in JSON as Python writes them, where <c>1.0</c> and <c>1</c> are of different types.</summary>
internal static class KerasJson
{
    /// <summary>Writes a float as Python's <c>repr</c> does: <c>0.0</c>, <c>1e-07</c>, <c>100000.0</c>; null stays null.</summary>
    /// <exception cref="ArgumentException">The value is NaN or infinite.</exception>
    public static JsonNode? Float(double? value) => value is double given ? Float(given) : null;

    /// <inheritdoc cref="Float(double?)"/>
    public static JsonNode Float(double value) => Literal(FormatFloat(value));

    /// <summary>Writes the float32 nearest to a value, which is what Keras keeps of a learning rate: 0.001 becomes 0.0010000000474974513.</summary>
    /// <exception cref="ArgumentException">The value is NaN or infinite in float32.</exception>
    public static JsonNode Float32(double value) => Float((double)(float)value);

    /// <summary>Writes a number that Keras leaves as it was given: <c>5</c> where it is whole, else <c>1.5</c>.</summary>
    /// <exception cref="ArgumentException">The value is NaN or infinite.</exception>
    public static JsonNode Number(double value)
    {
        // Beyond 2^53 a double is no longer an exact count.
        const double LargestCount = 9007199254740992;
        return Math.Abs(value) <= LargestCount && double.IsInteger(value) ? (JsonNode)(long)value : Float(value);
    }

    /// <summary>Writes an array of floats.</summary>
    /// <exception cref="ArgumentException">A value is NaN or infinite.</exception>
    public static JsonArray Floats(IEnumerable<double> values) => new([.. values.Select(v => Float(v))]);

    /// <summary>Writes an array of numbers that stay as they were given, each by <see cref="Number"/>.</summary>
    /// <exception cref="ArgumentException">A value is NaN or infinite.</exception>
    public static JsonArray Numbers(IEnumerable<double> values) => new([.. values.Select(Number)]);

    /// <summary>Writes an array of integers, a shape for example.</summary>
    public static JsonArray Integers(IEnumerable<int> values) => new([.. values.Select(v => (JsonNode)v)]);

    /// <summary>Copies a config, so that it can be put elsewhere, with every .NET float in it written as <see cref="Float(double)"/> does.</summary>
    /// <exception cref="ArgumentException">A value is NaN or infinite.</exception>
    public static JsonNode? Copy(JsonNode? node) => node switch
    {
        JsonObject given => new JsonObject(given.Select(p => KeyValuePair.Create(p.Key, Copy(p.Value)))),
        JsonArray given => new JsonArray([.. given.Select(Copy)]),
        JsonValue given when TryGetClrFloat(given, out double value) => Float(value),
        _ => node?.DeepClone(),
    };

    /// <summary>Formats a float as Python's <c>repr</c> does: the fewest digits that give the same double.</summary>
    /// <exception cref="ArgumentException">The value is NaN or infinite.</exception>
    private static string FormatFloat(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentException($"A number in JSON must be finite. Received: {value.ToString(CultureInfo.InvariantCulture)}.", nameof(value));

        string text = value.ToString("R", CultureInfo.InvariantCulture);
        if (Math.Abs(value) is >= 1e15 and < 1e17)
            return FormatNearPythonsLimit(text);
        return text.Contains('E') ? text.Replace('E', 'e') : text.Contains('.') ? text : text + ".0";
    }

    /// <summary>Python changes to an exponent at 1e16; where .NET does depends on its version. Both agree elsewhere.</summary>
    private static string FormatNearPythonsLimit(string text)
    {
        string size = text.TrimStart('-');
        string sign = text[..^size.Length];
        string digits = size.Split('E')[0].Replace(".", "", StringComparison.Ordinal);
        bool isBelow = Math.Abs(double.Parse(text, CultureInfo.InvariantCulture)) < 1e16;
        if (isBelow)
            return sign + digits.PadRight(17, '0').Insert(16, ".");

        digits = digits.TrimEnd('0');
        return sign + (digits.Length == 1 ? digits : digits.Insert(1, ".")) + "e+16";
    }

    /// <summary>A parsed literal keeps its spelling, a <see cref="JsonValue"/> made from a double prints 1.0 as 1.</summary>
    private static JsonNode Literal(string text) => JsonNode.Parse(text)!;

    private static bool TryGetClrFloat(JsonValue node, out double value)
    {
        value = 0;
        if (node.TryGetValue(out System.Text.Json.JsonElement _))
            return false;
        if (node.TryGetValue(out float single))
        {
            value = single;
            return true;
        }

        return node.TryGetValue(out value);
    }
}
