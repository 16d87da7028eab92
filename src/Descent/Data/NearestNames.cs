namespace Descent.Data;

/// <summary>Finds the valid names nearest to a mistyped one, for error messages.</summary>
internal static class NearestNames
{
    private const int Shown = 3;

    /// <summary>Lists up to three of <paramref name="valid"/>, each in quotes, nearest in spelling first.</summary>
    public static string Of(string name, IEnumerable<string> valid) =>
        string.Join(", ", valid.OrderBy(candidate => Distance(name, candidate)).Take(Shown).Select(candidate => $"'{candidate}'"));

    /// <summary>The Levenshtein distance, blind to case.</summary>
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                var substituted = diagonal + (same ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[^1];
    }
}
