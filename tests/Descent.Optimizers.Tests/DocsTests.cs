namespace Descent.Tests;

/// <summary>The pages about optimizers show the code that is tested, and name the rows in which Descent differs.</summary>
public class DocsTests
{
    [Theory]
    [InlineData("CustomSGD.cs")]
    [InlineData("Signum.cs")]
    public void CustomOptimizers_CodeOnThePage_IsThatOfTheSample(string file)
    {
        var source = Read("samples/CustomOptimizer/" + file);
        Assert.Contains(source[source.IndexOf("/// <summary>", StringComparison.Ordinal)..], Read("docs/custom-optimizers.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void KerasDifferences_OfTheTests_AreOnThePage()
    {
        var page = Read("docs/keras-differences.md");
        Assert.All(ErrorTests.DifferentRows, id => Assert.Contains($"`{id}`", page, StringComparison.Ordinal));
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Golden.Root, path));
}
