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
}
