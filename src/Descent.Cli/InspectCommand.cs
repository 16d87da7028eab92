using System.CommandLine;
using System.CommandLine.Help;

namespace Descent.Cli;

/// <summary><c>descent inspect</c>: its options.</summary>
internal static class InspectCommand
{
    private const string Details = """
        Arrays are not read, classes are not made, and nothing in the file is run.

        Exit codes:
          0  done
          1  the file is damaged
          2  the command line must be corrected

        """;

    private static readonly Argument<string> File = new("FILE") { Description = $"A file of a network or of arrays: {Inspecting.FileContents.Endings}." };

    private static readonly Option<bool> Verify = new("--verify") { Description = "Read all of the file and verify its checksums." };

    public static Command Create()
    {
        var command = new Command("inspect", "Shows what a file of a network holds: model, optimizer, names, types, shapes and bytes.")
        {
            File,
            Verify,
            new HelpOption { Action = new HelpWithDetails(Details) },
        };
        command.SetAction(result => InspectRun.Execute(result.GetRequiredValue(File), result.GetValue(Verify), Console.Out));
        return command;
    }
}
