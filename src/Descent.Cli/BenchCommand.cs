using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using static Descent.Cli.OptionParsing;

namespace Descent.Cli;

/// <summary><c>descent bench</c>: its options, and what they accept.</summary>
internal static class BenchCommand
{
    private const string ThreadsSetting = "DESCENT_NUM_THREADS";
    private const int MostThreads = 256;

    private const string Details = """
        Measured are the memory, a step of each optimizer, matrix products and training steps.
        It takes about 40 seconds and less than 1 GB of memory.

        Exit codes:
          0    done
          2    the command line must be corrected
          130  stopped by Ctrl+C

        """;

    private static readonly Option<bool> Quick = new("--quick") { Description = "Take about 20 seconds: fewer rounds, which are less exact, and nothing large." };

    private static readonly Option<int?> Threads = Parsed<int?>(
        "--threads", "N", $"The threads that share the work. [default: {ThreadsSetting}, or one for each processor]", text => Whole("--threads", 1, text, MostThreads));

    private static readonly Option<bool> Json = OptionParsing.Json();

    public static Command Create()
    {
        var command = new Command("bench", "Measures how fast this machine is, and how near Descent comes to its limits.")
        {
            Quick,
            Threads,
            Json,
            new HelpOption { Action = new HelpWithDetails(Details) },
        };
        command.SetAction(result =>
        {
            var threads = result.GetValue(Threads) ?? ThreadsOfSetting(Environment.GetEnvironmentVariable(ThreadsSetting));
            // The library reads it once, when it first has work for threads.
            Environment.SetEnvironmentVariable(ThreadsSetting, threads.ToString(CultureInfo.InvariantCulture));
            var isJson = result.GetValue(Json);
            var run = new BenchRun(result.GetValue(Quick) ? BenchPlan.Quick : BenchPlan.Default, threads, isJson ? Console.Error : Console.Out);
            var measured = run.Execute();
            if (isJson)
                Console.Out.WriteLine(measured.ToJsonString());
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Reads a value of DESCENT_NUM_THREADS as the library does, which would complain too late.</summary>
    internal static int ThreadsOfSetting(string? text) => string.IsNullOrWhiteSpace(text)
        ? Math.Min(Environment.ProcessorCount, MostThreads)
        : Whole(ThreadsSetting, 1, text, MostThreads);
}
