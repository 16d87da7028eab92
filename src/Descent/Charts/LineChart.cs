namespace Descent.Charts;

/// <summary>A chart of lines over an axis. <see cref="ChartSheet"/> makes a picture of one or several.</summary>
/// <remarks>
/// For pages with scripts each line is a group of class <c>series</c> and each entry of the legend one of class <c>key</c>, both with the name in
/// <c>data-name</c>; the group of class <c>chart</c> around them has <c>data-x</c> and <c>data-y</c>: <c>lin</c> or <c>log</c>, the values at both
/// ends of the axis, and where these lie in the picture.
/// </remarks>
internal sealed class LineChart
{
    /// <summary>What the chart shows.</summary>
    public required string Title { get; init; }

    /// <summary>What the horizontal axis counts, with its unit.</summary>
    public required string XTitle { get; init; }

    /// <summary>What the vertical axis measures, with its unit; empty where the title says it.</summary>
    public string YTitle { get; init; } = "";

    /// <summary>The lines. Colours follow their order.</summary>
    public required IReadOnlyList<Series> Lines { get; init; }

    /// <summary>Whether the horizontal axis is logarithmic; values that are not above 0 are left out then.</summary>
    public bool IsLogX { get; init; }

    /// <summary>The same of the vertical axis.</summary>
    public bool IsLogY { get; init; }

    /// <summary>Whether the horizontal axis counts, so that ticks between whole numbers mean nothing; default true.</summary>
    public bool CountsX { get; init; } = true;

    /// <summary>Places on the horizontal axis to mark by an upright line with a text.</summary>
    public IReadOnlyList<(double X, string Text)> Marks { get; init; } = [];

    /// <summary>Heights to mark by a level line, of which the title says what they are.</summary>
    public IReadOnlyList<double> Levels { get; init; } = [];

    /// <summary>Whether several lines have their names in the picture; default true. A page may have its own legend.</summary>
    public bool HasLegend { get; init; } = true;

    /// <summary>Whether values are all above 0 and so different that equal ratios tell more than equal differences.</summary>
    public static bool SpansDecades(IEnumerable<Series> lines)
    {
        var (low, high) = (double.PositiveInfinity, 0.0);
        foreach (var value in lines.SelectMany(l => l.Y))
            if (Axis.CanShow(value, isLog: false)) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        return low > 0 && high / low >= 1000;
    }

    /// <summary>Draws the chart into a part of a picture.</summary>
    public void Draw(SvgWriter svg, double x, double y, double width, double height)
    {
        string[] names = [.. Lines.Select(l => l.Name)];
        var (isBeside, isBelow) = (HasLegend && names.Length is > 1 and <= Legend.MostDirect, HasLegend && names.Length > Legend.MostDirect);
        var legend = isBelow ? Legend.Below(names, width - 32).Height : 0;
        var top = y + (YTitle.Length > 0 ? 60 : 46);
        var bottom = y + height - 46 - (isBelow ? legend + 8 : 0);
        var yAxis = Axis.Fit(Lines.SelectMany(l => Shown(l).Select(p => p.Y)), IsLogY, Math.Max(2, (int)((bottom - top) / 45)), isRound: true);
        var left = x + 20 + yAxis.Labels.Max(l => TextSize.Width(l));
        var right = x + width - (isBeside ? Legend.Width(names) + 22 : 24);
        var xAxis = Axis.Fit(Lines.SelectMany(l => Shown(l).Select(p => p.X)).Concat(Marks.Select(m => m.X)), IsLogX, Math.Max(2, (int)((right - left) / 75)), isWhole: CountsX);
        double PlaceX(double value) => left + xAxis.Place(value) * (right - left);
        double PlaceY(double value) => bottom - yAxis.Place(value) * (bottom - top);

        svg.Open("g", ("class", "chart"), ("data-x", Describe(xAxis, left, right)), ("data-y", Describe(yAxis, bottom, top)));
        svg.Text(x + 16, y + 26, TextSize.Shorten(Title, width - 32, 15), "title");
        if (YTitle.Length > 0) svg.Text(x + 16, y + 46, TextSize.Shorten(YTitle, width - 32), "soft");
        DrawAxes(svg, xAxis, yAxis, PlaceX, PlaceY);
        svg.Text((left + right) / 2, bottom + 36, XTitle, "soft", "middle");
        var ends = new double[Lines.Count];
        var placed = new (double X, double Y)[Lines.Count][];
        var hasPoints = false;
        for (var i = 0; i < Lines.Count; i++)
        {
            var points = Lines[i].X.Zip(Lines[i].Y, (px, py) => Axis.CanShow(px, IsLogX) ? (PlaceX(px), Axis.CanShow(py, IsLogY) ? PlaceY(py) : double.NaN) : (double.NaN, double.NaN)).ToArray();
            var end = Array.FindLastIndex(points, p => !double.IsNaN(p.Item2));
            hasPoints |= end >= 0;
            ends[i] = end >= 0 ? points[end].Item2 : bottom;
            placed[i] = points;
        }

        // What stands back lies below.
        foreach (var i in Enumerable.Range(0, Lines.Count).OrderBy(i => !Lines[i].IsFaint)) DrawLine(svg, i, placed[i]);

        if (!hasPoints) svg.Text((left + right) / 2, (top + bottom) / 2, "no data", "soft", "middle");
        foreach (var level in Levels) svg.Element("line", ("class", "mark"), ("x1", left), ("x2", right), ("y1", PlaceY(level)), ("y2", PlaceY(level)));
        foreach (var (place, text) in Marks) DrawMark(svg, PlaceX(place), text, left, right, top, bottom);
        if (isBeside) Legend.DrawBeside(svg, names, right + 10, ends, top, bottom);
        else if (isBelow) Legend.DrawBelow(svg, names, x + 16, bottom + 46, width - 32);
        svg.Close();
    }

    private static void DrawAxes(SvgWriter svg, Axis xAxis, Axis yAxis, Func<double, double> placeX, Func<double, double> placeY)
    {
        var (left, right, top, bottom) = (placeX(xAxis.Low), placeX(xAxis.High), placeY(yAxis.High), placeY(yAxis.Low));
        for (var i = 0; i < yAxis.Ticks.Count; i++)
        {
            var place = placeY(yAxis.Ticks[i]);
            svg.Element("line", ("class", "grid"), ("x1", left), ("x2", right), ("y1", place), ("y2", place));
            svg.Text(left - 8, place + 4, yAxis.Labels[i], "soft", "end");
        }

        svg.Element("line", ("class", "axis"), ("x1", left), ("x2", right), ("y1", bottom), ("y2", bottom));
        for (var i = 0; i < xAxis.Ticks.Count; i++)
        {
            var place = placeX(xAxis.Ticks[i]);
            svg.Element("line", ("class", "axis"), ("x1", place), ("x2", place), ("y1", bottom), ("y2", bottom + 4));
            svg.Text(place, bottom + 18, xAxis.Labels[i], "soft", "middle");
        }
    }

    private void DrawLine(SvgWriter svg, int index, (double X, double Y)[] points)
    {
        var (path, alone) = LinePath.Of(points);
        svg.Open("g", ("class", "series"), ("data-name", Lines[index].Name));
        svg.Hint(Lines[index].Name);
        if (path.Length > 0)
            svg.Element("path", ("class", $"line {Theme.Colour(index)}{(Lines[index].IsFaint ? " faint" : "")}"), ("stroke-dasharray", Theme.Dash(index)), ("d", path));
        foreach (var (x, y) in alone) svg.Element("circle", ("class", $"dot {Theme.Colour(index)}"), ("cx", x), ("cy", y), ("r", 4));
        svg.Close();
    }

    // The text stands on the side where there is room.
    private static void DrawMark(SvgWriter svg, double place, string text, double left, double right, double top, double bottom)
    {
        svg.Element("line", ("class", "mark"), ("x1", place), ("x2", place), ("y1", top), ("y2", bottom));
        var isLeft = place > (left + right) / 2;
        svg.Text(place + (isLeft ? -6 : 6), top + 10, text, "strong", isLeft ? "end" : "start");
    }

    private IEnumerable<(double X, double Y)> Shown(Series line) =>
        line.X.Zip(line.Y).Where(p => Axis.CanShow(p.First, IsLogX) && Axis.CanShow(p.Second, IsLogY));

    private static string Describe(Axis axis, double low, double high) =>
        FormattableString.Invariant($"{(axis.IsLog ? "log" : "lin")} {axis.Low:R} {axis.High:R} {SvgWriter.Number(low)} {SvgWriter.Number(high)}");
}
