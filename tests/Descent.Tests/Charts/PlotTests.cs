using System.Xml.Linq;
using Descent.Callbacks;
using Descent.Layers;
using Descent.Optimizers.Schedules;
using Descent.Tests.Data;

namespace Descent.Tests.Charts;

public class PlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void History_Plot_HasAChartForTheLossAndEachMetric()
    {
        var history = new History(0);
        for (var epoch = 0; epoch < 4; epoch++)
        {
            var logs = new Logs { ["accuracy"] = 0.5, ["loss"] = 1 };
            if (epoch % 2 == 1) (logs["val_accuracy"], logs["val_loss"]) = (0.4, 2 - epoch / 4.0);
            history.OnEpochEnd(epoch, logs);
        }

        var svg = Draw(history.Plot);
        Assert.Equal(["loss; accuracy"], [svg.Root!.Attribute("aria-label")!.Value]);
        var series = Groups(svg, "series");
        Assert.Equal(["loss", "val_loss", "accuracy", "val_accuracy"], series.Select(g => g.Attribute("data-name")!.Value));

        // Validated at the second and the fourth epoch: the line begins a third of the way.
        double[] Starts(int i) => [.. series[i].Element(Svg + "path")!.Attribute("d")!.Value[1..].Split('l')[0].Split(' ').Select(n => double.Parse(n, System.Globalization.CultureInfo.InvariantCulture))];
        var ends = Groups(svg, "chart")[0].Attribute("data-x")!.Value.Split(' ').Skip(3).Select(n => double.Parse(n, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(ends[0], Starts(0)[0], 0.11);
        Assert.Equal(ends[0] + (ends[1] - ends[0]) / 3, Starts(1)[0], 0.11);
    }

    [Fact]
    public void History_PlotOfWideRange_IsLogarithmic()
    {
        var history = new History(0);
        foreach (var epoch in Enumerable.Range(0, 5)) history.OnEpochEnd(epoch, new Logs { ["loss"] = Math.Pow(10, -epoch) });
        Assert.StartsWith("log 0.0001 1 ", Groups(Draw(history.Plot), "chart").Single().Attribute("data-y")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void History_PlotOfNothing_SaysSo() => Assert.Contains(Draw(new History(0).Plot).Descendants(Svg + "text"), t => t.Value == "no data");

    [Fact]
    public void History_PlotWhereNothingCanBeWritten_LeavesNoTrace()
    {
        using var folder = new TemporaryFolder();
        Assert.ThrowsAny<IOException>(() => new History(0).Plot(folder["missing/history.svg"]));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void Schedule_Plot_EndsWithTheLastStep()
    {
        var svg = Draw(path => new ExponentialDecay(1, decaySteps: 10, decayRate: 0.5).Plot(path, steps: 11));
        Assert.StartsWith("lin 0 10 ", Groups(svg, "chart").Single().Attribute("data-x")!.Value, StringComparison.Ordinal);
        Assert.StartsWith("lin 0.5 1 ", Groups(svg, "chart").Single().Attribute("data-y")!.Value, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialDecay(1, 10, 0.5).Plot("x.svg", steps: 0));
    }

    [Fact]
    public void Curve_Plot_MarksTheSuggestion()
    {
        double[] rates = [.. Enumerable.Range(0, 50).Select(i => Math.Pow(10, -5 + i / 10.0))];
        double[] losses = [.. rates.Select(r => 1 / (1 + 100 * r) + r * r)];
        var curve = new LearningRateCurve(rates, losses, losses, smoothing: 0.5);
        Assert.Contains(Draw(curve.Plot).Descendants(Svg + "text"), t => t.Value.StartsWith("suggestion: ", StringComparison.Ordinal));
        Assert.DoesNotContain(Draw(new LearningRateCurve([], [], [], 0.5).Plot).Descendants(Svg + "line"), l => l.Attribute("class")!.Value == "mark");
    }

    [Fact]
    public void Model_Plot_ShowsNamesShapesAndParameters()
    {
        var svg = Draw(path => Graph().Plot(path));
        var boxes = Groups(svg, "layer");
        Assert.Equal(["a", "b", "inner", "sum", "inner"], boxes.Select(b => b.Attribute("data-name")!.Value));
        Assert.Contains("(None, 3) → (None, 3)", boxes[2].Elements(Svg + "text").Select(t => t.Value));
        Assert.Contains("12 parameters", boxes[2].Elements(Svg + "text").Select(t => t.Value));
        Assert.Contains("shared", boxes[4].Elements(Svg + "text").Select(t => t.Value));
        Assert.Equal(4, svg.Descendants(Svg + "path").Count(p => p.Attribute("class")!.Value == "edge"));
        Assert.Contains("12 parameters", svg.Root!.Elements(Svg + "text").Select(t => t.Value));
    }

    [Fact]
    public void Model_PlotExpanded_FramesTheLayersInside()
    {
        var boxes = Groups(Draw(path => Graph().Plot(path, expandNested: true)), "layer");
        Assert.Equal(9, boxes.Count);
        Assert.Equal(["in", "dense"], boxes.Single(b => b.Attribute("data-name")!.Value == "inner" && b.ElementsBeforeSelf(Svg + "g").Count() == 2).Elements(Svg + "g").Select(g => g.Attribute("data-name")!.Value));
    }

    [Fact]
    public void Model_ToMermaid_ConnectsTheLayers() => Assert.Equal(
        """
        flowchart TD
            n0["a (InputLayer)<br>(None, 3)"]
            n1["b (InputLayer)<br>(None, 3)"]
            n2["inner (Sequential)<br>(None, 3) → (None, 3)<br>12 parameters"]
            n3["sum (Add)<br>(None, 3), (None, 3) → (None, 3)"]
            n4["inner (Sequential)<br>(None, 3) → (None, 3)<br>shared"]
            n1 --> n2
            n0 --> n3
            n2 --> n3
            n3 --> n4

        """.ReplaceLineEndings("\n"),
        Graph().ToMermaid());

    [Fact]
    public void Model_ToDotExpanded_HasClusters()
    {
        var dot = Graph().ToDot(expandNested: true);
        Assert.Contains("    subgraph cluster_n2 {\n        label=\"inner (Sequential)\";\n        n2_0 [label=\"in (InputLayer)\\n(None, 3)\"];", dot, StringComparison.Ordinal);
        Assert.Contains("    n1 -> n2_0;\n", dot, StringComparison.Ordinal);
        Assert.Contains("    n2_1 -> n3;\n", dot, StringComparison.Ordinal);
        Assert.EndsWith("}\n", dot, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_NotBuilt_IsShownAsFarAsItIsKnown()
    {
        var model = new Sequential([new Dense(4), new Dense(1)], "say \"hi\" <now>");
        Assert.Contains("digraph \"say \\\"hi\\\" <now>\"", model.ToDot(), StringComparison.Ordinal);
        Assert.Contains("n0[\"dense (Dense)<br>not built\"]", model.ToMermaid(), StringComparison.Ordinal);
        Assert.Contains("say \"hi\" <now>", Draw(path => model.Plot(path)).Descendants(Svg + "text").Select(t => t.Value));
        Assert.Equal("flowchart TD\n", new Sequential().ToMermaid());
        Assert.Empty(Groups(Draw(path => new Sequential().Plot(path)), "layer"));
    }

    [Fact]
    public void Model_OfAClassOfOnesOwn_HasItsLayersWithoutArrows()
    {
        var svg = Draw(path => new Own().Plot(path));
        Assert.Equal(2, Groups(svg, "layer").Count);
        Assert.DoesNotContain(svg.Descendants(Svg + "path"), p => p.Attribute("class")!.Value == "edge");
    }

    [Fact]
    public void Model_LongName_IsWrapped()
    {
        var model = new Sequential([new Dense(1) { Name = string.Join('_', Enumerable.Repeat("word", 30)) }]);
        var svg = Draw(path => model.Plot(path));
        Assert.InRange(double.Parse(svg.Root!.Attribute("width")!.Value, System.Globalization.CultureInfo.InvariantCulture), 100, 400);
        Assert.Equal(30, string.Concat(svg.Descendants(Svg + "text").Where(t => t.Attribute("class")?.Value == "strong").Select(t => t.Value)).Split("word").Length - 1);
    }

    // Two inputs; a model inside that is used twice.
    private static Model Graph()
    {
        KerasTensor Input(string name) => new InputLayer(Shape.Create(3)) { Name = name }.Output;
        var (a, b) = (Input("a"), Input("b"));
        var inner = new Sequential([new InputLayer(Shape.Create(3)) { Name = "in" }, new Dense(3)], "inner");
        var sum = new Add { Name = "sum" }.Apply([a, inner.Apply(b)]);
        return new Model(new KerasTensor[] { a, b }, inner.Apply(sum), "two");
    }

    private static XDocument Draw(Action<string> plot)
    {
        using var folder = new TemporaryFolder();
        plot(folder["picture.svg"]);
        Assert.Single(Directory.GetFiles(folder.Root));
        return XDocument.Load(folder["picture.svg"]);
    }

    private static List<XElement> Groups(XDocument svg, string name) => [.. svg.Descendants(Svg + "g").Where(g => g.Attribute("class")?.Value == name)];

    private sealed class Own : Model
    {
        public Own()
        {
            Track(new Dense(3) { Name = "first" });
            Track(new Dense(1) { Name = "second" });
        }
    }
}
