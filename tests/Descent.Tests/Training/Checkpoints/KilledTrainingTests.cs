using System.Diagnostics;
using System.Globalization;

namespace Descent.Tests.Training.Checkpoints;

/// <summary>
/// Kills a program that trains, at random moments and without warning, and starts it again until it ends: it must leave the bits that it leaves when nobody kills it. 20 kills;
/// as many as <c>DESCENT_TEST_KILLS</c> says if it is set.
/// </summary>
[Collection(nameof(ThreadsTests))] // it is alone, so that a busy machine does not stretch it
public sealed class KilledTrainingTests : IDisposable
{
    private const int Steps = 168; // of the longest training, about
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("DESCENT_TEST_KILLS") ?? "20", CultureInfo.InvariantCulture);
    private static readonly string[] Names = ["arrays", "schedule", "subclass", "step", "batches"];

    private readonly string _folder = Directory.CreateTempSubdirectory("descent").FullName;

    public static TheoryData<string> Scenarios => [.. Names];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Fit_KilledAtRandomAndStartedAgain_EndsWithTheSameBits(string scenario)
    {
        var expected = Undisturbed(scenario);
        var random = new Random(Array.IndexOf(Names, scenario)); // fixed: which steps, not which microseconds
        var kills = 0;
        for (var training = 0; kills < Kills / Names.Length; training++)
        {
            var folder = Path.Combine(_folder, $"{scenario}{training}");
            for (var starts = 0; IsKilled(scenario, folder, random, threads: 1 + starts % 2); starts++)
            {
                kills++;
                Assert.True(starts < 1000, "The training must come to its end.");
            }

            Assert.Equal(expected, Result(folder));
            Assert.False(Directory.Exists(Path.Combine(folder, "backup")), "A training that has ended must leave no checkpoints.");
        }
    }

    private string Undisturbed(string scenario)
    {
        var folder = Path.Combine(_folder, scenario);
        using var process = Start(scenario, folder, threads: 2);
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        return Result(folder);
    }

    // By the steps that the program has told of, so that it comes further each time on any machine; then some time, in which it may be saving. Now and then before its first step.
    private static bool IsKilled(string scenario, string folder, Random random, int threads)
    {
        using var process = Start(scenario, folder, threads);
        var error = process.StandardError.ReadToEndAsync();
        if (random.Next(8) == 0)
        {
            Thread.Sleep(random.Next(300));
        }
        else
        {
            for (var steps = random.Next(6, Steps / 2); steps > 0; steps--)
                if (process.StandardOutput.ReadLine() is null) break;
            var wait = Stopwatch.StartNew();
            var microseconds = random.Next(6000);
            while (wait.Elapsed.TotalMicroseconds < microseconds) Thread.SpinWait(20);
        }

        process.Kill();
        process.WaitForExit();
        if (process.ExitCode == 0) return false;
        Assert.Equal("", error.Result);
        return true;
    }

    private static Process Start(string scenario, string folder, int threads)
    {
        // The host that runs the tests, and no script that stands before it: what is killed is the program itself.
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Path.Combine(AppContext.BaseDirectory, "Descent.Training.Process.dll"), scenario, folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DESCENT_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }

    private static string Result(string folder) => File.ReadAllText(Path.Combine(folder, "result", "result.txt"));
}
