using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

// Ranks that wait spin: more of them than cores are slow.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Descent.Mpi.Tests;

/// <summary>A test that starts processes with the launchers of Open MPI and MPICH: where they are missing it is skipped, but not in CI, which installs them.</summary>
internal sealed class MpiTheoryAttribute : TheoryAttribute
{
    public MpiTheoryAttribute()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" && !MpiRun.Exists) Skip = "needs Open MPI and MPICH: apt-get install openmpi-bin mpich libmpich-dev";
    }
}

/// <summary>Runs the ranks of Descent.Mpi.Process, or of another program.</summary>
internal static class MpiRun
{
    public const string OpenMpi = "openmpi", Mpich = "mpich";

    private static readonly TimeSpan s_hang = TimeSpan.FromMinutes(2);

    public static bool Exists { get; } = Exist("mpirun.openmpi", "mpirun.mpich", "mpicc.mpich");

    /// <summary>Runs a number of ranks to their end.</summary>
    /// <param name="implementation">Whose launcher; null for none, which gives one rank.</param>
    public static (int ExitCode, string Output) Run(string? implementation, int ranks, string[] arguments, params (string Name, string Value)[] environment)
    {
        using var process = Start(implementation, ranks, arguments, environment);
        return End(process);
    }

    /// <summary>Runs ranks that tell their processes and, later, their steps, and kills one of them.</summary>
    /// <param name="implementation">Whose launcher.</param>
    /// <param name="ranks">How many.</param>
    /// <param name="victim">Which one is killed.</param>
    /// <param name="arguments">What they do.</param>
    /// <param name="steps">After how many steps it is killed.</param>
    /// <param name="microseconds">And how much later.</param>
    /// <param name="environment">Variables that are set for it.</param>
    /// <returns>How the others ended, or all if they were faster.</returns>
    public static (int ExitCode, string Output) Kill(string implementation, int ranks, int victim, string[] arguments, int steps = 0, int microseconds = 0, params (string Name, string Value)[] environment)
    {
        using var process = Start(implementation, ranks, arguments, environment);
        var errors = process.StandardError.ReadToEndAsync();
        var (output, processes) = (new StringBuilder(), new Dictionary<int, int>());
        var reading = Task.Run(() =>
        {
            while ((processes.Count < ranks || steps > 0) && process.StandardOutput.ReadLine() is { } line)
            {
                output.AppendLine(line);
                if (Regex.Match(line, @"rank (\d+) is process (\d+)") is { Success: true } told) processes[Number(told.Groups[1])] = Number(told.Groups[2]);
                else if (line.Contains("step", StringComparison.Ordinal)) steps--;
            }

            return output;
        });
        Await(process, reading.Wait, () => $"{reading.Result}{errors.Result}");

        var wait = Stopwatch.StartNew();
        while (wait.Elapsed.TotalMicroseconds < microseconds) Thread.SpinWait(20);
        if (!processes.TryGetValue(victim, out var killed)) throw new InvalidOperationException($"The ranks ended early: {output}{errors.Result}");
        try
        {
            using var rank = Process.GetProcessById(killed);
            rank.Kill();
        }
        catch (ArgumentException)
        {
            // It has ended.
        }

        var (exitCode, rest) = End(process, process.StandardOutput.ReadToEndAsync(), errors);
        return (exitCode, output + rest);

        static int Number(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);
    }

    private static Process Start(string? implementation, int ranks, string[] arguments, (string Name, string Value)[] environment)
    {
        string[] program = Program("Descent.Mpi.Process.dll", arguments);
        return Start(implementation is null ? program : [.. Launcher(implementation), "-n", $"{ranks}", .. program], environment);
    }

    /// <summary>The words that start a program of ours: the host that runs the tests, and no script that stands before it.</summary>
    public static string[] Program(string name, params string[] arguments) => [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, name), .. arguments];

    /// <summary>The words that begin a launch; a number of ranks and their program follow.</summary>
    public static string[] Launcher(string implementation) =>
        [$"mpirun.{implementation}", .. (string[])(implementation == OpenMpi ? ["--oversubscribe", "--allow-run-as-root"] : [])];

    /// <summary>Starts a command.</summary>
    public static Process Start(string[] command, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Waits for a command to end.</summary>
    public static (int ExitCode, string Output) End(Process process) => End(process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

    private static (int ExitCode, string Output) End(Process process, Task<string> output, Task<string> errors)
    {
        Await(process, process.WaitForExit, () => output.Result + errors.Result);
        return (process.ExitCode, output.Result + errors.Result);
    }

    /// <summary>Waits for what a command should do; ends the command if it does not.</summary>
    /// <param name="process">The command.</param>
    /// <param name="happens">Waits for as long as it is told to, and tells whether it has happened.</param>
    /// <param name="output">Reads what the command has written when it has ended.</param>
    public static void Await(Process process, Func<TimeSpan, bool> happens, Func<string> output)
    {
        if (happens(s_hang)) return;
        process.Kill(entireProcessTree: true);
        throw new TimeoutException($"The ranks hang: {output()}");
    }

    private static bool Exist(params string[] programs)
    {
        try
        {
            foreach (var program in programs)
            {
                using var process = Process.Start(new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
                process.StandardOutput.ReadToEnd();
                process.WaitForExit();
            }

            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
