namespace Descent.Cli;

/// <summary>Writes a command as it can be typed again.</summary>
internal static class ShellWords
{
    private const string Plain = "-_./:=,+@%";

    /// <summary>Joins words; those that a shell would take apart are quoted.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    private static string Quote(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
