using Descent.Saving;

namespace Descent.Tests;

/// <summary>docs/saving.md shows code that is compiled and run, and names what there is.</summary>
public class SavingPageTests
{
    private static readonly string Page = Trimmed("docs/saving.md");

    [Fact]
    public void Examples_OfThePage_AreThoseThatAreCompiledAndRun()
    {
        var source = Trimmed("tests/Descent.Tests/SavingExamples.cs");
        string[] blocks = [.. Page.Split("```csharp\n").Skip(1).Select(block => block.Split("\n```")[0])];
        Assert.Equal(6, blocks.Length);
        Assert.All(blocks, block => Assert.Contains($"\n{block}\n", source, StringComparison.Ordinal));
    }

    [Fact]
    public void Options_OfThePage_Exist()
    {
        string[] options = [.. Page.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal) && line.Contains(" = ", StringComparison.Ordinal)).Select(line => line["| `".Length..line.IndexOf(" = ", StringComparison.Ordinal)])];
        Assert.Equal(typeof(LoadOptions).GetProperties().Select(p => p.Name).Order(), options.Order());
    }

    [Theory]
    [InlineData(".keras", true, false)]
    [InlineData(".h5", true, false)]
    [InlineData(".weights.h5", false, true)]
    [InlineData(".safetensors", false, true)]
    [InlineData(".npz", false, true)]
    public void Endings_OfThePage_AreThoseOfTheFormats(string ending, bool isOfModels, bool isWritten)
    {
        Assert.Contains($"`{ending}`", Page, StringComparison.Ordinal);
        Assert.Equal(isOfModels, Record.Exception(() => FileFormat.OfModel("m" + ending)) is null);
        Assert.Equal(isWritten, Record.Exception(() => FileFormat.OfNewWeights("m" + ending)) is null);
        Assert.NotNull(FileFormat.OfWeights("m" + ending));
    }

    private static string Trimmed(string path) => $"\n{string.Join('\n', File.ReadAllLines(Path.Combine(Golden.Root, path)).Select(line => line.Trim()))}\n";
}
