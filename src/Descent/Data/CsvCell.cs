using System.Globalization;

namespace Descent.Data;

/// <summary>What a cell of a CSV file may hold, and what is said of one that may not.</summary>
internal static class CsvCell
{
    public const string HoldsValue = "Every cell must hold a value";

    public const string IsNumber = "Every cell of a numeric column must be a number";

    public const string IsFinite = "Every number must be finite in float32";

    /// <summary>An exception that says what must hold of a cell, and where it is.</summary>
    public static InvalidDataException Refuse(string rule, string text, string path, long line, string column, string remedy) =>
        new($"{rule}. Received: '{text}' in row {line}, column '{column}' of '{path}'. {remedy}.");

    /// <summary>Whether a cell holds no value.</summary>
    public static bool IsMissing(string field) =>
        field.Length <= 4 && field.ToUpperInvariant() is "" or "?" or "NA" or "N/A" or "NAN" or "NULL";

    /// <summary>Whether a cell is a number of which nobody knows if its comma stands for the decimal point or between thousands.</summary>
    public static bool HasDecimalComma(string field) => field.Contains(',', StringComparison.Ordinal) && TryParse(field.Replace(',', '.'), out _);

    /// <summary>Parses a number; infinity counts as one, so that it is refused by name and not read as text.</summary>
    public static bool TryParse(string field, out double number)
    {
        if (double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
            return true;
        if (!field.TrimStart('+', '-').Equals("inf", StringComparison.OrdinalIgnoreCase))
            return false;
        number = double.PositiveInfinity;
        return true;
    }
}
