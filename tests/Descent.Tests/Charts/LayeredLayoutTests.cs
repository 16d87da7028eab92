using Descent.Charts;

namespace Descent.Tests.Charts;

public class LayeredLayoutTests
{
    [Fact]
    public void Spacing_Wishes_AreGrantedWhereThereIsRoom()
    {
        Assert.Equal([1.0, 5, 9], Spacing.Solve([1, 5, 9], [2, 2]));
        Assert.Equal([4.0, 6, 8], Spacing.Solve([6, 6, 6], [2, 2]));
        Assert.Equal([4.0, 6, 20], Spacing.Solve([5, 5, 20], [2, 2]));
    }

    [Fact]
    public void Layout_Chain_IsStraight()
    {
        var layout = new LayeredLayout([(100, 40), (60, 40), (140, 60)], [(0, 1), (1, 2)]);
        Assert.Equal([70.0, 70, 70], layout.Boxes.Zip([100, 60, 140], (b, w) => b.X + w / 2.0));
        Assert.Equal(140, layout.Width);
    }

    [Fact]
    public void Layout_BranchAndMerge_IsSymmetric()
    {
        var layout = new LayeredLayout([.. Enumerable.Repeat((80.0, 40.0), 4)], [(0, 1), (0, 2), (1, 3), (2, 3)]);
        var middles = layout.Boxes.Select(b => b.X + 40).ToArray();
        Assert.Equal(middles[0], middles[3], 1e-6);
        Assert.Equal(2 * middles[0], middles[1] + middles[2], 1e-6);
        Assert.Equal(layout.Boxes[1].Y, layout.Boxes[2].Y);
    }

    [Fact]
    public void Layout_LateInput_StandsAboveItsReader()
    {
        var layout = new LayeredLayout([.. Enumerable.Repeat((80.0, 40.0), 4)], [(0, 1), (1, 3), (2, 3)]);
        Assert.Equal(layout.Boxes[1].Y, layout.Boxes[2].Y);
    }

    [Fact]
    public void Layout_AnyGraph_KeepsBoxesApartAndEdgesOutOfThem()
    {
        var random = new Random(5);
        for (var round = 0; round < 60; round++)
        {
            var count = 2 + random.Next(14);
            var sizes = Enumerable.Range(0, count).Select(_ => (Width: 40.0 + random.Next(200), Height: 30.0 + random.Next(60))).ToArray();
            (int, int)[] edges = [.. from a in Enumerable.Range(0, count) from b in Enumerable.Range(a + 1, count - a - 1) where random.Next(4) == 0 select (a, b)];
            var layout = new LayeredLayout(sizes, edges);
            var boxes = layout.Boxes.Zip(sizes, (b, s) => (Left: b.X, Top: b.Y, Right: b.X + s.Width, Bottom: b.Y + s.Height)).ToArray();
            Assert.All(boxes, b => Assert.True(b.Left >= -1e-6 && b.Right <= layout.Width + 1e-6 && b.Top >= 0 && b.Bottom <= layout.Height + 1e-6));
            for (var i = 0; i < count; i++)
                for (var j = 0; j < i; j++)
                    Assert.True(boxes[i].Right < boxes[j].Left || boxes[j].Right < boxes[i].Left || boxes[i].Bottom < boxes[j].Top || boxes[j].Bottom < boxes[i].Top);
            foreach (var points in layout.Edges)
                for (var i = 0; i + 1 < points.Count; i++)
                    Assert.DoesNotContain(boxes, b => Crosses(points[i], points[i + 1], b, isStraight: i % 2 == 0));
        }
    }

    // A straight part stays at its x; a bend stays between the rows, and within the rectangle of its ends.
    private static bool Crosses((double X, double Y) from, (double X, double Y) to, (double Left, double Top, double Right, double Bottom) box, bool isStraight)
    {
        Assert.True(!isStraight || from.X == to.X);
        var (left, right) = (Math.Min(from.X, to.X), Math.Max(from.X, to.X));
        return right > box.Left && left < box.Right && to.Y > box.Top + 1e-6 && from.Y < box.Bottom - 1e-6;
    }
}
