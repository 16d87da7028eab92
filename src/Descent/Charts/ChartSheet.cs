namespace Descent.Charts;

/// <summary>Makes a picture of charts: one alone, several in two columns.</summary>
internal static class ChartSheet
{
    private const double AloneWidth = 720, AloneHeight = 420;
    private const double Width = 520, Height = 340;

    /// <summary>The picture as SVG: a whole file, which can also stand in an HTML page as it is.</summary>
    public static string Draw(params IReadOnlyList<LineChart> charts)
    {
        var columns = charts.Count > 1 ? 2 : 1;
        var rows = Math.Max(1, (charts.Count + columns - 1) / columns);
        var (width, height) = charts.Count > 1 ? (Width, Height) : (AloneWidth, AloneHeight);
        height += charts.Select(c => c.HasLegend && c.Lines.Count > Legend.MostDirect ? Legend.Below([.. c.Lines.Select(l => l.Name)], width - 32).Height : 0).DefaultIfEmpty().Max();
        var svg = new SvgWriter(columns * width, rows * height, string.Join("; ", charts.Select(c => c.Title)));
        for (var i = 0; i < charts.Count; i++)
        {
            // One that is alone in the last row has it all.
            var span = i == charts.Count - 1 ? columns - i % columns : 1;
            charts[i].Draw(svg, i % columns * width, i / columns * height, span * width, height);
        }

        return svg.ToString();
    }

    /// <summary>Writes the picture to a file, whole or not at all.</summary>
    public static void Save(string path, params IReadOnlyList<LineChart> charts) => SvgWriter.Save(path, Draw(charts));
}
