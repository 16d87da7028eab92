using Descent.Activations;
using Descent.Cli.Tables;
using Descent.Data;
using Descent.Layers;

namespace Descent.Cli;

/// <summary>A table that a network can be trained on: read, its task known, split and encoded.</summary>
internal sealed class TrainingTable
{
    private const int LeastRows = 10;

    private readonly Normalization _normalization;

    private TrainingTable(CsvTable table, LearningTask task, int[] train, int[] validation, TableEncoder encoder)
    {
        (HasHeader, Task, Train, Validation) = (table.HasHeader, task, train, validation);
        (Inputs, _normalization) = Standardization.Split(encoder);
        Data = new TrainingData(
            Inputs.Transform(table, train), task.Targets(train), Inputs.Transform(table, validation), task.Targets(validation));
    }

    public bool HasHeader { get; }

    public LearningTask Task { get; }

    /// <summary>The rows to train on.</summary>
    public int[] Train { get; }

    /// <summary>The rows that are held back.</summary>
    public int[] Validation { get; }

    /// <summary>Makes the inputs of the network from a table of this form.</summary>
    public TableEncoder Inputs { get; }

    public TrainingData Data { get; }

    /// <summary>Reads a table, and says what was found.</summary>
    /// <param name="options">What the user asked for.</param>
    /// <param name="output">Where to say it.</param>
    /// <param name="interruption">Ends the work.</param>
    public static TrainingTable Read(TrainOptions options, TextWriter output, CancellationToken interruption)
    {
        var table = ReadFile(options);
        var target = UsageException.Guard(() => table[options.Target], "--target");
        var kind = options.Task ?? TaskGuess.Of(target);
        var task = LearningTask.Create(target, kind);
        var (train, validation) = task.Split(options.ValidationSplit, options.Seed);
        if (table.Columns.Count == 1)
            throw new InvalidDataException($"A table must have a column besides the target. Received: '{table.Path}' with column '{target.Name}' alone.");
        var encoder = TableEncoder.Fit(table.Without(target.Name), train);
        if (options.Verbose > 0)
        {
            var guessed = options.Task is null && target.IsNumeric ? $" (guessed; --task {Other(kind)} if it is not)" : "";
            output.WriteLine($"{table.RowCount} rows, {train.Length} to train and {validation.Length} to validate on; {encoder.FeatureNames.Count} features");
            output.WriteLine($"Target '{target.Name}': {task.Description}, {task.Name}{guessed}");
            foreach (var note in encoder.Notes)
                output.WriteLine(note);
        }

        interruption.ThrowIfCancellationRequested();
        return new TrainingTable(table, task, train, validation, encoder);
    }

    /// <summary>Makes a network for it, with new weights.</summary>
    public Sequential CreateModel(RunPlan plan, ActivationFunction activation)
    {
        var normalization = new Normalization { Mean = _normalization.Mean, Variance = _normalization.Variance }; // a layer belongs to one network
        return new Sequential([new InputLayer(Data.X.Shape[1..]), normalization, .. plan.Hidden.Select(units => new Dense(units, activation)), Task.OutputLayer()]);
    }

    private static CsvTable ReadFile(TrainOptions options)
    {
        UsageException.RequireFile("DATA.csv", "a CSV file", options.Path);
        if (options.Ignored.Contains(options.Target))
            throw new UsageException($"--ignore must not name the target. Received: '{options.Target}' for both.");
        var table = UsageException.Guard(() => CsvTable.Read(options.Path, without: options.Ignored, categorical: options.Categorical), "--ignore or --categorical");
        return table.RowCount >= LeastRows ? table : throw new InvalidDataException(
            $"A table must have at least {LeastRows} rows to train and validate on. Received: {table.RowCount} in '{options.Path}'.");
    }

    private static string Other(TaskKind kind) => kind == TaskKind.Classification ? "regression" : "classification";
}

/// <summary>Features and targets, as the network takes them.</summary>
internal sealed record TrainingData(Tensor X, Tensor Y, Tensor ValidationX, Tensor ValidationY);
