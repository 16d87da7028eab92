using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Descent.Callbacks;
using Descent.Comparing;
using Descent.Optimizers;
using Descent.Tests.Data;

namespace Descent.Tests.Comparing;

public partial class ComparisonResultTests
{
    private const string Nasty = "</script><b>\"&'";

    private static readonly Monitored Accuracy = new("val_accuracy", Rises: true);

    [Fact]
    public void Rate_Runs_HaveMeanDeviationAndCurve()
    {
        var rate = Rate(0.1, Run([0.5, 0.7, 0.6]), Run([0.6, 0.9]));
        Assert.Equal(0.8, rate.Mean, 1e-12);
        Assert.Equal(Math.Sqrt(0.02), rate.Deviation!.Value, 1e-12);
        Assert.Equal([0.55, 0.8, double.NaN], rate.Curve.Select(v => Math.Round(v, 12)));
        Assert.Equal([2, 2], rate.Runs.Select(r => r.BestEpoch!.Value));
        Assert.Null(Rate(0.1, Run([0.5])).Deviation);
    }

    [Fact]
    public void Best_IsByMetricThenLossAndDivergesLast()
    {
        ComparedRate Best(params ComparedRate[] rates) => Result(("a", rates)).Table.Single().Best;
        Assert.Equal(2, Best(Rate(1, Run([0.8])), Rate(2, Run([0.9])), Rate(3, Run([0.7]))).LearningRate);
        Assert.Equal(2, Best(Rate(1, Run([0.9], loss: 0.5)), Rate(2, Run([0.9], loss: 0.4))).LearningRate);
        Assert.Equal(2, Best(Rate(1, Run([0.9]), Run([1.0], isDiverged: true)), Rate(2, Run([0.1]), Run([0.1]))).LearningRate);
        Assert.Equal(2, Best(Rate(1, Run([double.NaN])), Rate(2, Run([0.1]))).LearningRate);
    }

    [Fact]
    public void Table_ValueThatShouldFall_BeginsWithTheLowest()
    {
        var loss = new Monitored("val_accuracy", Rises: false);
        Assert.Equal(["b", "c", "a"], Result(loss, ("a", [Rate(1, loss, Run([0.3], monitored: loss))]), ("b", [Rate(1, loss, Run([0.1], monitored: loss))]), ("c", [Rate(1, loss, Run([0.2], monitored: loss))])).Table.Select(o => o.Name));
    }

    [Fact]
    public void CommonLevel_IsTheBestThatAllReachThatDoNotDiverge()
    {
        var result = Result(
            ("slow", [Rate(0.1, Run([0.5, 0.6, 0.8, 0.7]))]),
            ("fast", [Rate(0.1, Run([0.7, 0.9, 0.8, 0.9]))]),
            ("off", [Rate(0.1, Run([0.2], isDiverged: true))]));
        Assert.Equal(0.8, result.CommonLevel);
        Assert.Equal([("fast", 2), ("slow", 3), ("off", null)], result.Table.Select(o => (o.Name, o.EpochsToCommonLevel)));
        Assert.Equal("""
            optimizer  rate  val_accuracy  epochs to 0.8000  time/step  bytes/parameter
            fast        0.1        0.9000                 2    50.0 µs                8
            slow        0.1        0.8000                 3    50.0 µs                8
            off         0.1      diverged                 -    50.0 µs                8
            """.ReplaceLineEndings("\n").Replace(" µs", "\u00A0µs", StringComparison.Ordinal), result.ToString());
    }

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(0.00005, "0.00005")]
    [InlineData(2e-6, "2e-6")]
    public void Rate_Text_IsAsPeopleWriteIt(double rate, string text) => Assert.Equal(text, ComparisonTable.Rate(rate));

    [Theory]
    [InlineData(0.98249, "0.9825")]
    [InlineData(0, "0.0000")]
    [InlineData(0.00012, "1.200e-4")]
    [InlineData(1234567, "1.235e6")]
    public void Value_Text_ShowsEnoughDigits(double value, string text) => Assert.Equal(text, ComparisonTable.Value(value));

    [Fact]
    public void Report_NamesWithMarkup_AreEscaped()
    {
        var page = Page(Result((Nasty, [Rate(0.1, Run([0.5, 0.6])), Rate(0.2, Run([0.4, 0.5]))]), ("b", [Rate(0.1, Run([0.5]))])), Nasty, $"descent compare '{Nasty}'");
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(page, "</script>"));
        Assert.Equal(2, Regex.Count(page, "<script"));
        Assert.Contains("<h1>&lt;/script&gt;&lt;b&gt;&quot;&amp;&#39;</h1>", page, StringComparison.Ordinal);
        var data = JsonNode.Parse(DataBlock().Match(page).Groups[1].Value)!;
        Assert.Equal(Nasty, (string?)data["names"]![0]);
        Assert.Equal("[[0.5,0.6],[0.5]]", data["charts"]![0]!["lines"]!.ToJsonString());
        Assert.Equal([true, false, false], data["charts"]!.AsArray().Select(chart => (bool)chart!["rises"]!));
    }

    [Fact]
    public void Report_Page_NeedsNothingFromOutside()
    {
        var page = Page(Result(("a", [Rate(0.1, Run([0.5, 0.6]))])), "x", null);
        Assert.DoesNotContain("http", page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal).Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        var script = Regex.Match(page, "<script>(.*?)</script>", RegexOptions.Singleline).Groups[1].Value;
        Assert.Contains($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'", page, StringComparison.Ordinal);
        foreach (var part in new[] { "prefers-color-scheme: dark", "@media print", "lang=\"en\"", "name=\"viewport\"", "<dt>Seed</dt><dd>4</dd>", "<dt>Threads</dt>", "aria-pressed" })
            Assert.Contains(part, page, StringComparison.Ordinal);

        // Three charts, each for wide and for narrow pages.
        var pictures = Regex.Matches(page, "<svg xmlns.*?</svg>", RegexOptions.Singleline).Select(m => XElement.Parse(m.Value)).ToArray();
        Assert.Equal(6, pictures.Length);
        Assert.All(pictures, svg => Assert.Contains(svg.Descendants(), e => e.Attribute("data-name")?.Value == "a"));
        Assert.DoesNotContain(pictures.Descendants(), e => e.Attribute("class")?.Value == "key"); // the page has a legend of its own
        Assert.InRange(page.Length, 10_000, 60_000);
    }

    [Fact]
    public void Report_EverythingDiverged_SaysSo()
    {
        var page = Page(Result(("a", [Rate(0.1, Run([0.5], isDiverged: true))])), "x", null);
        Assert.Contains("Every optimizer diverged", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<figure", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Plot_Result_HasALinePerOptimizerAndTheCommonLevel()
    {
        using var folder = new TemporaryFolder();
        Result(("a", [Rate(0.1, Run([0.5, 0.6]))]), ("b", [Rate(0.1, Run([0.5]))]), ("c", [Rate(0.1, Run([0.5], isDiverged: true))])).Plot(folder["x.svg"]);
        var svg = XDocument.Load(folder["x.svg"]);
        Assert.Equal(["a", "b", "a", "b", "a", "b"], svg.Descendants().Where(e => e.Attribute("class")?.Value == "series").Select(e => e.Attribute("data-name")!.Value));
        Assert.Single(svg.Descendants(), e => e.Attribute("class")?.Value == "mark");
    }

    private static ComparedRun Run(double[] accuracy, double loss = 0.5, bool isDiverged = false, Monitored? monitored = null)
    {
        var history = new History(4);
        foreach (var (epoch, value) in accuracy.Index()) history.OnEpochEnd(epoch, new Logs { ["loss"] = 1, ["val_accuracy"] = value, ["val_loss"] = loss });
        return new ComparedRun(history, monitored ?? Accuracy, isDiverged, 5e-5);
    }

    private static ComparedRate Rate(double rate, params ComparedRun[] runs) => Rate(rate, Accuracy, runs);

    private static ComparedRate Rate(double rate, Monitored monitored, params ComparedRun[] runs) => new(rate, runs, monitored, 8);

    private static ComparisonResult Result(params (string, ComparedRate[])[] optimizers) => Result(Accuracy, optimizers);

    private static ComparisonResult Result(Monitored monitored, params (string, ComparedRate[])[] optimizers) =>
        new(new OptimizerComparison(() => new Sequential(), "mse") { Optimizers = [new Adam { Name = "a" }] }, monitored, 4, optimizers[0].Item2[0].Runs.Count, optimizers);

    private static string Page(ComparisonResult result, string title, string? command)
    {
        using var folder = new TemporaryFolder();
        result.SaveReport(folder["r.html"], title, command);
        return File.ReadAllText(folder["r.html"]);
    }

    [GeneratedRegex("id=\"data\">(.*?)</script>")]
    private static partial Regex DataBlock();
}
