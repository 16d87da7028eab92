using System.Globalization;
using System.Text;

namespace Descent.Charts;

/// <summary>The points of a line in pixels, gaps between, as a path of SVG: in tenths of a pixel, each relative to the last.</summary>
internal static class LinePath
{
    /// <summary>So many points are drawn as they are; of more, only the lowest and the highest in each column of pixels, which looks the same.</summary>
    public const int MostPoints = 2000;

    /// <summary>The path, and the points that stand alone between gaps, of which a path shows nothing.</summary>
    public static (string Path, IReadOnlyList<(double X, double Y)> Alone) Of(IReadOnlyList<(double X, double Y)> points)
    {
        var path = new StringBuilder();
        List<(double X, double Y)> alone = [];
        foreach (var run in Runs(points.Count > MostPoints ? Thin(points) : points))
        {
            if (run.Count == 1) alone.Add(run[0]);
            else Append(path, run);
        }

        return (path.ToString(), alone);
    }

    /// <summary>A line without gaps as a path; closed, it goes back to its first point.</summary>
    public static string Of(IReadOnlyList<(double X, double Y)> points, bool isClosed)
    {
        var path = new StringBuilder();
        Append(path, points);
        return path.Append(isClosed ? "z" : "").ToString();
    }

    private static void Append(StringBuilder path, IReadOnlyList<(double X, double Y)> points)
    {
        var (lastX, lastY) = (0L, 0L);
        for (var i = 0; i < points.Count; i++)
        {
            var (x, y) = ((long)Math.Round(points[i].X * 10), (long)Math.Round(points[i].Y * 10));
            if (i > 1 && x == lastX && y == lastY) continue; // of two points at one place both are kept: the line is a dot
            if (i < 2) path.Append(i == 0 ? 'M' : 'l');
            else if (x >= lastX) path.Append(' '); // a minus separates, too
            AppendTenths(path, x - lastX);
            if (y >= lastY) path.Append(' ');
            AppendTenths(path, y - lastY);
            (lastX, lastY) = (x, y);
        }
    }

    private static void AppendTenths(StringBuilder path, long tenths) => path.Append((tenths / 10m).ToString("0.#", CultureInfo.InvariantCulture));

    private static IEnumerable<IReadOnlyList<(double X, double Y)>> Runs(IReadOnlyList<(double X, double Y)> points)
    {
        List<(double X, double Y)> run = [];
        foreach (var point in points)
        {
            if (!double.IsNaN(point.Y))
            {
                run.Add(point);
            }
            else if (run.Count > 0)
            {
                yield return run;
                run = [];
            }
        }

        if (run.Count > 0) yield return run;
    }

    private static List<(double X, double Y)> Thin(IReadOnlyList<(double X, double Y)> points)
    {
        List<(double X, double Y)> kept = [];
        for (var i = 0; i < points.Count;)
        {
            // A column ends at its border, and at a gap.
            var first = i;
            if (double.IsNaN(points[first].Y))
            {
                kept.Add(points[i++]);
                while (i < points.Count && double.IsNaN(points[i].Y)) i++;
                continue;
            }

            var (low, high) = (first, first);
            for (; i < points.Count && Math.Floor(points[i].X) == Math.Floor(points[first].X) && !double.IsNaN(points[i].Y); i++)
            {
                if (points[i].Y < points[low].Y) low = i;
                if (points[i].Y > points[high].Y) high = i;
            }

            // The ends of the line are its own; elsewhere the extremes say all.
            if (first == 0 && Math.Min(low, high) > 0) kept.Add(points[0]);
            kept.Add(points[Math.Min(low, high)]);
            if (low != high) kept.Add(points[Math.Max(low, high)]);
            if (i == points.Count && Math.Max(low, high) < i - 1) kept.Add(points[i - 1]);
        }

        return kept;
    }
}
