using System.Globalization;
using System.Xml.Linq;
using Descent.Charts;

namespace Descent.Tests.Charts;

public class LineChartTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Draw_TwoLines_HasAxesTicksLinesAndNames()
    {
        var svg = Parse(Chart([Line("loss", 3, 2, 1), Line("val_loss", 3, 2.5, 2)]));
        Assert.Equal(["loss", "val_loss"], Groups(svg, "series").Select(g => g.Attribute("data-name")!.Value));
        Assert.Equal(["loss", "val_loss"], Groups(svg, "key").Select(g => g.Attribute("data-name")!.Value).Order());
        Assert.Equal(["s0", "s1"], Groups(svg, "series").Select(g => Class(g.Element(Svg + "path")!)[1]));
        Assert.Subset(Texts(svg).ToHashSet(), new HashSet<string> { "A title", "epoch", "1.0", "2.0", "3.0", "1", "2", "3" });
        Assert.Equal("lin 1 3 ", Groups(svg, "chart").Single().Attribute("data-x")!.Value[..8]);
    }

    [Fact]
    public void Draw_Text_IsEscaped()
    {
        var text = "<b>&\"quoted\"\u0001 \ud83d\ude80\ud83d";
        var svg = Parse(new LineChart { Title = text, XTitle = text, YTitle = text, Lines = [Line(text, 1, 2), Line("b", 1, 2)] });
        Assert.Equal(4, Texts(svg).Count(t => t == "<b>&\"quoted\"\uFFFD \ud83d\ude80\uFFFD"));
        Assert.Contains(Groups(svg, "series"), g => g.Attribute("data-name")!.Value == "<b>&\"quoted\"\uFFFD \ud83d\ude80\uFFFD");
    }

    [Fact]
    public void Draw_Gaps_BreakTheLine()
    {
        var line = Groups(Parse(Chart([Line("loss", 3, 2, double.NaN, 1, double.PositiveInfinity, 1, 2)])), "series").Single();
        Assert.Equal(2, line.Element(Svg + "path")!.Attribute("d")!.Value.Count(c => c == 'M'));
        Assert.Single(line.Elements(Svg + "circle"));
    }

    [Fact]
    public void Draw_OnePoint_IsADot()
    {
        var line = Groups(Parse(Chart([Line("loss", 3)])), "series").Single();
        Assert.Empty(line.Elements(Svg + "path"));
        Assert.Single(line.Elements(Svg + "circle"));
    }

    [Fact]
    public void Draw_NoData_SaysSo()
    {
        Assert.Contains("no data", Texts(Parse(Chart([]))));
        Assert.Contains("no data", Texts(Parse(Chart([Line("loss")]))));
        Assert.Contains("no data", Texts(Parse(Chart([Line("loss", double.NaN), Line("b", double.NaN)]))));
        Assert.DoesNotContain("no data", Texts(Parse(Chart([Line("loss", 1)]))));
    }

    [Fact]
    public void Draw_TwentyLines_AllDifferInColourOrDashes()
    {
        var svg = Parse(Chart([.. Enumerable.Range(0, 20).Select(i => Line($"line {i}", i, i + 1))]));
        Assert.Equal(20, Groups(svg, "series").Select(g => g.Element(Svg + "path")!).Select(p => (Class(p)[1], p.Attribute("stroke-dasharray")?.Value)).Distinct().Count());

        // The names stand in columns, inside the picture.
        var keys = Groups(svg, "key").Select(g => g.Element(Svg + "text")!).ToArray();
        Assert.InRange(keys.Select(k => k.Attribute("x")!.Value).Distinct().Count(), 3, 7);
        Assert.All(keys, k => Assert.InRange(Number(k, "y"), 0, Number(svg.Root!, "height")));
        Assert.Equal(20, keys.Select(k => (k.Attribute("x")!.Value, k.Attribute("y")!.Value)).Distinct().Count());
    }

    [Fact]
    public void Draw_LinesThatEndTogether_HaveNamesApart()
    {
        var heights = Groups(Parse(Chart([.. Enumerable.Range(0, 5).Select(i => Line($"line {i}", 1, 0))])), "key").Select(g => Number(g.Element(Svg + "text")!, "y")).Order().ToArray();
        Assert.All(heights.Zip(heights.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 14));
    }

    [Fact]
    public void Draw_LongName_IsCutAndToldInFull()
    {
        var name = new string('x', 100);
        var key = Groups(Parse(Chart([Line(name, 1, 2), Line("b", 1, 2)])), "key")[0];
        Assert.EndsWith("…", key.Element(Svg + "text")!.Value, StringComparison.Ordinal);
        Assert.Equal(name, key.Element(Svg + "title")!.Value);
    }

    [Fact]
    public void Draw_Logarithmic_LeavesOutWhatIsNotAboveZero()
    {
        var line = Groups(Parse(new LineChart { Title = "t", XTitle = "x", Lines = [Line("a", 1, 10, 0, 100, 1000)], IsLogY = true }), "series").Single();
        Assert.Equal(2, line.Element(Svg + "path")!.Attribute("d")!.Value.Count(c => c == 'M'));
    }

    [Fact]
    public void Draw_Mark_StandsAtItsPlace()
    {
        var svg = Parse(new LineChart { Title = "t", XTitle = "x", Lines = [new Series("a", [1e-4, 1], [0, 1])], IsLogX = true, CountsX = false, Marks = [(1e-2, "here")] });
        var ends = Groups(svg, "chart").Single().Attribute("data-x")!.Value.Split(' ').Skip(3).Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal((ends[0] + ends[1]) / 2, Number(svg.Descendants(Svg + "line").Single(l => l.Attribute("class")!.Value == "mark"), "x1"), 0.11);
        Assert.Contains("here", Texts(svg));
    }

    [Fact]
    public void Draw_OtherCulture_GivesTheSameBytes()
    {
        var chart = Chart([Line("loss", 1234.5, 0.25, -3)]);
        var expected = ChartSheet.Draw(chart);
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NegativeSign) = (",", "~");
            CultureInfo.CurrentCulture = other;
            Assert.Equal(expected, ChartSheet.Draw(chart));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Style_OfThePicture_ReachesOnlyItselfAndKnowsTheDark()
    {
        var rules = Parse(Chart([])).Descendants(Svg + "style").Single().Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(rules, rule => Assert.True(rule.StartsWith($".{Theme.Scope} ", StringComparison.Ordinal) || rule is "}" || rule == "@media (prefers-color-scheme:dark){", rule));
        Assert.Contains("@media (prefers-color-scheme:dark){", rules);
    }

    [Fact]
    public void Sheet_ThreeCharts_StandInTwoColumns()
    {
        var svg = XDocument.Parse(ChartSheet.Draw(Chart([Line("a", 1)]), Chart([Line("b", 1)]), Chart([Line("c", 1)])));
        Assert.Equal(3, Groups(svg, "chart").Count);
        Assert.Equal((1040, 680), (Number(svg.Root!, "width"), Number(svg.Root!, "height")));
    }

    private static LineChart Chart(Series[] lines) => new() { Title = "A title", XTitle = "epoch", Lines = lines };

    private static Series Line(string name, params double[] values) => Series.Numbered(name, values, first: 1);

    private static XDocument Parse(LineChart chart) => XDocument.Parse(ChartSheet.Draw(chart));

    private static List<XElement> Groups(XDocument svg, string name) => [.. svg.Descendants(Svg + "g").Where(g => Class(g)[0] == name)];

    private static string[] Class(XElement element) => element.Attribute("class")?.Value.Split(' ') ?? [""];

    private static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    private static IEnumerable<string> Texts(XDocument svg) => svg.Descendants(Svg + "text").Select(t => t.Value);
}
