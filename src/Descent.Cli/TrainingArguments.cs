using System.CommandLine;
using System.Globalization;
using Descent.Activations;
using static Descent.Cli.OptionParsing;

namespace Descent.Cli;

/// <summary>The arguments that <c>descent train</c> and <c>descent compare</c> share: the table, the network, and how long it is trained.</summary>
internal static class TrainingArguments
{
    private const int DefaultSeed = 0;
    private const int MostUnits = 8192;
    private const double DefaultValidationSplit = 0.2;

    public static readonly Argument<string> Data = new("DATA.csv") { Description = "The table: a CSV file, with or without a header." };

    public static readonly Option<string> Target = new("--target")
    {
        Description = "The column to predict; column_0, column_1, … in a file without a header.",
        HelpName = "COLUMN",
        Required = true,
    };

    public static readonly Option<TaskKind?> Task = Parsed<TaskKind?>(
        "--task", "classification|regression", "What to do with the target. [default: guessed, see below]",
        text => text switch
        {
            "classification" => TaskKind.Classification,
            "regression" => TaskKind.Regression,
            _ => throw Invalid("--task", "classification or regression", text),
        });

    public static readonly Option<string[]> Ignore = Parsed("--ignore", "COLUMN,…", "Columns to leave out.", Names);

    public static readonly Option<string[]> Categorical = Parsed(
        "--categorical", "COLUMN,…", "Columns that hold categories although they look like numbers.", Names);

    public static readonly Option<Layers?> Hidden = Parsed<Layers?>(
        "--hidden", "UNITS,…", $"The units of each hidden layer, or none. [default: {string.Join(',', RunPlan.DefaultHidden)}]",
        ReadLayers);

    public static readonly Option<ActivationFunction> Activation = Parsed(
        "--activation", "NAME", $"The activation of the hidden layers: relu, tanh, …. [default: {RunPlan.DefaultActivation}]",
        ReadActivation);

    public static readonly Option<ScheduleSpec> Schedule = Parsed(
        "--schedule", "SCHEDULE", $"How the learning rate changes, see below. [default: {RunPlan.DefaultSchedule}]", ScheduleSpec.Parse);

    public static readonly Option<int?> Epochs = Parsed<int?>(
        "--epochs", "N", "The passes over the training rows. [default: by their number]", text => Whole("--epochs", 1, text));

    public static readonly Option<int?> BatchSize = Parsed<int?>(
        "--batch-size", "N", "The rows of one step. [default: by the number of rows]", text => Whole("--batch-size", 1, text));

    public static readonly Option<double?> ValidationSplit = Parsed<double?>(
        "--validation-split", "PART", $"The part of the rows to validate on, drawn at random from each class. [default: {DefaultValidationSplit}]",
        text => Number("--validation-split", "in (0, 1)", text, part => part is > 0 and < 1));

    public static readonly Option<int?> Seed = Parsed<int?>(
        "--seed", "N", $"The same seed gives the same result. [default: {DefaultSeed}]", text => Whole("--seed", 0, text));

    public static readonly Option<bool> Json = OptionParsing.Json();

    /// <summary>Reads what is common to both commands.</summary>
    public static TrainOptions Read(ParseResult result) => new()
    {
        Path = result.GetRequiredValue(Data),
        Target = result.GetRequiredValue(Target),
        Task = result.GetValue(Task),
        Ignored = result.GetValue(Ignore) ?? [],
        Categorical = result.GetValue(Categorical) ?? [],
        Hidden = result.GetValue(Hidden)?.Units,
        Activation = result.GetValue(Activation) ?? RunPlan.DefaultActivation,
        Schedule = result.GetValue(Schedule),
        Epochs = result.GetValue(Epochs),
        BatchSize = result.GetValue(BatchSize),
        ValidationSplit = result.GetValue(ValidationSplit) ?? DefaultValidationSplit,
        Seed = result.GetValue(Seed) ?? DefaultSeed,
        Json = result.GetValue(Json),
    };

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
    internal sealed record Layers(int[] Units);
}
