using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Nodes;

namespace Descent;

/// <summary>How Keras spells names, and which name was probably meant.</summary>
internal static class KerasNames
{
    /// <summary>A sentence for those who name a class of their own, with a space before it.</summary>
    public const string HowToRegister = " Register a class of your own before it is read: KerasRegistry.Register<MyClass>(\"MyPackage\").";

    private const char PackageMark = '>';

    /// <summary>Compares names without case and underscores.</summary>
    public static IEqualityComparer<string> Comparer { get; } = new LooseComparer();

    /// <summary>The registered name of a class in a package.</summary>
    public static string Join(string package, string name) => package + PackageMark + name;

    /// <summary>Tells whether a name is a registered name, <c>Package&gt;Name</c>.</summary>
    public static bool HasPackage(string name) => name.Contains(PackageMark);

    /// <summary>The class name in a registered name.</summary>
    public static string WithoutPackage(string registeredName) => registeredName[(registeredName.IndexOf(PackageMark) + 1)..];

    /// <summary>Turns a class name into Keras' default name of an instance: <c>RMSprop</c> into <c>rm_sprop</c>, <c>Conv2D</c> into <c>conv2d</c>.</summary>
    public static string ToSnakeCase(string name)
    {
        var result = new StringBuilder(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            bool startsWord = i > 0 && char.IsAsciiLetterUpper(name[i])
                && (char.IsAsciiLetterLower(name[i - 1]) || (i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1])));
            if (startsWord)
                result.Append('_');
            result.Append(char.ToLowerInvariant(name[i]));
        }

        return result.ToString();
    }

    /// <summary>A sentence that names what was probably meant, with a space before it; empty if nothing is near.</summary>
    public static string DidYouMean(string name, IEnumerable<string> known)
    {
        string canonical = Canonical(name);
        int limit = Math.Max(1, canonical.Length / 3);
        string[] nearest = [.. known
            .Distinct(Comparer)
            .Select(k => (Name: k, Distance: IsShortFor(canonical, k) ? 0 : Distance(canonical, Canonical(k), limit)))
            .Where(k => k.Distance <= limit)
            .OrderBy(k => k.Distance)
            .ThenBy(k => k.Name, StringComparer.Ordinal)
            .Take(3)
            .Select(k => $"'{k.Name}'")];
        return nearest.Length == 0 ? "" : $" Did you mean {string.Join(" or ", nearest)}?";
    }

    /// <summary>Whether a name is made of the initials of another: <c>lr</c> of <c>learning_rate</c>.</summary>
    private static bool IsShortFor(string name, string known) =>
        known.Contains('_', StringComparison.Ordinal) && name.Equals(string.Concat(known.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(w => w[0])), StringComparison.OrdinalIgnoreCase);

    /// <summary>JSON for a message, cut to a length that can be read.</summary>
    public static string Shorten(JsonNode? node)
    {
        const int Longest = 100;
        string text = node?.ToJsonString() ?? "null";
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }

    private static string Canonical(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>The edit distance; a name that was cut short (<c>glorot</c>) is as near as a name can be that is still listed.</summary>
    private static int Distance(string name, string known, int limit)
    {
        int distance = EditDistance(name, known);
        return distance > limit && name.Length > 1 && known.StartsWith(name, StringComparison.Ordinal) ? limit : distance;
    }

    /// <summary>The least number of letters to insert, delete, replace or swap with their neighbour.</summary>
    public static int EditDistance(string a, string b)
    {
        int[] beforeLast = new int[b.Length + 1];
        int[] last = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            int[] row = new int[b.Length + 1];
            row[0] = i + 1;
            for (int j = 0; j < b.Length; j++)
            {
                row[j + 1] = Math.Min(last[j] + (a[i] == b[j] ? 0 : 1), 1 + Math.Min(row[j], last[j + 1]));
                if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
                    row[j + 1] = Math.Min(row[j + 1], beforeLast[j - 1] + 1);
            }

            (beforeLast, last) = (last, row);
        }

        return last[^1];
    }

    private sealed class LooseComparer : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => x is null || y is null ? ReferenceEquals(x, y) : Canonical(x) == Canonical(y);

        public int GetHashCode([DisallowNull] string obj) => Canonical(obj).GetHashCode(StringComparison.Ordinal);
    }
}
