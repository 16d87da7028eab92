using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Data;
using Descent.Layers;
using Spectre.Console;

namespace Descent.Cli;

/// <summary>One run of <c>descent train</c>: reads, splits, trains, reports.</summary>
internal static class TrainRun
{
    private const int LeastRows = 10;

    /// <summary>Runs.</summary>
    /// <returns>The exit code.</returns>
    public static int Execute(TrainOptions options)
    {
        using var interruption = new Interruption();
        var output = options.Json ? Console.Error : Console.Out;
        AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });

        var table = Read(options);
        var target = UsageException.Guard(() => table[options.Target]);
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

        interruption.Token.ThrowIfCancellationRequested();
        var data = new TrainingData(
            encoder.Transform(table, train), task.Targets(train), encoder.Transform(table, validation), task.Targets(validation));
        var plan = new RunPlan(options, train.Length);
        RandomSeed.Set(options.Seed);
        var model = Build(plan, options, task, data);
        var history = Fit(model, plan, options, data, interruption);

        var loss = model.Evaluate(data.X, data.Y).Loss;
        var validationLoss = model.Evaluate(data.ValidationX, data.ValidationY).Loss;
        if (!double.IsFinite(loss) || !double.IsFinite(validationLoss))
            throw new UsageException("Training diverged: the loss is no longer a number. Try a lower --learning-rate.");
        var outcome = task.Measure(model.Predict(data.ValidationX), train, validation);
        if (interruption.Token.IsCancellationRequested)
            output.WriteLine("Stopped by Ctrl+C; the result so far:");
        output.WriteLine(outcome.Sentence);
        if (options.Json)
            Console.Out.WriteLine(ToJson(task, history.Epoch.Count, loss, validationLoss, outcome).ToJsonString());
        return interruption.Token.IsCancellationRequested ? ExitCodes.Cancelled : ExitCodes.Done;
    }

    private static CsvTable Read(TrainOptions options)
    {
        if (!File.Exists(options.Path))
            throw new UsageException($"DATA.csv must be the path of a CSV file. Received: '{options.Path}', which is not a file.");
        if (options.Ignored.Contains(options.Target))
            throw new UsageException($"--ignore must not name the target. Received: '{options.Target}' for both.");
        var table = UsageException.Guard(() => CsvTable.Read(options.Path, without: options.Ignored, categorical: options.Categorical));
        return table.RowCount >= LeastRows ? table : throw new InvalidDataException(
            $"A table must have at least {LeastRows} rows to train and validate on. Received: {table.RowCount} in '{options.Path}'.");
    }

    private static Sequential Build(RunPlan plan, TrainOptions options, LearningTask task, TrainingData data)
    {
        var model = new Sequential([new InputLayer(data.X.Shape[1..]), .. plan.Hidden.Select(units => new Dense(units, options.Activation)), task.OutputLayer()]);
        model.Compile(plan.CreateOptimizer(), task.Loss, [task.Metric]);
        if (options.Verbose > 0 && options.Json)
            model.Summary(Console.Error);
        else if (options.Verbose > 0)
            model.Summary();
        return model;
    }

    private static History Fit(Sequential model, RunPlan plan, TrainOptions options, TrainingData data, Interruption interruption)
    {
        var best = new EarlyStopping { Patience = plan.Patience > 0 ? plan.Patience : int.MaxValue, RestoreBestWeights = true };
        // Ending training here rather than by Fit's token lets the network take back its best weights.
        var end = new LambdaCallback
        {
            TrainBatchEnd = (_, _) => model.StopTraining |= interruption.Token.IsCancellationRequested,
            EpochEnd = (_, logs) => model.StopTraining |= !double.IsFinite(logs["loss"]),
        };
        Callback progress = options.Verbose switch
        {
            0 => new LambdaCallback(),
            1 => new EpochProgress(AnsiConsole.Console),
            _ => new ProgbarLogger(AnsiConsole.Console),
        };
        var history = model.Fit(
            data.X, data.Y, plan.BatchSize, plan.Epochs, verbose: 0, callbacks: [end, best, progress], validationData: (data.ValidationX, data.ValidationY));
        if (options.Verbose > 0)
            AnsiConsole.Console.WriteLine($"Ran {history.Epoch.Count} of {plan.Epochs} epochs; the best was epoch {best.BestEpoch + 1}, whose weights the network keeps.");
        return history;
    }

    private static JsonObject ToJson(LearningTask task, int epochs, double loss, double validationLoss, Outcome outcome)
    {
        var json = new JsonObject { ["task"] = task.Name, ["epochs"] = epochs, ["loss"] = loss, ["val_loss"] = validationLoss };
        foreach (var (name, value) in outcome.Values)
            json.Add(name, value);
        return json;
    }

    private static string Other(TaskKind kind) => kind == TaskKind.Classification ? "regression" : "classification";

    /// <summary>Features and targets, as the network takes them.</summary>
    private sealed record TrainingData(Tensor X, Tensor Y, Tensor ValidationX, Tensor ValidationY);
}
