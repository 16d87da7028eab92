using Descent.Tests;

namespace Descent.Live.Tests;

/// <summary>docs/live.md shows code that is compiled and run.</summary>
public class LivePageDocTests
{
    [Fact]
    public void Example_OfThePage_TrainsAndServes()
    {
        var (model, x, y) = (EndlessTraining.Classifier(), EndlessTraining.X, EndlessTraining.Y);
        using var page = new LivePage();
        model.Fit(x, y, epochs: 10, validationSplit: 0.2, callbacks: [page], verbose: 0);
        Assert.Equal(LiveState.Finished, page.Record.Status.State);

        var source = string.Join('\n', Read("tests/Descent.Live.Tests/LivePageDocTests.cs").Split('\n').Select(line => line.Trim()));
        var block = Read("docs/live.md").Split("```csharp\n")[1].Split("\n```")[0];
        Assert.Contains($"\n{block}\n", source, StringComparison.Ordinal);
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Golden.Root, path));
}
