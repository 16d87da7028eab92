using System.Diagnostics;
using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Cli.Tables;
using Descent.Data;
using Descent.Distribution;
using Descent.Live;
using Descent.Saving;
using Spectre.Console;

namespace Descent.Cli;

/// <summary>One run of <c>descent train</c>: reads, splits, trains, reports. All ranks go this way together; the first one alone writes and serves.</summary>
internal static class TrainRun
{
    // What a kill costs at most. Networks on tables do so many steps in a second or less.
    private const int StepsBetweenCheckpoints = 100;

    /// <summary>Runs.</summary>
    /// <returns>The exit code.</returns>
    public static int Execute(TrainOptions options, Ranks ranks)
    {
        using var interruption = new Interruption();
        var output = Terminal.Open(options.Json);
        using var distribution = ranks.Distribute(options.Deterministic, options.ShardOptimizerState);
        var table = Read(options, ranks, output, interruption.Token);
        var data = table.Data;
        var plan = new RunPlan(options, table.Train.Length);
        if (ranks.Size > 1)
        {
            var sharing = ranks.Describe(plan.BatchSize);
            if (options.Verbose > 0) output.WriteLine(sharing);
        }

        RandomSeed.Set(options.Seed);
        var model = Build(plan, options, table, distribution);
        var backup = ranks.Leads && options.Checkpoint is { } folder ? new BackupAndRestore(folder) { SaveFreq = StepsBetweenCheckpoints, DeleteCheckpoint = false, Settings = options.Typed } : null;
        using var page = ranks.Leads && options.Live is { } port ? new LivePage(port) { Output = output } : null;
        var epochs = 0;
        ranks.Agree(() => epochs = Fit(model, plan, options, ranks, data, backup, page, interruption.Token));
        var isInterrupted = ranks.Share(interruption.Token.IsCancellationRequested);

        var loss = model.Evaluate(data.X, data.Y).Loss;
        var validationLoss = model.Evaluate(data.ValidationX, data.ValidationY).Loss;
        using var whole = distribution?.GatherState(model.Optimizer!); // on the rank that saves it
        ranks.Agree(() =>
        {
            if (!double.IsFinite(loss) || !double.IsFinite(validationLoss))
            {
                backup?.Delete();
                throw new UsageException("Training diverged: the loss is no longer a number. Try a lower --learning-rate.");
            }

            if (!ranks.Leads) return;
            var cause = isInterrupted ? interruption.Cause : page is { IsStopped: true } ? "the button of the live page" : null;
            Report(options, output, table, model, new Result(epochs, loss, validationLoss), cause, backup);
        });
        return isInterrupted ? ExitCodes.Cancelled : ExitCodes.Done;
    }

    /// <summary>Reads the table, which all ranks have, once it is known that the result can be written.</summary>
    private static TrainingTable Read(TrainOptions options, Ranks ranks, TextWriter output, CancellationToken interruption)
    {
        TrainingTable table = null!;
        ranks.Agree(() =>
        {
            if (ranks.Leads && options.Save is not null) OutputPath.RequireFile("--save", options.Save);
            if (ranks.Leads && options.Checkpoint is not null) OutputPath.RequireFolder("--checkpoint", options.Checkpoint);
            table = TrainingTable.Read(options, output, interruption);
        });
        ranks.RequireSameFile("DATA.csv", options.Path);
        return table;
    }

    private static void Report(TrainOptions options, TextWriter output, TrainingTable table, Sequential model, Result result, string? cause, BackupAndRestore? backup)
    {
        var task = table.Task;
        var outcome = task.Measure(model.Predict(table.Data.ValidationX), table.Train, table.Validation);
        if (cause is not null)
            output.WriteLine($"Stopped by {cause}; the result so far:");
        output.WriteLine(outcome.Sentence);
        if (options.Save is not null)
        {
            var form = new TableForm(table.HasHeader, table.Inputs, task.Complete(model)).ToJson();
            WholeFile.Write(options.Save, file => KerasArchive.Write(file, model, includeOptimizer: true, (TableForm.Entry, form)));
            if (options.Verbose > 0)
                output.WriteLine($"Saved to '{options.Save}'.");
        }

        if (cause is null)
            backup?.Delete();
        else if (backup is not null && options.Verbose > 0)
            output.WriteLine("The same command goes on from here.");
        if (options.Json)
            Console.Out.WriteLine(ToJson(task, result, outcome).ToJsonString());
    }

    private static Sequential Build(RunPlan plan, TrainOptions options, TrainingTable table, DataParallel? distribution)
    {
        var model = table.CreateModel(plan, options.Activation);
        model.Compile(plan.CreateOptimizer(), table.Task.Loss, [table.Task.Metric], distribution: distribution);
        if (options.Verbose > 0 && options.Json)
            model.Summary(Console.Error);
        else if (options.Verbose > 0)
            model.Summary();
        return model;
    }

    /// <summary>Trains until the end or an interruption; the network then has its best weights so far.</summary>
    /// <returns>How many epochs were run.</returns>
    private static int Fit(Sequential model, RunPlan plan, TrainOptions options, Ranks ranks, TrainingData data, BackupAndRestore? backup, LivePage? page, CancellationToken interruption)
    {
        Action<string> say = options.Verbose > 0 ? AnsiConsole.Console.Profile.Out.Writer.WriteLine : _ => { };
        var best = new EarlyStopping { Patience = plan.Patience > 0 ? plan.Patience : int.MaxValue, RestoreBestWeights = true };
        var diverged = new LambdaCallback { EpochEnd = (_, logs) => model.StopTraining |= !double.IsFinite(logs["loss"]) };
        Callback progress = options.Verbose switch
        {
            0 => new LambdaCallback(),
            1 => new EpochProgress(AnsiConsole.Console),
            _ => new ProgbarLogger(AnsiConsole.Console),
        };
        List<Callback> callbacks = [diverged, best, progress];
        if (page is not null)
            callbacks.Add(page);
        if (backup is not null)
            callbacks.AddRange([new Resumption(say), backup]);
        using var warnings = new Warnings();
        Trace.Listeners.Add(warnings);
        try
        {
            model.Fit(
                data.X, data.Y, plan.BatchSize, plan.Epochs, verbose: 0, callbacks: callbacks, validationData: (data.ValidationX, data.ValidationY), cancellationToken: interruption);
        }
        catch (OperationCanceledException)
        {
            // Nobody has told these of the end. The checkpoints keep the training as it was, so that it can go on.
            if (ranks.Leads)
            {
                best.OnTrainEnd(new Logs());
                progress.OnTrainEnd(new Logs());
            }

            ranks.Share(model);
        }
        catch (OtherTrainingException other)
        {
            throw new UsageException($"--checkpoint must be the folder of the same command and table, to go on, or an empty one. Received: '{options.Checkpoint}', where {other.Differences}.");
        }
        finally
        {
            Trace.Listeners.Remove(warnings);
        }

        var epochs = model.History!.Epoch.Count;
        say(epochs > 0
            ? $"Ran {epochs} of {plan.Epochs} epochs; the best was epoch {best.BestEpoch + 1}, whose weights the network keeps."
            : $"Ran less than one of {plan.Epochs} epochs.");
        return epochs;
    }

    private static JsonObject ToJson(LearningTask task, Result result, Outcome outcome)
    {
        var json = new JsonObject { ["task"] = task.Name, ["epochs"] = result.Epochs, ["loss"] = result.Loss, ["val_loss"] = result.ValidationLoss };
        foreach (var (name, value) in outcome.Values)
            json.Add(name, value);
        return json;
    }

    private sealed record Result(int Epochs, double Loss, double ValidationLoss);
}
