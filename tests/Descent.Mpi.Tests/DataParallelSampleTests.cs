namespace Descent.Mpi.Tests;

/// <summary>The sample DataParallel, in real processes.</summary>
public sealed class DataParallelSampleTests
{
    [MpiTheory]
    [InlineData(MpiRun.OpenMpi)]
    [InlineData(MpiRun.Mpich)]
    public void Sample_OnTwoRanks_PrintsWhatItPrintsAlone(string implementation)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var program = MpiRun.Program("DataParallel.dll", Path.Combine(folder.FullName, "training"));

            Assert.Equal(LastLine(program), LastLine([.. MpiRun.Launcher(implementation), "-n", "2", .. program]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // There is one: the other rank is silent.
    private static string LastLine(string[] command)
    {
        using var process = MpiRun.Start(command);
        var (exitCode, output) = MpiRun.End(process);
        Assert.True(exitCode == 0, output);
        return Assert.Single(output.ReplaceLineEndings("\n").Split('\n'), line => line.StartsWith("test loss: ", StringComparison.Ordinal));
    }
}
