using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Descent.Callbacks;
using Descent.Layers;
using Descent.Tests.Training;

namespace Descent.Tests.Monitoring;

/// <summary>docs/monitoring.md shows code that is compiled and run, and names what there is.</summary>
[Collection(nameof(ThreadsTests))]
public partial class MonitoringPageTests
{
    private static readonly string Page = Samples.Read("docs/monitoring.md");

    [Fact]
    public void Examples_OfThePage_AreThoseThatAreCompiledAndRun()
    {
        var source = string.Join('\n', Samples.Read("tests/Descent.Tests/Monitoring/MonitoringExamples.cs").Split('\n').Select(line => line.Trim()));
        string[] blocks = [.. Page.Split("```csharp\n").Skip(1).Select(block => block.Split("\n```")[0])];
        Assert.Equal(2, blocks.Length);
        Assert.All(blocks, block => Assert.Contains($"\n{block}\n", source, StringComparison.Ordinal));
    }

    [Fact]
    public void Instruments_OfTheTable_AreThoseThatThereAre()
    {
        using var recorder = new MeasurementRecorder("page");
        Train("page");
        Assert.Equal(
            recorder.Instruments.Select(i => $"| `{i.Name}` | {Kind(i)} | `{i.Unit}` |").Order(StringComparer.Ordinal),
            InstrumentRow().Matches(Page).Select(m => m.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Options_OfThePage_AreThoseOfTheCallback() =>
        Assert.All(Option().Matches(Page).Select(m => m.Groups[1].Value), option => Assert.NotNull(typeof(TensorBoard).GetProperty(option)));

    private static void Train(string name)
    {
        var model = new Sequential([new Dense(3, "softmax") { InputShape = [4] }]) { Name = name };
        model.Compile("sgd", "sparse_categorical_crossentropy");
        model.Fit(FitTests.X, FitTests.Y, verbose: 0);
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0].ToLowerInvariant();

    [GeneratedRegex(@"^\| `descent\.[^`]+` \| \w+ \| `[^`]+` \|", RegexOptions.Multiline)]
    private static partial Regex InstrumentRow();

    [GeneratedRegex(@"`((?:Write|Histogram|Update)\w+)")]
    private static partial Regex Option();
}
