using System.Text.RegularExpressions;

namespace Descent.Mpi.Tests;

/// <summary>A training by ranks in real processes.</summary>
public sealed class DataParallelTests
{
    [MpiTheory]
    [InlineData(MpiRun.OpenMpi)]
    [InlineData(MpiRun.Mpich)]
    public void Fit_ThatIsDeterministic_HasTheSameBitsOnAnyNumberOfProcesses(string implementation)
    {
        AssertSameOnAnyNumberOfProcesses(implementation, ["train"]);
    }

    [MpiTheory]
    [InlineData(MpiRun.OpenMpi)]
    [InlineData(MpiRun.Mpich)]
    public void Fit_OnRowsOfAFile_HasTheSameBitsOnAnyNumberOfProcesses(string implementation)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(path, ["x,kind,y", .. Enumerable.Range(0, 101).Select(i => FormattableString.Invariant($"{i % 7 / 7.0},{"abc"[i % 3]},\"{i % 5 / 5.0}\""))]);
            AssertSameOnAnyNumberOfProcesses(implementation, ["rows", path]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertSameOnAnyNumberOfProcesses(string implementation, string[] arguments)
    {
        var results = new HashSet<string>();
        for (var ranks = 1; ranks <= 4; ranks++)
        {
            var (exitCode, output) = MpiRun.Run(implementation, ranks, arguments);

            Assert.Equal(0, exitCode);
            var lines = Regex.Matches(output, @"Rank \d+: (loss \S+, weights \S+)");
            Assert.Equal(ranks, lines.Count);
            results.UnionWith(lines.Select(line => line.Groups[1].Value));
        }

        Assert.Single(results);
    }

    [MpiTheory]
    [InlineData(MpiRun.OpenMpi)]
    [InlineData(MpiRun.Mpich)]
    public void Fit_OfAllKinds_IsThatOfOneProcess(string implementation)
    {
        var bits = new HashSet<string>();
        for (var ranks = 1; ranks <= 4; ranks++)
        {
            var (exitCode, output) = MpiRun.Run(implementation, ranks, ["trainings"]);

            Assert.Equal(0, exitCode);
            Assert.Equal(ranks, Regex.Count(output, @"rank \d+ differs from one process in: none"));
            var lines = Regex.Matches(output, @"rank \d+ has the bits (\w+)");
            Assert.Equal(ranks, lines.Count);
            bits.UnionWith(lines.Select(line => line.Groups[1].Value));
        }

        Assert.Single(bits);
    }
}
