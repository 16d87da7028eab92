using System.Text;

namespace Descent.Charts;

/// <summary>The colours, lines and letters of all pictures, on light and on dark ground.</summary>
/// <remarks>
/// The colours of lines are those of Okabe and Ito, which people with any kind of colour vision tell apart, without the one that the ground
/// swallows: yellow on light, blue on dark. When they are used up, they come again with dashes. Rules stand in classes, not in variables, which
/// few programs beside browsers understand.
/// </remarks>
/// <seealso href="https://jfly.uni-koeln.de/color/"/>
internal static class Theme
{
    /// <summary>The class of every picture's root.</summary>
    public const string Scope = "descent-chart";

    private const string Font = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

    private static readonly (string Light, string Dark)[] Colours =
    [
        ("#0072b2", "#56b4e9"),
        ("#d55e00", "#e8702a"),
        ("#009e73", "#1fb98c"),
        ("#cc79a7", "#d98ebb"),
        ("#e69f00", "#e69f00"),
        ("#56b4e9", "#f0e442"),
        ("#000000", "#ffffff"),
    ];

    private static readonly string?[] Dashes = [null, "7 3", "2 3", "9 3 2 3"];

    /// <summary>
    /// The style of all pictures. Classes: <c>paper</c> (ground), <c>title</c>, <c>soft</c> (text of less weight), <c>grid</c>, <c>axis</c>, <c>line</c> (a line of data),
    /// <c>faint</c> (one that stands back), <c>mark</c>, <c>box</c>, <c>group</c>, <c>edge</c>, <c>tip</c>, and <c>s0</c> to <c>s6</c>, the colours, for what is stroked, with <c>dot</c> for what is filled.
    /// </summary>
    public static string Style { get; } = Build();

    /// <summary>The class of the n-th line's colour.</summary>
    public static string Colour(int index) => $"s{index % Colours.Length}";

    /// <summary>The n-th line's dashes; null for none.</summary>
    public static string? Dash(int index) => Dashes[index / Colours.Length % Dashes.Length];

    private static string Build()
    {
        var style = new StringBuilder();
        Rule(style, " text", $"font:12px {Font};fill:#24292f");
        Rule(style, " .title", "font-weight:600;font-size:15px");
        Rule(style, " .strong", "font-weight:600;font-size:13px");
        Rule(style, " .soft", "fill:#57606a");
        Rule(style, " .line", "fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round");
        Rule(style, " .faint", "stroke-width:1;opacity:.45");
        Rule(style, " .grid", "stroke:#e6e8eb;stroke-width:1");
        Rule(style, " .axis", "stroke:#8c959f;stroke-width:1;fill:none");
        Rule(style, " .mark", "stroke:#57606a;stroke-width:1.5;stroke-dasharray:5 4");
        Rule(style, " .box", "stroke:#8c959f;stroke-width:1;fill:#f6f8fa");
        Rule(style, " .head", "fill:#dbe9f6");
        Rule(style, " .group", "stroke:#8c959f;stroke-width:1;stroke-dasharray:5 3;fill:#0072b2;fill-opacity:.05");
        Rule(style, " .edge", "stroke:#6e7781;stroke-width:1.5;fill:none");
        Rule(style, " .tip", "fill:#6e7781");
        Paint(style, c => c.Light, "#ffffff");
        style.Append("@media (prefers-color-scheme:dark){\n");
        Rule(style, " text", "fill:#e6edf3");
        Rule(style, " .soft", "fill:#9da7b3");
        Rule(style, " .grid", "stroke:#2b313a");
        Rule(style, " .axis", "stroke:#7d8590");
        Rule(style, " .mark", "stroke:#9da7b3");
        Rule(style, " .box", "stroke:#59636e;fill:#161b22");
        Rule(style, " .head", "fill:#1d3a54");
        Rule(style, " .group", "stroke:#7d8590;fill:#56b4e9");
        Rule(style, " .edge", "stroke:#9da7b3");
        Rule(style, " .tip", "fill:#9da7b3");
        Paint(style, c => c.Dark, "#0d1117");
        return style.Append("}\n").ToString();
    }

    private static void Paint(StringBuilder style, Func<(string Light, string Dark), string> shade, string paper)
    {
        Rule(style, " .paper", $"fill:{paper}");
        Rule(style, " .paper-line", $"stroke:{paper}");
        for (var i = 0; i < Colours.Length; i++)
        {
            Rule(style, $" .s{i}", $"stroke:{shade(Colours[i])}");
            Rule(style, $" .s{i}.dot", $"fill:{shade(Colours[i])};stroke:{paper}");
        }
    }

    private static void Rule(StringBuilder style, string what, string how) => style.Append('.').Append(Scope).Append(what).Append('{').Append(how).Append("}\n");
}
