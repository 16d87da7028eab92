using System.CommandLine;
using System.CommandLine.Help;

namespace Descent.Cli;

/// <summary><c>descent predict</c>: its options.</summary>
internal static class PredictCommand
{
    private const string Details = """
        Columns:
          A network of descent train knows its columns by their names: they may stand in any order,
          and others are ignored. If the table has the column that is predicted, the predictions are
          measured against it. A network from elsewhere takes all columns as they stand.

        Predictions:
          A row for each row of the table. Classes: the most probable one in a column that is called
          like the target, then the probability of each class. Numbers: the number.

        Exit codes:
          0  done
          1  the table or the network's file must be corrected
          2  the command line must be corrected

        """;

    private static readonly Argument<string> Network = new("MODEL.keras") { Description = "The network: a file of descent train --save, or of Keras (.keras, .h5)." };

    private static readonly Argument<string> Data = new("DATA.csv") { Description = "The table: a CSV file with the columns that the network was trained on." };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "The file to write. [default: the standard output, and all else goes to the standard error]",
        HelpName = "FILE.csv",
    };

    public static Command Create()
    {
        var command = new Command("predict", "Predicts what a network says of the rows of a table.")
        {
            Network,
            Data,
            Out,
            new HelpOption { Action = new HelpWithDetails(Details) },
        };
        command.SetAction(result => PredictRun.Execute(result.GetRequiredValue(Network), result.GetRequiredValue(Data), result.GetValue(Out)));
        return command;
    }
}
