namespace Descent.Cli.Racing;

/// <summary>Finds the lines along which a function has one value, on a grid.</summary>
internal static class Contours
{
    /// <summary>The closed lines around what lies below a level, in cells of the grid, by marching squares; at the border of the grid they go along it.</summary>
    /// <param name="heights">The values, row by row.</param>
    /// <param name="level">The level.</param>
    public static List<List<(double X, double Y)>> Around(double[,] heights, double level)
    {
        var (rows, columns) = (heights.GetLength(0), heights.GetLength(1));

        // Around the grid lies a ring of points that are above any level.
        double Height(int row, int column) => row >= 0 && row < rows && column >= 0 && column < columns ? heights[row, column] : double.PositiveInfinity;
        var next = new Dictionary<Crossing, Crossing>();
        for (var row = -1; row < rows; row++)
        {
            for (var column = -1; column < columns; column++)
            {
                // The corners around the cell, clockwise from the upper left; the side of each leads to the next.
                ReadOnlySpan<double> corners = [Height(row, column), Height(row, column + 1), Height(row + 1, column + 1), Height(row + 1, column)];
                Crossing[] sides = [new(row, column, false), new(row, column + 1, true), new(row + 1, column, false), new(row, column, true)];
                var isMiddleBelow = (corners[0] + corners[1] + corners[2] + corners[3]) / 4 < level;
                for (var i = 0; i < 4; i++)
                {
                    // From where a side goes up through the level, the line leads to where one comes down: at the next such side, or in a saddle at the last.
                    if (!(corners[i] < level) || corners[(i + 1) % 4] < level) continue;
                    var isSaddle = corners[(i + 2) % 4] < level && !(corners[(i + 3) % 4] < level);
                    var j = isSaddle ? isMiddleBelow ? (i + 1) % 4 : (i + 3) % 4 : (i + 1) % 4;
                    while (corners[j] < level || !(corners[(j + 1) % 4] < level)) j = (j + 1) % 4;
                    next[sides[i]] = sides[j];
                }
            }
        }

        List<List<(double X, double Y)>> lines = [];
        while (next.Count > 0)
        {
            List<(double X, double Y)> line = [];
            for (var at = next.First().Key; next.Remove(at, out var following); at = following)
            {
                var (first, last) = (Height(at.Row, at.Column), at.IsDown ? Height(at.Row + 1, at.Column) : Height(at.Row, at.Column + 1));
                var part = double.IsInfinity(last) ? 0 : double.IsInfinity(first) ? 1 : (level - first) / (last - first);
                line.Add(at.IsDown ? (at.Column, at.Row + part) : (at.Column + part, at.Row));
            }

            lines.Add(line);
        }

        return lines;
    }

    /// <summary>Leaves out the points of a line that lie within a distance of the line without them (Douglas and Peucker).</summary>
    /// <returns>The indices of the points that stay.</returns>
    public static List<int> Simplify(IReadOnlyList<(double X, double Y)> points, double distance)
    {
        var stays = new bool[points.Count];
        stays[0] = stays[^1] = true;
        var parts = new Stack<(int First, int Last)>([(0, points.Count - 1)]);
        while (parts.TryPop(out var part))
        {
            var (farthest, most) = (-1, distance);
            for (var i = part.First + 1; i < part.Last; i++)
            {
                var d = Distance(points[i], points[part.First], points[part.Last]);
                if (d > most) (farthest, most) = (i, d);
            }

            if (farthest < 0) continue;
            stays[farthest] = true;
            parts.Push((part.First, farthest));
            parts.Push((farthest, part.Last));
        }

        return [.. Enumerable.Range(0, points.Count).Where(i => stays[i])];
    }

    // To the part of the line between two points.
    private static double Distance((double X, double Y) p, (double X, double Y) a, (double X, double Y) b)
    {
        var (dx, dy) = (b.X - a.X, b.Y - a.Y);
        var length = dx * dx + dy * dy;
        var along = length == 0 ? 0 : Math.Clamp(((p.X - a.X) * dx + (p.Y - a.Y) * dy) / length, 0, 1);
        return double.Hypot(p.X - a.X - along * dx, p.Y - a.Y - along * dy);
    }

    /// <summary>A line of the grid between two neighbouring points, where the level may be crossed: from a point to the right, or down.</summary>
    private readonly record struct Crossing(int Row, int Column, bool IsDown);
}
