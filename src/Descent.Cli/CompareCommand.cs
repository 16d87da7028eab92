using System.CommandLine;
using System.CommandLine.Help;
using static Descent.Cli.OptionParsing;

namespace Descent.Cli;

/// <summary><c>descent compare</c>: its options, and what they accept.</summary>
internal static class CompareCommand
{
    private const int MostOptimizers = 20;
    private const int DefaultRuns = 3;
    private const int DefaultVerbose = 1;
    private const string DefaultRates = "0.1,0.01,0.001";

    private const string Details = $"""
        What is compared:
          The table is read, split and encoded as by descent train, and the same network is trained.
          In each run all optimizers and rates start from the same weights and see the same batches.
          The best rate of an optimizer has the best validation metric (accuracy, or r2 for numbers)
          as a mean over the runs, each at its best epoch; then the lowest validation loss.
          The common level is the best one that all optimizers reach that do not diverge.

        Schedules of the learning rate, counted in epochs:
        {ScheduleSpec.Forms}

        Exit codes:
          0    done, also if optimizers diverged
          1    the data must be corrected
          2    the command line must be corrected
          130  stopped by Ctrl+C or SIGTERM, after the result of the runs that were over (a second one kills)

        """;

    private static readonly Option<string[]> Optimizers = Required(Parsed(
        "--optimizers", "NAME,…", "The optimizers, with Keras' defaults: sgd,adam,lion, ….", ReadOptimizers));

    private static readonly Option<double[]> Rates = Parsed(
        "--learning-rates", "RATE,…", $"The learning rates to try with each. [default: {DefaultRates}]", ReadRates);

    private static readonly Option<int?> Runs = Parsed<int?>(
        "--runs", "N", $"How often each is trained, with other weights and batches. [default: {DefaultRuns}]", text => Whole("--runs", 1, text));

    private static readonly Option<string> Report = new("--report")
    {
        Description = "Write a report with charts: one HTML file, which needs no network.",
        HelpName = "FILE.html",
    };

    private static readonly Option<int?> Verbose = Parsed<int?>(
        "--verbose", "0|1", $"0: the result alone; 1: progress, too. [default: {DefaultVerbose}]",
        text => text is "0" or "1" ? text[0] - '0' : throw Invalid("--verbose", "0 or 1", text));

    public static Command Create()
    {
        var command = new Command("compare", "Trains a network on a table under several optimizers and learning rates, and says which does best.")
        {
            TrainingArguments.Data,
            TrainingArguments.Target,
            Optimizers,
            Rates,
            Runs,
            Report,
            TrainingArguments.Task,
            TrainingArguments.Ignore,
            TrainingArguments.Categorical,
            TrainingArguments.Hidden,
            TrainingArguments.Activation,
            TrainingArguments.Schedule,
            TrainingArguments.Epochs,
            TrainingArguments.BatchSize,
            TrainingArguments.ValidationSplit,
            TrainingArguments.Seed,
            TrainingArguments.Json,
            Verbose,
            new HelpOption { Action = new HelpWithDetails(Details) },
        };
        command.SetAction(result => CompareRun.Execute(new CompareOptions
        {
            Training = TrainingArguments.Read(result) with { Verbose = result.GetValue(Verbose) ?? DefaultVerbose },
            Optimizers = result.GetRequiredValue(Optimizers),
            LearningRates = result.GetValue(Rates) is { Length: > 0 } rates ? rates : ReadRates(DefaultRates), // what was not given is an empty array
            Runs = result.GetValue(Runs) ?? DefaultRuns,
            Report = result.GetValue(Report),
        }));
        return command;
    }

    private static string[] ReadOptimizers(string text)
    {
        var names = OptimizerNames("--optimizers", text, MostOptimizers);
        return AllDiffer(names, KerasNames.Comparer) ? names : throw Invalid("--optimizers", "names of different optimizers", text);
    }

    private static double[] ReadRates(string text)
    {
        var rates = LearningRates("--learning-rates", text);
        return AllDiffer(rates, null) ? rates : throw Invalid("--learning-rates", "different numbers", text);
    }

    private static bool AllDiffer<T>(T[] items, IEqualityComparer<T>? comparer) => items.Distinct(comparer).Count() == items.Length;

    private static Option<T> Required<T>(Option<T> option)
    {
        option.Required = true;
        return option;
    }
}
