using System.CommandLine;
using System.CommandLine.Help;
using Descent.Optimizers;
using static Descent.Cli.OptionParsing;

namespace Descent.Cli;

/// <summary><c>descent train</c>: its options, and what they accept.</summary>
internal static class TrainCommand
{
    /// <summary>The name of the command.</summary>
    public const string Name = "train";

    private const int DefaultVerbose = 1;
    private const int MostPorts = 65535;

    private const string Details = $"""
        Classification or regression:
        {TaskGuess.Rule}

        Features:
          Numbers are standardised, text is one-hot encoded, columns that identify rows are left out.

        Schedules of the learning rate, counted in epochs:
        {ScheduleSpec.Forms}

        Several processes:
          Started by mpirun or srun, all ranks train one network together, with the same result.

        Exit codes:
          0    done
          1    the data must be corrected
          2    the command line must be corrected
          130  stopped by Ctrl+C or SIGTERM, after the result so far, which is saved (a second one kills)

        """;

    private static readonly Option<string> OptimizerName = Parsed(
        "--optimizer", "NAME", $"The optimizer: adam, sgd, …. [default: {RunPlan.DefaultOptimizer}]",
        text => OptionParsing.OptimizerName("--optimizer", text));

    private static readonly Option<double?> LearningRate = Parsed<double?>(
        "--learning-rate", "RATE", $"The learning rate at the start. [default: {RunPlan.DefaultRate}, or what Keras gives the --optimizer]",
        text => Rate("--learning-rate", text));

    private static readonly Option<int?> Patience = Parsed<int?>(
        "--patience", "N", "Stop after N epochs without a lower validation loss; 0: never. Either way the weights of the best epoch are kept. "
        + $"[default: 0 with --epochs, otherwise {RunPlan.DefaultPatience}]", text => Whole("--patience", 0, text));

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

    private static readonly Option<bool> Deterministic = new("--deterministic")
    {
        Description = "Give the same bits with any number of ranks up to 12, one included. It is slower.",
    };

    private static readonly Option<bool> ShardOptimizerState = new("--shard-optimizer-state")
    {
        Description = "Let each rank keep a part of the optimizer's state, to need less memory.",
    };

    private static readonly Option<int?> Verbose = Parsed<int?>(
        "--verbose", "0|1|2", $"0: the result alone; 1: progress in a line; 2: a line per epoch. [default: {DefaultVerbose}]",
        text => text is "0" or "1" or "2" ? text[0] - '0' : throw Invalid("--verbose", "0, 1 or 2", text));

    public static Command Create(Ranks ranks)
    {
        var command = new Command(Name, "Trains a network on a table and says how well it predicts rows it has not seen.")
        {
            TrainingArguments.Data,
            TrainingArguments.Target,
            TrainingArguments.Task,
            TrainingArguments.Ignore,
            TrainingArguments.Categorical,
            TrainingArguments.Hidden,
            TrainingArguments.Activation,
            OptimizerName,
            LearningRate,
            TrainingArguments.Schedule,
            TrainingArguments.Epochs,
            Patience,
            TrainingArguments.BatchSize,
            TrainingArguments.ValidationSplit,
            TrainingArguments.Seed,
            Save,
            Checkpoint,
            Live,
            Deterministic,
            ShardOptimizerState,
            TrainingArguments.Json,
            Verbose,
            new HelpOption { Action = new HelpWithDetails(Details) },
        };
        command.SetAction(result => TrainRun.Execute(Read(result), ranks));
        return command;
    }

    private static TrainOptions Read(ParseResult result) => TrainingArguments.Read(result) with
    {
        Optimizer = result.GetValue(OptimizerName),
        LearningRate = result.GetValue(LearningRate),
        Patience = result.GetValue(Patience),
        Save = result.GetValue(Save),
        Checkpoint = result.GetValue(Checkpoint),
        Typed = Typed(
            result, TrainingArguments.Target, TrainingArguments.Task, TrainingArguments.Ignore, TrainingArguments.Categorical, TrainingArguments.Hidden, TrainingArguments.Activation, OptimizerName,
            LearningRate, TrainingArguments.Schedule, TrainingArguments.Epochs, Patience, TrainingArguments.BatchSize, TrainingArguments.ValidationSplit, TrainingArguments.Seed),
        Live = result.GetValue(Live),
        Deterministic = result.GetValue(Deterministic),
        ShardOptimizerState = result.GetValue(ShardOptimizerState),
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
}
