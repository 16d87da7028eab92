using Descent.Charts;

namespace Descent.Tests.Charts;

public class LinePathTests
{
    [Fact]
    public void Of_Points_IsRelativeInTenths() => Assert.Equal("M1 2l10-1.5 0.1 4-5-3", LinePath.Of([(1, 2), (11, 0.5), (11.1, 4.5), (6.1, 1.5)]).Path);

    [Fact]
    public void Of_Gaps_BreaksThePathAndKeepsLonePoints()
    {
        var (path, alone) = LinePath.Of([(0, double.NaN), (1, 1), (2, 2), (3, double.NaN), (4, 4), (5, double.NaN), (6, 6), (7, 7)]);
        Assert.Equal("M1 1l1 1M6 6l1 1", path);
        Assert.Equal([(4.0, 4.0)], alone);
    }

    [Fact]
    public void Of_SmallSteps_DoesNotDrift()
    {
        // A tenth of a tenth each: rounded one by one they would all be zero.
        var (path, _) = LinePath.Of([.. Enumerable.Range(0, 1001).Select(i => (i * 0.01, 0.0))]);
        Assert.Equal(10, path[(path.IndexOf('l') + 1)..].Split(' ').Where((_, i) => i % 2 == 0).Sum(d => double.Parse(d, System.Globalization.CultureInfo.InvariantCulture)), 1e-9);
    }

    [Fact]
    public void Of_ManyPoints_KeepsPeaksEndsAndGaps()
    {
        (double X, double Y)[] points = [.. Enumerable.Range(0, 100_000).Select(i => (i / 200.0, i == 77_777 ? 300.0 : i == 5_003 ? -40.0 : i is > 50_000 and < 51_000 ? double.NaN : 100 + i % 3))];
        var (path, _) = LinePath.Of(points);
        Assert.InRange(path.Length, 1000, 12_000);
        Assert.Equal(2, path.Count(c => c == 'M'));
        Assert.StartsWith("M0 100", path, StringComparison.Ordinal);
        var heights = Heights(path);
        Assert.Equal(300, heights.Max(), 0.01);
        Assert.Equal(-40, heights.Min(), 0.01);
        Assert.Equal(points[^1].Y, heights[^1], 0.01);
    }

    private static List<double> Heights(string path)
    {
        List<double> heights = [];
        foreach (var run in path.Split('M', StringSplitOptions.RemoveEmptyEntries))
        {
            var numbers = System.Text.RegularExpressions.Regex.Matches(run, @"-?\d+(\.\d+)?").Select(m => double.Parse(m.Value, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            var y = 0.0;
            for (var i = 1; i < numbers.Length; i += 2) heights.Add(y += numbers[i]);
        }

        return heights;
    }
}
