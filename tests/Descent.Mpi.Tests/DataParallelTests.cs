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
        var results = new HashSet<string>();
        for (var ranks = 1; ranks <= 4; ranks++)
        {
            var (exitCode, output) = MpiRun.Run(implementation, ranks, ["train"]);

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
