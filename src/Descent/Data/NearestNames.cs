namespace Descent.Data;

/// <summary>Finds the valid names nearest to a mistyped one, for error messages.</summary>
internal static class NearestNames
{
    private const int Shown = 3;

    /// <summary>Lists up to three of <paramref name="valid"/>, each in quotes, nearest in spelling first, whatever their case.</summary>
    public static string Of(string name, IEnumerable<string> valid) =>
        string.Join(", ", valid.OrderBy(candidate => KerasNames.EditDistance(name.ToUpperInvariant(), candidate.ToUpperInvariant())).Take(Shown).Select(candidate => $"'{candidate}'"));
}
