using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Descent.Comparing;
using Descent.Optimizers;
using Spectre.Console;

namespace Descent.Cli;

/// <summary>One run of <c>descent compare</c>: reads the table as <c>descent train</c> does, compares, reports.</summary>
internal static class CompareRun
{
    /// <summary>Runs.</summary>
    /// <returns>The exit code.</returns>
    public static int Execute(CompareOptions options)
    {
        using var interruption = new Interruption();
        var training = options.Training;
        if (training.Schedule is { HasOwnRate: true })
            throw new UsageException("--schedule must begin at each of the --learning-rates. Received: a schedule in JSON, which has its own rate.");
        if (options.Report is not null) OutputPath.RequireFile("--report", options.Report, training.Path);
        var output = Terminal.Open(training.Json);
        var table = TrainingTable.Read(training, output, interruption.Token);
        var plan = new RunPlan(training, table.Train.Length);
        var comparison = new OptimizerComparison(() => table.CreateModel(plan, training.Activation), table.Task.Loss, [table.Task.Metric])
        {
            Optimizers = [.. options.Optimizers.Select(Optimizer.Get)],
            LearningRates = options.LearningRates,
            Schedule = plan.CreateSchedule,
            Runs = options.Runs,
            Epochs = plan.Epochs,
            BatchSize = plan.BatchSize,
            Seed = training.Seed,
        };
        if (training.Verbose > 0)
            output.WriteLine($"{Count(options.Optimizers.Length, "optimizer")} × {Count(options.LearningRates.Length, "learning rate")} × {Count(options.Runs, "run")}, {Count(plan.Epochs, "epoch")} each");
        var result = Run(comparison, table.Data, training.Verbose > 0, interruption.Token);
        var isInterrupted = interruption.Token.IsCancellationRequested;
        if (isInterrupted)
            output.WriteLine(result is null ? $"Stopped by {interruption.Cause} before the first run was over." : $"Stopped by {interruption.Cause}; the result of {Count(result.Runs, "run")}:");
        if (result is null) return ExitCodes.Cancelled;

        output.WriteLine(result);
        if (options.Report is { } path)
        {
            result.SaveReport(path, $"Optimizers compared: {training.Target} of {Path.GetFileName(training.Path)}", ShellWords.Join(["descent", .. Environment.GetCommandLineArgs().Skip(1)]));
            output.WriteLine($"Report in '{path}'.");
        }

        if (training.Json)
            Console.Out.WriteLine(ToJson(table.Task, result).ToJsonString());
        return isInterrupted ? ExitCodes.Cancelled : ExitCodes.Done;
    }

    /// <summary>Compares until the end or an interruption.</summary>
    /// <returns>The result, if need be of the runs that were over; null if none was.</returns>
    private static ComparisonResult? Run(OptimizerComparison comparison, TrainingData data, bool isShown, CancellationToken interruption)
    {
        var display = new CompareDisplay(comparison, AnsiConsole.Console, isShown);
        using var warnings = new Warnings();
        Trace.Listeners.Add(warnings);
        try
        {
            display.Show(() => comparison.Run(data.X, data.Y, validationData: (data.ValidationX, data.ValidationY), progress: display, cancellationToken: interruption));
        }
        catch (OperationCanceledException)
        {
            // What the display has heard last is the result.
        }
        finally
        {
            Trace.Listeners.Remove(warnings);
        }

        return display.Result;
    }

    private static JsonObject ToJson(LearningTask task, ComparisonResult result) => new()
    {
        ["task"] = task.Name,
        ["monitor"] = result.Monitor,
        ["runs"] = result.Runs,
        ["common_level"] = Number(result.CommonLevel),
        ["optimizers"] = new JsonArray([.. result.Table.Select(o => (JsonNode)new JsonObject
        {
            ["name"] = o.Name,
            ["diverged"] = o.IsDiverged,
            ["learning_rate"] = o.Best.LearningRate,
            [result.Monitor] = Number(o.IsDiverged ? null : o.Best.Mean),
            ["deviation"] = Number(o.IsDiverged ? null : o.Best.Deviation),
            ["epochs_to_common_level"] = o.EpochsToCommonLevel,
            ["step_seconds"] = o.Best.StepSeconds,
            ["state_bytes_per_parameter"] = o.Best.StateBytesPerParameter,
            ["rates"] = new JsonArray([.. o.Rates.Select(r => (JsonNode)new JsonObject
            {
                ["learning_rate"] = r.LearningRate,
                ["diverged"] = r.IsDiverged,
                [result.Monitor] = Number(r.IsDiverged ? null : r.Mean),
                ["deviation"] = Number(r.IsDiverged ? null : r.Deviation),
            })]),
        })]),
    };

    // JSON has no NaN.
    private static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
