using System.Globalization;
using System.Text;
using System.Xml;

namespace Descent.Charts;

/// <summary>Writes an SVG picture: elements, escaped text, coordinates of a tenth of a pixel. The same calls give the same bytes everywhere.</summary>
/// <remarks>
/// The picture stands alone, as a file, and can be put into an HTML page as it is: its style reaches only what is inside an <c>svg</c> of class
/// <see cref="Theme.Scope"/>.
/// </remarks>
internal sealed class SvgWriter
{
    private readonly StringBuilder _text = new();
    private readonly Stack<string> _open = [];

    /// <param name="width">The width in pixels at which the picture is shown unless it is scaled.</param>
    /// <param name="height">The height.</param>
    /// <param name="label">What the picture shows, for those who cannot see it.</param>
    /// <param name="style">Rules of CSS beside those of <see cref="Theme"/>; what they select must begin with <c>.</c><see cref="Theme.Scope"/>.</param>
    public SvgWriter(double width, double height, string label, string style = "")
    {
        Open("svg", ("xmlns", "http://www.w3.org/2000/svg"), ("class", Theme.Scope), ("width", width), ("height", height),
            ("viewBox", $"0 0 {Number(width)} {Number(height)}"), ("role", "img"), ("aria-label", label));
        _text.Append("<style>\n").Append(Theme.Style).Append(style).Append("</style>\n");
        Element("rect", ("class", "paper"), ("width", width), ("height", height));
    }

    /// <summary>Writes an element without content. Values are text or numbers; null leaves an attribute out.</summary>
    public void Element(string name, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        Begin(name, attributes);
        _text.Append("/>\n");
    }

    /// <summary>Begins an element that <see cref="Close"/> ends.</summary>
    public void Open(string name, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        Begin(name, attributes);
        _text.Append(">\n");
        _open.Push(name);
    }

    /// <summary>Ends the element that was begun last.</summary>
    public void Close() => _text.Append("</").Append(_open.Pop()).Append(">\n");

    /// <summary>Writes a line of text; its baseline begins, ends or is centred at a point.</summary>
    /// <param name="x">From the left.</param>
    /// <param name="y">From the top.</param>
    /// <param name="text">The text.</param>
    /// <param name="style">A class of <see cref="Theme"/>; null: plain.</param>
    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    public void Text(double x, double y, string text, string? style = null, string anchor = "start") =>
        Content("text", text, ("x", x), ("y", y), ("class", style), ("text-anchor", anchor == "start" ? null : anchor));

    /// <summary>Writes what browsers show when the pointer rests on the element that is open.</summary>
    public void Hint(string text) => Content("title", text);

    /// <summary>Ends what is open and returns the picture.</summary>
    public override string ToString()
    {
        while (_open.Count > 0) Close();
        return _text.ToString();
    }

    /// <summary>Writes a picture to a file, whole or not at all.</summary>
    public static void Save(string path, string picture) => Data.WholeFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(picture)));

    /// <summary>A number of pixels as text, to the tenth.</summary>
    public static string Number(double value) => (Math.Round(value, 1) + 0.0).ToString("0.#", CultureInfo.InvariantCulture); // -0 + 0 is 0

    private void Content(string name, string content, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        Begin(name, attributes);
        _text.Append('>');
        Escape(content);
        _text.Append("</").Append(name).Append(">\n");
    }

    private void Begin(string name, ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        _text.Append('<').Append(name);
        foreach (var (key, value) in attributes)
        {
            if (value is null) continue;
            _text.Append(' ').Append(key).Append("=\"");
            Escape(value as string ?? Number(Convert.ToDouble(value, CultureInfo.InvariantCulture)));
            _text.Append('"');
        }
    }

    private void Escape(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1])) _text.Append(c).Append(text[++i]);
            else if (!XmlConvert.IsXmlChar(c)) _text.Append('\uFFFD'); // XML has no way to write it
            else
            {
                _ = c switch
                {
                    '<' => _text.Append("&lt;"),
                    '>' => _text.Append("&gt;"),
                    '&' => _text.Append("&amp;"),
                    '"' => _text.Append("&quot;"),
                    '\t' or '\n' or '\r' => _text.Append(' '),
                    _ => _text.Append(c),
                };
            }
        }
    }
}
