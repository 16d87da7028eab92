using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using Descent.Activations;
using Descent.Optimizers;
using static Descent.Cli.OptionParsing;

namespace Descent.Cli;

/// <summary><c>descent train</c>: its options, and what they accept.</summary>
internal static class TrainCommand
{
    private const int DefaultSeed = 0;
    private const int MostUnits = 8192;
    private const double DefaultValidationSplit = 0.2;
    private const int DefaultVerbose = 1;
    private const int MostPorts = 65535;

    private const string Details = $"""
        Classification or regression:
        {TaskGuess.Rule}

        Features:
          Numbers are standardised, text is one-hot encoded, columns that identify rows are left out.

        Schedules of the learning rate, counted in epochs:
        {ScheduleSpec.Forms}

        Exit codes:
          0    done
          1    the data must be corrected
          2    the command line must be corrected
          130  stopped by Ctrl+C, after the result so far, which is saved (a second Ctrl+C kills)

        """;

    private static readonly Argument<string> Data = new("DATA.csv") { Description = "The table: a CSV file, with or without a header." };

    private static readonly Option<string> Target = new("--target")
    {
        Description = "The column to predict; column_0, column_1, … in a file without a header.",
        HelpName = "COLUMN",
        Required = true,
    };

    private static readonly Option<TaskKind?> Task = Parsed<TaskKind?>(
        "--task", "classification|regression", "What to do with the target. [default: guessed, see below]",
        text => text switch
        {
            "classification" => TaskKind.Classification,
            "regression" => TaskKind.Regression,
            _ => throw Invalid("--task", "classification or regression", text),
        });

    private static readonly Option<string[]> Ignore = Parsed("--ignore", "COLUMN,…", "Columns to leave out.", Names);

    private static readonly Option<string[]> Categorical = Parsed(
        "--categorical", "COLUMN,…", "Columns that hold categories although they look like numbers.", Names);

    private static readonly Option<Layers?> Hidden = Parsed<Layers?>(
        "--hidden", "UNITS,…", $"The units of each hidden layer, or none. [default: {string.Join(',', RunPlan.DefaultHidden)}]",
        ReadLayers);

    private static readonly Option<ActivationFunction> Activation = Parsed(
        "--activation", "NAME", $"The activation of the hidden layers: relu, tanh, …. [default: {RunPlan.DefaultActivation}]",
        ReadActivation);

    private static readonly Option<string> OptimizerName = Parsed(
        "--optimizer", "NAME", $"The optimizer: adam, sgd, …. [default: {RunPlan.DefaultOptimizer}]",
        text => OptionParsing.OptimizerName("--optimizer", text));

    private static readonly Option<double?> LearningRate = Parsed<double?>(
        "--learning-rate", "RATE", $"The learning rate at the start. [default: {RunPlan.DefaultRate}, or what Keras gives the --optimizer]",
        text => Number("--learning-rate", "above 0 and finite in float32", text, rate => rate > 0 && float.IsFinite((float)rate)));

    private static readonly Option<ScheduleSpec> Schedule = Parsed(
        "--schedule", "SCHEDULE", $"How the learning rate changes, see below. [default: {RunPlan.DefaultSchedule}]", ScheduleSpec.Parse);

    private static readonly Option<int?> Epochs = Parsed<int?>(
        "--epochs", "N", "The passes over the training rows. [default: by their number]", text => Whole("--epochs", 1, text));

    private static readonly Option<int?> Patience = Parsed<int?>(
        "--patience", "N", "Stop after N epochs without a lower validation loss; 0: never. Either way the weights of the best epoch are kept. "
        + $"[default: 0 with --epochs, otherwise {RunPlan.DefaultPatience}]", text => Whole("--patience", 0, text));

    private static readonly Option<int?> BatchSize = Parsed<int?>(
        "--batch-size", "N", "The rows of one step. [default: by the number of rows]", text => Whole("--batch-size", 1, text));

    private static readonly Option<double?> ValidationSplit = Parsed<double?>(
        "--validation-split", "PART", $"The part of the rows to validate on, drawn at random from each class. [default: {DefaultValidationSplit}]",
        text => Number("--validation-split", "in (0, 1)", text, part => part is > 0 and < 1));

    private static readonly Option<int?> Seed = Parsed<int?>(
        "--seed", "N", $"The same seed gives the same result. [default: {DefaultSeed}]", text => Whole("--seed", 0, text));

    private static readonly Option<string> Save = Parsed(
        "--save", "FILE.keras", "Save the network, and what it must know of the table, for descent predict and for Keras.",
        text => text.EndsWith(".keras", StringComparison.OrdinalIgnoreCase) ? text : throw Invalid("--save", "a file whose name ends in .keras", text));

    private static readonly Option<string> Checkpoint = new("--checkpoint")
    {
        Description = "A folder to keep the training in while it runs: if it is interrupted or killed, the same command goes on from there.",
        HelpName = "FOLDER",
    };

    private static readonly Option<int?> Live = Optional<int?>(
        "--live", "PORT", "Show the training on a page in the browser, at a free port or this one, with a button that stops it.",
        text => text is null ? 0 : Whole("--live", 1, text, MostPorts));

    private static readonly Option<bool> Json = OptionParsing.Json();

    private static readonly Option<int?> Verbose = Parsed<int?>(
        "--verbose", "0|1|2", $"0: the result alone; 1: progress in a line; 2: a line per epoch. [default: {DefaultVerbose}]",
        text => text is "0" or "1" or "2" ? text[0] - '0' : throw Invalid("--verbose", "0, 1 or 2", text));

    public static Command Create()
    {
        var command = new Command("train", "Trains a network on a table and says how well it predicts rows it has not seen.")
        {
            Data,
            Target,
            Task,
            Ignore,
            Categorical,
            Hidden,
            Activation,
            OptimizerName,
            LearningRate,
            Schedule,
            Epochs,
            Patience,
            BatchSize,
            ValidationSplit,
            Seed,
            Save,
            Checkpoint,
            Live,
            Json,
            Verbose,
            new HelpOption { Action = new HelpWithDetails(Details) },
        };
        command.SetAction(result => TrainRun.Execute(Read(result)));
        return command;
    }

    private static TrainOptions Read(ParseResult result) => new()
    {
        Path = result.GetRequiredValue(Data),
        Target = result.GetRequiredValue(Target),
        Task = result.GetValue(Task),
        Ignored = result.GetValue(Ignore) ?? [],
        Categorical = result.GetValue(Categorical) ?? [],
        Hidden = result.GetValue(Hidden)?.Units,
        Activation = result.GetValue(Activation) ?? RunPlan.DefaultActivation,
        Optimizer = result.GetValue(OptimizerName),
        LearningRate = result.GetValue(LearningRate),
        Schedule = result.GetValue(Schedule),
        Epochs = result.GetValue(Epochs),
        Patience = result.GetValue(Patience),
        BatchSize = result.GetValue(BatchSize),
        ValidationSplit = result.GetValue(ValidationSplit) ?? DefaultValidationSplit,
        Seed = result.GetValue(Seed) ?? DefaultSeed,
        Save = result.GetValue(Save),
        Checkpoint = result.GetValue(Checkpoint),
        Typed = Typed(result, Target, Task, Ignore, Categorical, Hidden, Activation, OptimizerName, LearningRate, Schedule, Epochs, Patience, BatchSize, ValidationSplit, Seed),
        Live = result.GetValue(Live),
        Json = result.GetValue(Json),
        Verbose = result.GetValue(Verbose) ?? DefaultVerbose,
    };

    private static Dictionary<string, string> Typed(ParseResult result, params ReadOnlySpan<Option> options)
    {
        var typed = new Dictionary<string, string>();
        foreach (var option in options)
        {
            if (result.GetResult(option) is { Tokens: [.., var last] }) typed.Add(option.Name, last.Value);
        }

        return typed;
    }

    private static string[] Names(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static ActivationFunction ReadActivation(string text)
    {
        var activation = UsageException.Guard(() => ActivationFunction.Get(text));
        var shape = Shape.Create(1, 2);
        return activation.Apply(Tensor.Zeros(shape)).Shape == shape ? activation : throw Invalid("--activation", "a function that keeps the number of units", text);
    }

    private static Layers ReadLayers(string text)
    {
        int[] units = text == "none" ? [] : Array.ConvertAll(text.Split(','), part => int.TryParse(part, CultureInfo.InvariantCulture, out var number) ? number : 0);
        return units.All(number => number is >= 1 and <= MostUnits)
            ? new Layers(units)
            : throw Invalid("--hidden", $"none, or whole numbers from 1 to {MostUnits} with commas between", text);
    }

    /// <summary>A class of its own, since the parser takes an array that was not given for an empty one.</summary>
    private sealed record Layers(int[] Units);
}
