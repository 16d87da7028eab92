using Spectre.Console;

namespace Descent.Cli;

/// <summary>Where a command talks to its user.</summary>
internal static class Terminal
{
    /// <summary>Chooses the stream, also for what is drawn: the standard output, unless that is for the result in JSON alone.</summary>
    public static TextWriter Open(bool isJson)
    {
        var output = isJson ? Console.Error : Console.Out;
        AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        return output;
    }
}
