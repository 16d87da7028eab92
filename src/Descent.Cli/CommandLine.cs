using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Descent.Cli;

/// <summary>Runs a command line and turns whatever goes wrong into one line on the standard error and an exit code.</summary>
internal static class CommandLine
{
    private const string Name = "descent";

    public static int Run(string[] args) => Report(() =>
    {
        using var ranks = Ranks.Join();
        return Report(() => Run(args, ranks)); // what there is to say is said while all ranks are there: launchers end them all with the first
    });

    private static int Run(string[] args, Ranks ranks)
    {
        var parsed = CreateRoot(ranks).Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            return Fail($"{string.Concat(parsed.Errors.Select(error => $"descent: {error.Message}\n"))}Try '{HelpFor(parsed.CommandResult.Command)}'.", ExitCodes.BadArguments);
        }

        if (ranks.Size > 1 && parsed.CommandResult.Command is { Name: not TrainCommand.Name } command && parsed.Action == command.Action)
            throw new UsageException($"'{command.Name}' must run in one process; only '{TrainCommand.Name}' can run in several. Received: {ranks.Size} ranks. Start it without mpirun.");

        // Signals are the command's own affair: they end training, not the process.
        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static int Report(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (Failure.Of(exception) is { } failure)
        {
            return Fail($"descent: {failure.Message}", failure.ExitCode);
        }
    }

    // A RootCommand would be called by its file, which is not the name that users type.
    private static Command CreateRoot(Ranks ranks) => new(Name, "Trains neural networks in managed code, with Keras' API.")
    {
        new HelpOption(),
        new VersionOption(),
        TrainCommand.Create(ranks),
        PredictCommand.Create(),
        InspectCommand.Create(),
        BenchCommand.Create(),
        CompareCommand.Create(),
        RaceCommand.Create(),
    };

    private static string HelpFor(Command command) => command.Name == Name ? $"{Name} --help" : $"{Name} {command.Name} --help";

    private static int Fail(string message, int code)
    {
        try
        {
            Console.Error.WriteLine(message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The standard error is closed or its disk full: the exit code still tells.
        }

        return code;
    }
}
