using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Descent.Tests;

/// <summary>docs/charts.md shows code of the sample that draws its pictures.</summary>
[Collection(nameof(Training.ThreadsTests))]
public partial class ChartsPageTests
{
    private static readonly string Docs = Path.Combine(Golden.Root, "docs");

    [Fact]
    public void Examples_OfThePage_AreThoseOfTheSample()
    {
        // The sample draws into a folder of choice, of which the page says nothing.
        string[] source = [.. File.ReadAllLines(Path.Combine(Golden.Root, "samples/Charts/Program.cs")).Select(line => InFolder().Replace(line, "$1"))];
        string[] blocks = [.. File.ReadAllText(Path.Combine(Docs, "charts.md")).Split("```csharp\n").Skip(1).Select(block => block.Split("\n```\n")[0])];
        Assert.Equal(4, blocks.Length);
        Assert.All(blocks.SelectMany(b => b.Split('\n')), line => Assert.Contains(line, source));
    }

    [Fact]
    public void Pictures_OfThePage_AreSmallAndWellFormed()
    {
        string[] shown = [.. File.ReadAllText(Path.Combine(Docs, "charts.md")).Split("](pictures/").Skip(1).Select(part => part.Split(')')[0]).Where(name => name.EndsWith(".svg", StringComparison.Ordinal))];
        Assert.Equal(8, shown.Length);
        Assert.Equal(shown.Order(), Directory.GetFiles(Path.Combine(Docs, "pictures"), "*.svg").Select(Path.GetFileName).Order());
        Assert.All(shown, name =>
        {
            var file = new FileInfo(Path.Combine(Docs, "pictures", name));
            Assert.InRange(file.Length, 1000, 200_000);
            Assert.Equal("svg", XDocument.Load(file.FullName).Root!.Name.LocalName);
        });
    }

    [Fact]
    public void Sample_Run_DrawsItsPictures()
    {
        using var folder = new Data.TemporaryFolder();
        Assert.StartsWith("Drew history.svg, model.svg, rates.svg and schedule.svg", Samples.Run("Charts", folder.Root), StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(folder.Root, "*.svg"), path => XDocument.Load(path));
        Assert.Equal(5, Directory.GetFiles(folder.Root).Length);
    }

    [GeneratedRegex(@"At\((""[\w.]+"")\)")]
    private static partial Regex InFolder();
}
