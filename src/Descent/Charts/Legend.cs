namespace Descent.Charts;

/// <summary>What the lines of a chart are called: beside their ends if they are few, else in columns below.</summary>
internal static class Legend
{
    /// <summary>So many lines have their names beside them.</summary>
    public const int MostDirect = 5;

    private const double KeyWidth = 18;
    private const double LineHeight = 17;
    private const double Widest = 190;

    /// <summary>The width of the names beside the plot, keys included.</summary>
    public static double Width(IEnumerable<string> names) => KeyWidth + 6 + names.Max(n => Math.Min(Widest, TextSize.Width(n)));

    /// <summary>How many columns the names below a plot take, and how high they are.</summary>
    public static (int Columns, double Height) Below(IReadOnlyList<string> names, double width)
    {
        var columns = Math.Clamp((int)(width / (Width(names) + 14)), 1, names.Count);
        return (columns, (names.Count + columns - 1) / columns * LineHeight);
    }

    /// <summary>Draws the names in columns.</summary>
    public static void DrawBelow(SvgWriter svg, IReadOnlyList<string> names, double x, double y, double width)
    {
        var (columns, _) = Below(names, width);
        var rows = (names.Count + columns - 1) / columns;
        for (var i = 0; i < names.Count; i++)
            DrawKey(svg, i, names[i], x + i / rows * (width / columns), y + (i % rows + 0.5) * LineHeight);
    }

    /// <summary>Draws each name at the height where its line ends, apart from its neighbours.</summary>
    /// <param name="svg">The picture.</param>
    /// <param name="names">The names.</param>
    /// <param name="x">Where the names begin.</param>
    /// <param name="heights">Where the lines end.</param>
    /// <param name="top">The highest place for a name.</param>
    /// <param name="bottom">The lowest.</param>
    public static void DrawBeside(SvgWriter svg, IReadOnlyList<string> names, double x, IReadOnlyList<double> heights, double top, double bottom)
    {
        int[] order = [.. Enumerable.Range(0, names.Count).OrderBy(i => heights[i])];
        var places = Spacing.Solve([.. order.Select(i => Math.Clamp(heights[i], top, bottom))], [.. order.Skip(1).Select(_ => LineHeight)]);
        var shift = Math.Max(0, top - places[0]) - Math.Max(0, places[^1] - bottom);
        for (var i = 0; i < order.Length; i++) DrawKey(svg, order[i], names[order[i]], x, places[i] + shift);
    }

    private static void DrawKey(SvgWriter svg, int index, string name, double x, double y)
    {
        var text = TextSize.Shorten(name, Widest);
        svg.Open("g", ("class", "key"), ("data-name", name));
        if (text != name) svg.Hint(name);
        svg.Element("path", ("class", $"line {Theme.Colour(index)}"), ("stroke-dasharray", Theme.Dash(index)), ("d", $"M{SvgWriter.Number(x)} {SvgWriter.Number(y)}h{SvgWriter.Number(KeyWidth)}"));
        svg.Text(x + KeyWidth + 6, y + 4, text);
        svg.Close();
    }
}
