using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Descent.Callbacks;

/// <summary>A path with values to be filled in, in Python's form: <c>"model.{epoch:02d}-{val_loss:.2f}.keras"</c>.</summary>
internal static partial class PathTemplate
{
    /// <summary>Fills in the values.</summary>
    /// <param name="template">The path.</param>
    /// <param name="values">The values by their names.</param>
    /// <exception cref="ArgumentException">A name has no value, or a form is not known.</exception>
    public static string Fill(string template, IReadOnlyDictionary<string, double> values) => Places().Replace(template, match => match.Value switch
    {
        "{{" => "{",
        "}}" => "}",
        _ when match.Groups["name"] is { Success: true, Value: var name } => Format(template, values.TryGetValue(name, out var value) ? value : throw Refuse(
            template, $"'{name}', which is not measured.{KerasNames.DidYouMean(name, values.Keys)} Measured: {string.Join(", ", values.Keys)}"), match),
        _ => throw Refuse(template, $"'{match.Value}', whose form is not that of Python's {{name}}, {{name:02d}} or {{name:.2f}}"),
    });

    /// <summary>What a path that was filled in looks like: numbers have no separators.</summary>
    public static Regex PatternOf(string template)
    {
        var (pattern, end) = (new StringBuilder("^"), 0);
        foreach (Match place in Places().Matches(template))
        {
            pattern.Append(Regex.Escape(template[end..place.Index])).Append(place.Length > 2 ? @"[^/\\]+" : Regex.Escape(place.Value[..1]));
            end = place.Index + place.Length;
        }

        return new Regex(pattern.Append(Regex.Escape(template[end..])).Append('$').ToString(), RegexOptions.CultureInvariant);
    }

    private static string Format(string template, double value, Match match)
    {
        var (width, digits, type) = (match.Groups["width"].Value, match.Groups["digits"].Value, match.Groups["type"].Value);
        var text = new StringBuilder(type switch
        {
            "d" => double.IsInteger(value) && digits.Length == 0 ? value.ToString("F0", CultureInfo.InvariantCulture) : throw Refuse(template, $"'{match.Value}' for {value.ToString(CultureInfo.InvariantCulture)}, which is no integer"),
            "e" => value.ToString($"0.{new string('0', Number(digits, 6))}e+00", CultureInfo.InvariantCulture),
            "f" => value.ToString($"F{Number(digits, 6)}", CultureInfo.InvariantCulture),
            _ => digits.Length == 0 ? value.ToString(CultureInfo.InvariantCulture) : throw Refuse(template, $"'{match.Value}', which must say d, e or f"),
        });
        var isPadded = width.StartsWith('0');
        var sign = text[0] == '-' && isPadded ? 1 : 0;
        while (text.Length < Number(width, 0)) text.Insert(sign, isPadded ? '0' : ' ');
        return text.ToString();
    }

    private static int Number(string text, int absent) => text.Length == 0 ? absent : int.Parse(text, CultureInfo.InvariantCulture);

    private static ArgumentException Refuse(string template, string what) => new($"A path must have places for values that there are. Received: \"{template}\" with {what}.");

    [GeneratedRegex(@"\{\{|\}\}|\{(?<name>\w+)(:(?<width>\d{0,3})(\.(?<digits>\d{1,2}))?(?<type>[def])?)?\}|[{}]", RegexOptions.CultureInvariant)]
    private static partial Regex Places();
}
