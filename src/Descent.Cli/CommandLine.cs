using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Descent.Cli;

/// <summary>Runs a command line and turns whatever goes wrong into one line on the standard error and an exit code.</summary>
internal static class CommandLine
{
    private const string Name = "descent";

    public static int Run(string[] args)
    {
        var parsed = CreateRoot().Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            return Fail($"{string.Concat(parsed.Errors.Select(error => $"descent: {error.Message}\n"))}Try '{HelpFor(parsed.CommandResult.Command)}'.", ExitCodes.BadArguments);
        }

        try
        {
            // Ctrl+C is the command's own affair: it ends training, not the process.
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (UsageException exception)
        {
            return Fail($"descent: {exception.Message}", ExitCodes.BadArguments);
        }
        catch (OperationCanceledException)
        {
            return Fail("descent: cancelled before training began.", ExitCodes.Cancelled);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return Fail($"descent: {exception.Message}", ExitCodes.BadData);
        }
    }

    // A RootCommand would be called by its file, which is not the name that users type.
    private static Command CreateRoot() => new(Name, "Trains neural networks in managed code, with Keras' API.")
    {
        new HelpOption(),
        new VersionOption(),
        TrainCommand.Create(),
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
