using System.Globalization;
using System.Text.RegularExpressions;
using static Descent.Mpi.Tests.MpiRun;

namespace Descent.Mpi.Tests;

/// <summary>
/// Ranks that are killed at random moments and without warning: the others end, and started again all of them come to the bits that they come to when nobody kills one.
/// 10 kills; as many as <c>DESCENT_TEST_KILLS</c> says if it is set.
/// </summary>
public sealed class DeathTests : IDisposable
{
    private const int Steps = 44; // of Backups
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("DESCENT_TEST_KILLS") ?? "10", CultureInfo.InvariantCulture);

    private readonly string _folder = Directory.CreateTempSubdirectory("descent").FullName;

    // s: each rank has a part of the optimizer's state; d: the bits do not depend on the number of ranks.
    public static TheoryData<string, int, string, int> Trainings => new()
    {
        { OpenMpi, 2, "s", 0 },
        { OpenMpi, 4, "d", 1 },
        { OpenMpi, 3, "-", 2 },
        { Mpich, 3, "sd", 3 },
        { Mpich, 2, "s", 4 },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [MpiTheory]
    [MemberData(nameof(Trainings))]
    public void Fit_OfWhichARankIsKilledAndThatIsStartedAgain_EndsWithTheSameBits(string implementation, int ranks, string how, int number)
    {
        var expected = Result(MpiRun.Run(implementation, ranks, ["backup", Path.Combine(_folder, "undisturbed"), how]), ranks);
        var random = new Random(number); // fixed: which ranks and steps, not which microseconds
        var kills = 0;
        for (var training = 0; kills < (Kills + number) / Trainings.Count; training++)
        {
            string[] arguments = ["backup", Path.Combine(_folder, $"{training}"), how];
            (int ExitCode, string Output) end;
            do
            {
                var isLast = kills == (Kills + number) / Trainings.Count;
                end = isLast ? MpiRun.Run(implementation, ranks, arguments)
                    : MpiRun.Kill(implementation, ranks, random.Next(ranks), arguments, random.Next(8) == 0 ? 0 : random.Next(6, Steps / 2), random.Next(6000));
                if (end.ExitCode != 0) kills++;
                Assert.True(end.ExitCode == 0 || !isLast, end.Output);
                RequireWholeCheckpoints(arguments[1]);
            }
            while (end.ExitCode != 0);

            Assert.Equal(expected, Result(end, ranks));
        }
    }

    [MpiTheory]
    [InlineData(OpenMpi, 1, 3)]
    [InlineData(Mpich, 2, 3)]
    public void Fit_OfWhichARankOfFourIsKilled_GoesOnOnOthersWithTheSameBits(string implementation, int few, int some)
    {
        var expected = Result(MpiRun.Run(implementation, 1, ["backup", Path.Combine(_folder, "undisturbed"), "sd"]), 1);
        string saved = Path.Combine(_folder, "saved"), again = Path.Combine(_folder, "again");
        Assert.NotEqual(0, MpiRun.Kill(implementation, 4, victim: 2, ["backup", saved, "sd"], steps: 15).ExitCode);
        foreach (var ranks in new[] { few, some })
        {
            Copy(Path.Combine(saved, "backup"), Path.Combine(again, "backup"));
            var end = MpiRun.Run(implementation, ranks, ["backup", again, "sd"]);

            Assert.Equal(expected, Result(end, ranks));
            Assert.True(Regex.Count(end.Output, "step") < Steps - 8, "It must have gone on, and not begun anew.");
            Directory.Delete(again, recursive: true);
        }
    }

    // A launcher may kill the others faster than they can speak: that of MPICH does so more often than not.
    [MpiTheory]
    [InlineData(OpenMpi, 0, "named")]
    [InlineData(OpenMpi, 2, "named")]
    [InlineData(Mpich, 0, "named|Killed \\(signal 9\\)")]
    [InlineData(Mpich, 2, "named|Killed \\(signal 9\\)")]
    public void Rank_ThatIsKilled_EndsAllAndIsNamedAlone(string implementation, int victim, string message)
    {
        var (exitCode, output) = MpiRun.Kill(implementation, 3, victim, ["wait"]);

        Assert.NotEqual(0, exitCode);
        var named = $@"Rank {victim} of 3 \(\S+, process {Regex.Match(output, $@"rank {victim} is process (\d+)").Groups[1].Value}\) is gone: all end\.";
        Assert.Matches(message.Replace("named", named, StringComparison.Ordinal), output);
        Assert.True(Regex.Count(output, "is gone") <= 1, output);
    }

    private static string Result((int ExitCode, string Output) end, int ranks)
    {
        Assert.True(end.ExitCode == 0, end.Output);
        var results = Regex.Matches(end.Output, @"Rank \d+: (weights \w+, file \w+)");
        Assert.Equal(ranks, results.Count);
        return Assert.Single(results.Select(result => result.Groups[1].Value).Distinct());
    }

    private static void RequireWholeCheckpoints(string folder)
    {
        var backup = Path.Combine(folder, "backup");
        if (!Directory.Exists(backup)) return; // killed before it began
        foreach (var file in Directory.EnumerateFiles(backup, "checkpoint-*.keras")) Model.Load(file);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
