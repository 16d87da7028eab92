using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Descent.Tests;

/// <summary>docs/charts.md and docs/comparing.md show code of the sample that draws their pictures.</summary>
[Collection(nameof(Training.ThreadsTests))]
public partial class ChartsPageTests
{
    private static readonly string Docs = Path.Combine(Golden.Root, "docs");

    [Theory]
    [InlineData("charts.md", 4)]
    [InlineData("comparing.md", 1)]
    public void Examples_OfThePage_AreThoseOfTheSample(string page, int count)
    {
        // The sample draws into a folder of choice, of which the page says nothing.
        string[] source = [.. File.ReadAllLines(Path.Combine(Golden.Root, "samples/Charts/Program.cs")).Select(line => InFolder().Replace(line, "$1"))];
        string[] blocks = [.. File.ReadAllText(Path.Combine(Docs, page)).Split("```csharp\n").Skip(1).Select(block => block.Split("\n```\n")[0])];
        Assert.Equal(count, blocks.Length);
        Assert.All(blocks.SelectMany(b => b.Split('\n')), line => Assert.Contains(line, source));
    }

    [Fact]
    public void Pictures_OfThePages_AreSmallAndWellFormed()
    {
        string[] shown = [.. ((string[])["charts.md", "comparing.md"]).SelectMany(page => File.ReadAllText(Path.Combine(Docs, page)).Split("](pictures/").Skip(1)).Select(part => part.Split(')')[0]).Where(Path.HasExtension)];
        Assert.Equal(11, shown.Length);
        Assert.Equal(shown.Where(IsSvg).Order(), Directory.GetFiles(Path.Combine(Docs, "pictures"), "*.svg").Select(Path.GetFileName).Order());
        Assert.All(shown, name =>
        {
            var file = new FileInfo(Path.Combine(Docs, "pictures", name));
            Assert.InRange(file.Length, 1000, 200_000);
            if (IsSvg(name)) Assert.Equal("svg", XDocument.Load(file.FullName).Root!.Name.LocalName);
        });
    }

    [Fact]
    public void Sample_Run_DrawsItsPictures()
    {
        using var folder = new Data.TemporaryFolder();
        Assert.StartsWith("Drew comparison.svg, history.svg, model.svg, rates.svg and schedule.svg", Samples.Run("Charts", folder.Root).Split('\n')[^2], StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(folder.Root, "*.svg"), path => XDocument.Load(path));
        Assert.Equal(7, Directory.GetFiles(folder.Root).Length);
    }

    private static bool IsSvg(string name) => Path.GetExtension(name) == ".svg";

    [GeneratedRegex(@"At\((""[\w.]+"")\)")]
    private static partial Regex InFolder();
}
