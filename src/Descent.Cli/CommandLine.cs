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
            foreach (var error in parsed.Errors)
                Console.Error.WriteLine($"descent: {error.Message}");
            Console.Error.WriteLine($"Try '{HelpFor(parsed.CommandResult.Command)}'.");
            return ExitCodes.BadArguments;
        }

        try
        {
            // Ctrl+C is the command's own affair: it ends training, not the process.
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (UsageException exception)
        {
            return Fail(exception, ExitCodes.BadArguments);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("descent: cancelled before training began.");
            return ExitCodes.Cancelled;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return Fail(exception, ExitCodes.BadData);
        }
    }

    // A RootCommand would be called by its file, which is not the name that users type.
    private static Command CreateRoot() => new(Name, "Trains neural networks in managed code, with Keras' API.")
    {
        new HelpOption(),
        new VersionOption(),
        TrainCommand.Create(),
    };

    private static string HelpFor(Command command) => command.Name == Name ? $"{Name} --help" : $"{Name} {command.Name} --help";

    private static int Fail(Exception exception, int code)
    {
        Console.Error.WriteLine($"descent: {exception.Message}");
        return code;
    }
}
