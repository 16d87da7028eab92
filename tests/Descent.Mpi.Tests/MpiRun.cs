using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Descent.Mpi.Tests;

/// <summary>A test that starts processes with the launchers of Open MPI and MPICH: where they are missing it is skipped, but not in CI, which installs them.</summary>
internal sealed class MpiTheoryAttribute : TheoryAttribute
{
    public MpiTheoryAttribute()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" && !MpiRun.Exists) Skip = "needs Open MPI and MPICH: apt-get install openmpi-bin mpich libmpich-dev";
    }
}

/// <summary>Runs the ranks of Descent.Mpi.Process.</summary>
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
        return End(process, process.StandardOutput.ReadToEndAsync());
    }

    /// <summary>Runs ranks that wait for each other for ever, and kills one of them.</summary>
    /// <returns>How the others ended.</returns>
    public static (int ExitCode, string Output) Kill(string implementation, int ranks, int victim)
    {
        using var process = Start(implementation, ranks, ["wait"], []);
        var killed = 0;
        for (var seen = 0; seen < ranks;)
        {
            var line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"The ranks ended early: {process.StandardError.ReadToEnd()}");
            if (line.IndexOf("rank ", StringComparison.Ordinal) is var start && start < 0) continue;
            seen++;
            string[] words = line[start..].Split(' ');
            if (int.Parse(words[1], CultureInfo.InvariantCulture) == victim) killed = int.Parse(words[^1], CultureInfo.InvariantCulture);
        }

        using (var rank = Process.GetProcessById(killed)) rank.Kill();
        return End(process, process.StandardOutput.ReadToEndAsync());
    }

    private static Process Start(string? implementation, int ranks, string[] arguments, (string Name, string Value)[] environment)
    {
        // The host that runs the tests, and no script that stands before it.
        string[] program = [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "Descent.Mpi.Process.dll"), .. arguments];
        string[] command = implementation is null ? program
            : [$"mpirun.{implementation}", .. (string[])(implementation == OpenMpi ? ["--oversubscribe", "--allow-run-as-root"] : []), "-n", $"{ranks}", .. program];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static (int ExitCode, string Output) End(Process process, Task<string> output)
    {
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_hang))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The ranks did not end: {output.Result}{errors.Result}");
        }

        return (process.ExitCode, output.Result + errors.Result);
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
