using Descent.Tests;

namespace Descent.Mpi.Tests;

/// <summary>docs/distributed.md shows code that is compiled and run.</summary>
public sealed class DistributedPageTests
{
    [Fact]
    public void Examples_OfThePage_AreThoseThatAreCompiled()
    {
        var source = Trimmed("tests/Descent.Mpi.Process/DistributedExamples.cs");
        string[] blocks = [.. Trimmed("docs/distributed.md").Split("```csharp\n").Skip(1).Select(block => block.Split("\n```")[0])];
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Contains($"\n{block}\n", source, StringComparison.Ordinal));
    }

    [MpiTheory]
    [InlineData(MpiRun.OpenMpi)]
    [InlineData(MpiRun.Mpich)]
    public void Example_OfTheFirstRun_NamesAllRanks(string implementation)
    {
        var (exitCode, output) = MpiRun.Run(implementation, 2, ["example"]);

        Assert.Equal(0, exitCode);
        Assert.Contains("Rank 0 of 2: ", output, StringComparison.Ordinal);
        Assert.Contains("Rank 1 of 2: ", output, StringComparison.Ordinal);
    }

    private static string Trimmed(string path) => $"\n{string.Join('\n', File.ReadAllLines(Path.Combine(Golden.Root, path)).Select(line => line.Trim()))}\n";
}
