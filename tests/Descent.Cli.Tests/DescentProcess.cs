using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Descent.Cli.Tests;

/// <summary>Runs the built program as a shell does.</summary>
internal static class DescentProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static CommandResult Run(params string[] arguments)
    {
        using var process = Start(arguments);
        return Finish(process);
    }

    public static Process Start(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Descent.Cli.dll");

        // A shell starts what it runs in the background with interrupts ignored, which would be inherited down to here.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet", program] : ["dotnet", program];
        return Process.Start(new ProcessStartInfo(command[0], [.. command[1..], .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    /// <summary>Sends a signal, by default what Ctrl+C sends; not on Windows.</summary>
    public static void Interrupt(Process process, int signal = InterruptSignal) => Assert.Equal(0, Kill(process.Id, signal));

    public static CommandResult Finish(Process process)
    {
        // Both at once: a full pipe that nobody reads would stop the program.
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill();
            Assert.Fail($"The command must end within {Limit}.");
        }

        return new CommandResult(process.ExitCode, output.Result, error.Result);
    }

    private const int InterruptSignal = 2;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}

/// <summary>What a run of the command left behind.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>The JSON on the standard output, which must hold nothing else.</summary>
    public JsonObject Json()
    {
        Assert.True(ExitCode == 0, $"Exit code {ExitCode}: {Error}");
        Assert.EndsWith("\n", Output, StringComparison.Ordinal);
        Assert.Single(Output.TrimEnd().Split('\n'));
        return JsonNode.Parse(Output)!.AsObject();
    }

    /// <summary>Asserts that the command failed with a code and one clear message.</summary>
    public void AssertFailed(int exitCode, string message)
    {
        Assert.Equal(exitCode, ExitCode);
        Assert.Equal("", Output);
        Assert.Contains(message, Error, StringComparison.Ordinal);
        Assert.StartsWith("descent: ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", Error, StringComparison.Ordinal);
    }
}
