using System.Collections.Frozen;
using System.Globalization;
using Descent.Callbacks;
using Descent.Data;
using Descent.Losses;
using Descent.Memory;
using Descent.Monitoring;
using Descent.Training;

namespace Descent;

public partial class Model
{
    private readonly Lock _turn = new();

    private History FitArrays(
        Tensors x, Tensors? y, Tensors? sampleWeight, IReadOnlyDictionary<int, double>? classWeight, int batchSize, bool shuffle,
        double validationSplit, int? validationBatchSize, Func<BatchSource?> validationData, FitPlan plan, IEnumerable<Callback>? callbacks, CancellationToken cancellationToken) => BeginTogether(() =>
    {
        using var validation = validationData();
        var data = DataChecks.Arrange(this, x, y, sampleWeight, classWeight);
        DataChecks.CheckBatchSize(batchSize);
        DataChecks.CheckBatchSize(validationBatchSize ?? batchSize, nameof(validationBatchSize));
        var samples = data.X.Shape[0];
        var count = validation is null ? TrainingCount(samples, validationSplit) : samples;
        using var training = new ArrayBatches(data.Inputs, data.Targets, data.SampleWeights, 0, count, batchSize, shuffle ? RandomSeed.Next : null);
        using var rest = count == samples ? null : new ArrayBatches(data.Inputs, data.Targets, classWeight is null ? data.SampleWeights : null, count, samples - count, validationBatchSize ?? batchSize, null);
        return Fit(RequireCompilation("Fit"), training, validation ?? rest, plan, callbacks, cancellationToken);
    });

    private History FitBatches(
        IEnumerable<Batch> batches, IReadOnlyDictionary<int, double>? classWeight, Func<BatchSource?> validationData, FitPlan plan, IEnumerable<Callback>? callbacks, CancellationToken cancellationToken) => BeginTogether(() =>
    {
        using var validation = validationData();
        using var training = new EnumerableBatches(this, batches, classWeight);
        return Fit(RequireCompilation("Fit"), training, validation, plan, callbacks, cancellationToken);
    });

    // What a rank finds wrong with its own data, all ranks must know before they wait for each other.
    private T BeginTogether<T>(Func<T> work) => _compilation?.Company is { } distribution ? distribution.BeginTogether(work) : work();

    private History Fit(Compilation compilation, BatchSource training, BatchSource? validation, FitPlan plan, IEnumerable<Callback>? callbacks, CancellationToken cancellationToken)
    {
        plan.Check();
        lock (_turn)
        {
            var step = PrepareTraining(compilation, training.InputShapes);
            if (validation is not null) CheckInputs(validation.InputShapes, "validationData");
            if (OutputShapes is { } outputs) CheckTargets(compilation.KnownLosses(OutputNames, outputs.Count), outputs, training, validation);

            var history = new History(plan.Seed);
            History = history;
            Callback[] given = [.. callbacks ?? []];
            BackupAndRestore[] backups = [.. given.OfType<BackupAndRestore>()];
            if (backups.Length > 1)
                throw new ArgumentException($"One of the callbacks may be a BackupAndRestore: training can go on from one place only. Received: {backups.Length}, with the folders {string.Join(", ", backups.Select(b => $"'{b.BackupDir}'"))}.", nameof(callbacks));
            if (compilation.Distribution is { Leads: false }) (given, backups, plan) = ([], [], plan with { Verbose = 0, Progress = null });
            var backup = backups is [var only] ? only : null;
            var run = new TrainingRun(this, compilation, training, validation, plan) { Settings = backup?.Settings ?? FrozenDictionary<string, string>.Empty };
            run.Callbacks = new CallbackList(
                // What is saved for a run that continues must have seen all other callbacks.
                [.. given.Where(c => c is not BackupAndRestore), .. plan.Verbose > 0 ? [new ProgbarLogger()] : Array.Empty<Callback>(), history, .. backups],
                this,
                new RunParameters(plan.Epochs, plan.StepsPerEpoch ?? training.Steps, plan.Verbose))
            {
                Conductor = compilation.Distribution?.Begin(run, given, cancellationToken),
            };
            backup?.Begin(run);
            var memory = RentMemory();
            using var span = Spans.Fit(this, plan);
            try
            {
                Run(run, step, memory, run.Callbacks.Conductor is null ? cancellationToken : default); // ranks are cancelled together
            }
            catch (Exception exception)
            {
                span.Fail(exception);
                run.Callbacks.OnTrainFailed(exception);
                throw;
            }
            finally
            {
                backup?.End();
                ReturnMemory(memory);
            }

            return history;
        }
    }

    // The training loop.
    private void Run(TrainingRun run, TrainingStep step, StepMemory memory, CancellationToken cancellationToken)
    {
        var (training, plan, callbacks) = (run.Training, run.Plan, run.Callbacks);
        StopTraining = false;
        var report = new ProgressReport(plan, training.Steps);
        callbacks.OnTrainBegin(); // which may set the run to where another one was interrupted
        while (run.IsInEpoch || (run.Epoch < plan.Epochs && !StopTraining))
        {
            using var span = Spans.Epoch(run.Epoch);
            var isResumed = run.IsInEpoch;
            if (!isResumed)
            {
                Begin(step);
                run.BeginEpoch();
                callbacks.OnEpochBegin(run.Epoch);
            }

            if (!step.IsCurrent) step = PrepareTraining(run.Compilation, training.InputShapes);
            _step = step;
            if (isResumed) step.Continue(run.Logs);
            else if (run.AtEnd || plan.StepsPerEpoch is null) training.Restart();
            while (!StopTraining && run.Batch != plan.StepsPerEpoch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                run.AtEnd = !training.MoveNext();
                if (run.AtEnd && run.Batch == 0)
                {
                    // The epoch before took the last batch of its pass.
                    training.Restart();
                    run.AtEnd = !training.MoveNext();
                    if (run.AtEnd) throw DataChecks.RanOut(run.Epoch);
                }

                if (run.AtEnd) break;
                var batch = run.Batch;
                callbacks.OnTrainBatchBegin(batch);
                using (memory.Open())
                using (step.Open()) run.Logs = TakeStep(step, training.Read());
                run.Batch++;
                callbacks.OnTrainBatchEnd(batch, run.Logs);
                report.Step(run.Epoch, run.Batch, run.Logs);
            }

            _ = run.Logs.Count; // takes the values before validation uses the metrics
            if (run.Validation is { } validation && (run.Epoch + 1) % plan.ValidationFreq == 0)
                foreach (var (name, value) in Evaluate(step, validation, plan.ValidationSteps, callbacks, memory, cancellationToken))
                    run.Logs["val_" + name] = value;
            var (epoch, steps) = (run.Epoch, run.Batch);
            run.EndEpoch();
            callbacks.OnEpochEnd(epoch, run.Logs);
            report.Epoch(epoch, steps, run.Logs);
            span.AddResults(run.Logs, steps);
        }

        var optimizer = run.Compilation.Optimizer;
        if (plan.Epochs > plan.InitialEpoch && optimizer.IsBuilt) optimizer.FinalizeVariableValues(optimizer.TrainableVariables);
        run.Compilation.Distribution?.GatherWeights(optimizer);
        callbacks.OnTrainEnd(run.Logs);
    }

    private TrainingStep PrepareTraining(Compilation compilation, IReadOnlyList<Shape> inputShapes)
    {
        if (compilation.Distribution is { IsConducting: true })
            throw new InvalidOperationException($"Model '{Name}' must not be trained by a callback while ranks train it: only rank 0 calls callbacks. Received: a call of Fit or TrainOnBatch. Evaluate, Predict and Save can be called there.");
        CheckInputs(inputShapes);
        if (Built && Weights.Count == 0)
            throw new InvalidOperationException($"Model '{Name}' must have weights to train. Received: none. Layers in fields of a class of your own become part of it by Track: _dense = Track(new Dense(64)).");
        if (Built && compilation.Distribution is { } distribution) distribution.Build(compilation.Optimizer, this);
        else if (Built) compilation.Optimizer.BuildFor(Weights); // without a Call, layers may have no weights before the first step, whose optimizer then takes them
        return new TrainingStep(this, compilation);
    }

    private static void CheckTargets(Loss?[] losses, IReadOnlyList<Shape> outputs, BatchSource training, BatchSource? validation)
    {
        for (var i = 0; i < losses.Length; i++)
        {
            if (losses[i] is not { } loss) continue;
            training.CheckTargets(loss, i, outputs[i]);
            validation?.CheckTargets(loss, i, outputs[i]);
        }
    }

    private ArrayBatches InOrder(Tensors x, Tensors? y, Tensors? sampleWeight, int batchSize, string parameter = "batchSize")
    {
        var data = DataChecks.Arrange(this, x, y, sampleWeight, null);
        DataChecks.CheckBatchSize(batchSize, parameter);
        return new ArrayBatches(data.Inputs, data.Targets, data.SampleWeights, 0, data.X.Shape[0], batchSize, null);
    }

    // The first rows are trained on; Keras rounds in the same way.
    private static int TrainingCount(int count, double validationSplit)
    {
        if (!(validationSplit is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(validationSplit), FormattableString.Invariant($"validationSplit must be in [0, 1). Received: {validationSplit}."));
        if (validationSplit == 0) return count;
        var first = (int)Math.Floor(count * (1.0 - validationSplit));
        return first > 0 && first < count ? first : throw new ArgumentException(
            FormattableString.Invariant($"A validationSplit of {validationSplit} must leave samples on both sides. Received: {count} samples. Provide more data or another split."), nameof(validationSplit));
    }

    private static int Verbosity(int verbose) => verbose is >= 0 and <= 2 ? verbose : throw new ArgumentOutOfRangeException(
        nameof(verbose), $"verbose must be 0, 1 or 2. Received: {verbose.ToString(CultureInfo.InvariantCulture)}.");
}
