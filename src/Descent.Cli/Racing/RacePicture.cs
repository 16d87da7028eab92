using System.Globalization;
using System.Text;
using Descent.Charts;
using Descent.Comparing;
using static Descent.Charts.SvgWriter;

namespace Descent.Cli.Racing;

/// <summary>Draws a race: contour lines, and the ways of the optimizers growing over them, step by step at the same pace.</summary>
/// <remarks>
/// The animation is CSS: a way is a single dash that is pushed along its path, and its tip a dash of no length with a round end. Without animation
/// (on paper, and for who wants less motion) the whole ways are there.
/// </remarks>
internal static class RacePicture
{
    private const double Left = 56, Top = 66, PlotWidth = 640;
    private const double KeyHeight = 22, KeyWidth = 300;
    private const int Columns = 240, Levels = 14;
    private const int MostFrames = 100;
    private const int MostPoints = 4000; // of all ways, each of which is drawn three times: the picture stays below 200 KB
    private const double Seconds = 9, MovingShare = 0.8; // the rest shows where they came to

    /// <summary>The picture as SVG.</summary>
    public static string Draw(RaceFunction function, IReadOnlyList<RacePath> paths, int steps)
    {
        var scale = PlotWidth / (function.X.Last - function.X.First);
        var plotHeight = Math.Clamp((function.Y.Last - function.Y.First) * scale, 400, 560);
        (double X, double Y) Place(double x, double y) => (
            Left + (x - function.X.First) / (function.X.Last - function.X.First) * PlotWidth,
            Top + (function.Y.Last - y) / (function.Y.Last - function.Y.First) * plotHeight);

        var keyColumns = paths.Count > 1 ? 2 : 1;
        var keyRows = (paths.Count + keyColumns - 1) / keyColumns;
        var ways = paths.Select(p => new Way(p, Place, new(Left, Top, PlotWidth, plotHeight), MostPoints / paths.Count)).ToArray();
        var svg = new SvgWriter(Left + PlotWidth + 24, Top + plotHeight + 44 + keyRows * KeyHeight, $"{string.Join(", ", paths.Select(p => p.Name))} on {function.Name}", Style(ways, steps));
        svg.Text(16, 26, $"{char.ToUpperInvariant(function.Name[0])}{function.Name[1..]}, {steps.ToString("N0", CultureInfo.InvariantCulture)} step{(steps == 1 ? "" : "s")}", "title");
        svg.Text(16, 47, $"f(x, y) = {function.Formula}", "soft");
        svg.Open("clipPath", ("id", "race-plot"));
        svg.Element("rect", ("x", Left), ("y", Top), ("width", PlotWidth), ("height", plotHeight));
        svg.Close();
        svg.Open("g", ("clip-path", "url(#race-plot)"));
        DrawContours(svg, function, plotHeight);
        foreach (var (x, y) in function.Minima)
        {
            var (px, py) = Place(x, y);
            svg.Element("path", ("class", "axis goal"), ("d", $"M{Number(px - 7)} {Number(py)}h14m-7 -7v14"));
        }

        for (var i = 0; i < ways.Length; i++) ways[i].Draw(svg, i);
        var start = Place(function.Start.X, function.Start.Y);
        svg.Element("circle", ("class", "axis start"), ("cx", start.X), ("cy", start.Y), ("r", 5));
        svg.Close();
        DrawAxes(svg, function, plotHeight, Place);
        for (var i = 0; i < paths.Count; i++) DrawKey(svg, i, paths[i], 16 + i / keyRows * (KeyWidth + 50), Top + plotHeight + 46 + i % keyRows * KeyHeight);
        return svg.ToString();
    }

    private static void DrawContours(SvgWriter svg, RaceFunction function, double height)
    {
        var rows = (int)(Columns * height / PlotWidth);
        float[] Line((double First, double Last) range, int count) => [.. Enumerable.Range(0, count).Select(i => (float)(range.First + (range.Last - range.First) * i / (count - 1)))];
        var values = function.Compute(Tensor.From(Line(function.X, Columns), [1, Columns]), Tensor.From(Line((function.Y.Last, function.Y.First), rows), [rows, 1])).ToArray();
        var heights = new double[rows, Columns];
        for (var i = 0; i < values.Length; i++) heights[i / Columns, i % Columns] = Math.Log10(Math.Max(values[i] - function.Minimum, 1e-9));

        // Below, valleys are narrower than the grid.
        var sorted = heights.Cast<double>().Order().ToArray();
        var (low, high) = (sorted[sorted.Length / 2] - 2.5, sorted[^1]);
        for (var i = Levels - 1; i >= 0; i--)
        {
            var path = new StringBuilder();
            foreach (var line in Contours.Around(heights, low + (high - low) * (i + 0.5) / Levels))
            {
                (double X, double Y)[] points = [.. line.Select(p => (Left + p.X / (Columns - 1) * PlotWidth, Top + p.Y / (rows - 1) * height))];
                List<int> kept = points.Length > 3 ? Contours.Simplify(points, 0.2) : [];
                if (kept.Count > 3) path.Append(LinePath.Of([.. kept.Select(k => points[k])], isClosed: true));
            }

            if (path.Length > 0) svg.Element("path", ("class", "contour"), ("d", path.ToString()));
        }
    }

    private static void DrawAxes(SvgWriter svg, RaceFunction function, double height, Func<double, double, (double X, double Y)> place)
    {
        var xAxis = Axis.Fit([function.X.First, function.X.Last], about: 8);
        var yAxis = Axis.Fit([function.Y.First, function.Y.Last], about: 7);
        svg.Element("rect", ("class", "axis"), ("x", Left), ("y", Top), ("width", PlotWidth), ("height", height));
        for (var i = 0; i < xAxis.Ticks.Count; i++) svg.Text(place(xAxis.Ticks[i], 0).X, Top + height + 17, xAxis.Labels[i], "soft", "middle");
        for (var i = 0; i < yAxis.Ticks.Count; i++) svg.Text(Left - 8, place(0, yAxis.Ticks[i]).Y + 4, yAxis.Labels[i], "soft", "end");
    }

    private static void DrawKey(SvgWriter svg, int index, RacePath path, double x, double y)
    {
        svg.Element("path", ("class", $"line {Theme.Colour(index)}"), ("stroke-dasharray", Theme.Dash(index)), ("d", $"M{Number(x)} {Number(y - 4)}h22"));
        svg.Text(x + 30, y, string.Create(CultureInfo.InvariantCulture, $"{path.Name}, rate {ComparisonTable.Rate(path.Rate)}, {path.End}"));
    }

    private static string Style(Way[] ways, int steps)
    {
        var style = new StringBuilder();
        void Rule(string what, string how) => style.Append('.').Append(Theme.Scope).Append(' ').Append(what).Append('{').Append(how).Append("}\n");
        Rule(".contour", "fill:#0072b2;fill-opacity:.045;fill-rule:evenodd;stroke:#0072b2;stroke-opacity:.35;stroke-width:.8");
        Rule(".goal", "stroke-width:2");
        Rule(".start", "stroke-width:2");
        Rule(".halo", "stroke-width:4.5");
        Rule(".tipdot", "stroke-width:10;visibility:hidden");
        style.Append("@media (prefers-color-scheme:dark){\n");
        Rule(".contour", "fill:#56b4e9;stroke:#56b4e9");
        style.Append("}\n@media screen and (prefers-reduced-motion:no-preference){\n");
        for (var i = 0; i < ways.Length; i++)
        {
            Rule($".w{i}", FormattableString.Invariant($"stroke-dasharray:0 9 1 0;animation:race-w{i} {Seconds}s linear infinite"));
            Rule($".w{i}.tipdot", "stroke-dasharray:0 9;visibility:visible");
            Rule($".e{i}", FormattableString.Invariant($"animation:race-e{i} {Seconds}s step-end infinite"));
            ways[i].AppendFrames(style, i, steps);
        }

        return style.Append("}\n").ToString();
    }

    private readonly record struct Frame(double Left, double Top, double Width, double Height);

    /// <summary>A path in pixels, and how far along it the optimizer is at each step.</summary>
    private sealed class Way
    {
        private readonly (double X, double Y)[] _points;
        private readonly double[] _shares; // by step
        private readonly bool _isLost;

        public Way(RacePath path, Func<double, double, (double X, double Y)> place, Frame frame, int mostPoints)
        {
            _isLost = path.LeftAt is not null;
            List<(double X, double Y)> points = [];
            foreach (var (x, y, _) in path.Points.Take((path.LeftAt ?? path.Points.Count) + 1))
            {
                // Far outside, only the direction matters.
                var (px, py) = double.IsFinite(x) && double.IsFinite(y) ? place(x, y) : (double.NaN, double.NaN);
                if (double.IsNaN(px)) break;
                points.Add((Math.Clamp(px, frame.Left - 2000, frame.Left + 3000), Math.Clamp(py, frame.Top - 2000, frame.Top + 3000)));
            }

            if (_isLost && points.Count > 1) points[^1] = Exit(points[^2], points[^1], frame);
            var distance = 0.2;
            var kept = Contours.Simplify(points, distance);
            while (kept.Count > mostPoints) kept = Contours.Simplify(points, distance *= 2);
            _points = [.. kept.Select(k => points[k])];
            _shares = new double[points.Count];
            var length = 0.0;
            for (var i = 1; i < kept.Count; i++)
            {
                var part = double.Hypot(_points[i].X - _points[i - 1].X, _points[i].Y - _points[i - 1].Y);
                for (var step = kept[i - 1] + 1; step <= kept[i]; step++) _shares[step] = length + part * (step - kept[i - 1]) / (kept[i] - kept[i - 1]);
                length += part;
            }

            for (var step = 0; step < _shares.Length && length > 0; step++) _shares[step] /= length;
        }

        public void Draw(SvgWriter svg, int index)
        {
            var d = LinePath.Of(_points, isClosed: false);
            var colour = Theme.Colour(index);
            svg.Element("path", ("class", $"line paper-line halo w{index}"), ("pathLength", 1), ("d", d));
            svg.Element("path", ("class", $"line {colour} w{index}"), ("pathLength", 1), ("d", d));
            svg.Element("path", ("class", $"line {colour} tipdot w{index}"), ("pathLength", 1), ("d", d));
            var (x, y) = _points[^1];
            if (_isLost) svg.Element("path", ("class", $"line {colour} e{index}"), ("d", $"M{Number(x - 6)} {Number(y - 6)}l12 12m0 -12l-12 12"));
            else svg.Element("circle", ("class", $"dot {colour} e{index}"), ("cx", x), ("cy", y), ("r", 5));
        }

        public void AppendFrames(StringBuilder style, int index, int steps)
        {
            string Percent(double step) => (100 * MovingShare * step / steps).ToString("0.##", CultureInfo.InvariantCulture);
            style.Append(CultureInfo.InvariantCulture, $"@keyframes race-w{index}{{");
            var stride = Math.Max(1, (steps + MostFrames - 1) / MostFrames);
            var last = _shares.Length - 1;
            for (var step = 0; step < last; step += stride)
                style.Append(CultureInfo.InvariantCulture, $"{Percent(step)}%{{stroke-dashoffset:{-_shares[step]:0.####}}}");
            style.Append(CultureInfo.InvariantCulture, $"{Percent(last)}%,100%{{stroke-dashoffset:-1}}}}\n");
            style.Append(CultureInfo.InvariantCulture, $"@keyframes race-e{index}{{0%{{opacity:0}}{Percent(last)}%,100%{{opacity:1}}}}\n");
        }

        // Where the last step crosses the frame, a little inside, so that the mark is seen.
        private static (double X, double Y) Exit((double X, double Y) from, (double X, double Y) to, Frame frame)
        {
            const double Inside = 8;
            double Share(double a, double b, double low, double high) => b < low && a > low ? (low - a) / (b - a) : b > high && a < high ? (high - a) / (b - a) : 1;
            var share = Math.Min(
                Share(from.X, to.X, frame.Left + Inside, frame.Left + frame.Width - Inside),
                Share(from.Y, to.Y, frame.Top + Inside, frame.Top + frame.Height - Inside));
            return (from.X + share * (to.X - from.X), from.Y + share * (to.Y - from.Y));
        }
    }
}
