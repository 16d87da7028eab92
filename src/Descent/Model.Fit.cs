using System.Globalization;
using Descent.Callbacks;
using Descent.Data;
using Descent.Losses;
using Descent.Memory;
using Descent.Training;

namespace Descent;

public partial class Model
{
    private readonly Lock _turn = new();

    /// <summary>Trains the model on arrays.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample.</param>
    /// <param name="batchSize">The samples of one step, 1 or more; the last batch of an epoch may be smaller. Default 32.</param>
    /// <param name="epochs">The passes over the data. Default 1.</param>
    /// <param name="verbose">0 silent, 1 progress bar (plain lines where the output is no terminal), 2 one line per epoch. Default null: 1.</param>
    /// <param name="callbacks">Called while training runs.</param>
    /// <param name="validationSplit">The part of the data, from its unshuffled end, to evaluate on after each epoch, in [0, 1). Default 0: none.</param>
    /// <param name="validationData">Data to evaluate on after each epoch; overrides <paramref name="validationSplit"/>.</param>
    /// <param name="shuffle">Whether the samples are shuffled before each epoch. Default true.</param>
    /// <param name="classWeight">How much the samples of a class count, by its number; a class without a weight counts 1.</param>
    /// <param name="sampleWeight">How much each sample counts, of shape <c>(samples)</c>.</param>
    /// <param name="initialEpoch">The epoch to begin with, to resume training. Default 0.</param>
    /// <param name="stepsPerEpoch">The steps after which an epoch ends, at the latest with the data; the next one goes on from there. Default null: one pass over the data.</param>
    /// <param name="validationFreq">After how many epochs the model is evaluated, each time. Default 1.</param>
    /// <param name="progress">Told how far training has come.</param>
    /// <param name="cancellationToken">Stops training after the step that runs.</param>
    /// <returns>What was recorded.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss.</exception>
    /// <exception cref="ArgumentException">The data is empty, has NaN, or its parts do not fit each other or the model, or an argument is out of range. A step that fails leaves weights and optimizer as they were.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled; the model keeps what the last finished step made of it and stays usable.</exception>
    public History Fit(
        Tensors x,
        Tensors y,
        int batchSize = 32,
        int epochs = 1,
        int? verbose = null,
        IEnumerable<Callback>? callbacks = null,
        double validationSplit = 0,
        (Tensors X, Tensors Y)? validationData = null,
        bool shuffle = true,
        IReadOnlyDictionary<int, double>? classWeight = null,
        Tensors? sampleWeight = null,
        int initialEpoch = 0,
        int? stepsPerEpoch = null,
        int validationFreq = 1,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var data = DataChecks.Arrange(this, x, y, sampleWeight, classWeight);
        DataChecks.CheckBatchSize(batchSize);
        var samples = data.X.Shape[0];
        var count = validationData is null ? TrainingCount(samples, validationSplit) : samples;
        var seed = RandomSeed.Current;
        using var training = new ArrayBatches(data.Inputs, data.Targets, data.SampleWeights, 0, count, batchSize, shuffle ? RandomSeed.Next : null);
        using var validation = validationData is { } given ? ValidationBatches(given, batchSize)
            : count < samples ? new ArrayBatches(data.Inputs, data.Targets, classWeight is null ? data.SampleWeights : null, count, samples - count, batchSize, null) : null;
        return Fit(RequireCompilation("Fit"), training, validation, new FitPlan(epochs, initialEpoch, stepsPerEpoch, validationFreq, Verbosity(verbose ?? 1), seed, progress), callbacks, cancellationToken);
    }

    /// <summary>Trains the model on batches that the caller makes; the sequence is enumerated once per epoch.</summary>
    /// <param name="batches">The batches of an epoch.</param>
    /// <param name="epochs">The passes over the sequence. Default 1.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line per epoch. Default null: 1.</param>
    /// <param name="callbacks">Called while training runs.</param>
    /// <param name="validationData">Data to evaluate on after each epoch, as arrays.</param>
    /// <param name="validationBatches">The same as batches, enumerated anew each time; only one of the two can be given.</param>
    /// <param name="classWeight">How much the samples of a class count, by its number; a class without a weight counts 1.</param>
    /// <param name="initialEpoch">The epoch to begin with. Default 0.</param>
    /// <param name="stepsPerEpoch">The steps after which an epoch ends, for a sequence without end. Default null: the end of the sequence.</param>
    /// <param name="validationFreq">After how many epochs the model is evaluated, each time. Default 1.</param>
    /// <param name="progress">Told how far training has come.</param>
    /// <param name="cancellationToken">Stops training after the step that runs.</param>
    /// <returns>What was recorded.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss, or the sequence gave no batch for an epoch.</exception>
    /// <exception cref="ArgumentException">There is no batch, one does not fit the model, validation data is given twice, or an argument is out of range.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled; the model keeps what the last finished step made of it and stays usable.</exception>
    public History Fit(
        IEnumerable<Batch> batches,
        int epochs = 1,
        int? verbose = null,
        IEnumerable<Callback>? callbacks = null,
        (Tensors X, Tensors Y)? validationData = null,
        IEnumerable<Batch>? validationBatches = null,
        IReadOnlyDictionary<int, double>? classWeight = null,
        int initialEpoch = 0,
        int? stepsPerEpoch = null,
        int validationFreq = 1,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        if (validationData is not null && validationBatches is not null)
            throw new ArgumentException("Only one of validationData and validationBatches can be given. Received: both.", nameof(validationBatches));
        var seed = RandomSeed.Current;
        using var training = new EnumerableBatches(this, batches, classWeight);
        using BatchSource? validation = validationData is { } given ? ValidationBatches(given, 32)
            : validationBatches is not null ? new EnumerableBatches(this, validationBatches, null) : null;
        return Fit(RequireCompilation("Fit"), training, validation, new FitPlan(epochs, initialEpoch, stepsPerEpoch, validationFreq, Verbosity(verbose ?? 1), seed, progress), callbacks, cancellationToken);
    }

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
            var all = new CallbackList(
                [.. callbacks ?? [], .. plan.Verbose > 0 ? [new ProgbarLogger()] : Array.Empty<Callback>(), history],
                this,
                new RunParameters(plan.Epochs, plan.StepsPerEpoch ?? training.Steps, plan.Verbose));
            var memory = RentMemory();
            try
            {
                Run(step, compilation, training, validation, plan, all, memory, cancellationToken);
            }
            finally
            {
                ReturnMemory(memory);
            }

            return history;
        }
    }

    // The training loop.
    private void Run(TrainingStep step, Compilation compilation, BatchSource training, BatchSource? validation, FitPlan plan, CallbackList callbacks, StepMemory memory, CancellationToken cancellationToken)
    {
        StopTraining = false;
        var logs = new Logs();
        var report = new ProgressReport(plan, training.Steps);
        var atEnd = true;
        callbacks.OnTrainBegin();
        for (var epoch = plan.InitialEpoch; epoch < plan.Epochs && !StopTraining; epoch++)
        {
            Begin(step);
            logs = new Logs();
            callbacks.OnEpochBegin(epoch);
            if (!step.IsCurrent) Begin(step = PrepareTraining(compilation, training.InputShapes));
            if (atEnd || plan.StepsPerEpoch is null) training.Restart();
            var batch = 0;
            for (; !StopTraining && batch != plan.StepsPerEpoch; batch++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                atEnd = !training.MoveNext();
                if (atEnd && batch == 0)
                {
                    // The epoch before took the last batch of its pass.
                    training.Restart();
                    atEnd = !training.MoveNext();
                    if (atEnd) throw DataChecks.RanOut(epoch);
                }

                if (atEnd) break;
                callbacks.OnTrainBatchBegin(batch);
                using (memory.Open())
                using (step.Open()) logs = TrainStep(training.Read());
                callbacks.OnTrainBatchEnd(batch, logs);
                report.Step(epoch, batch + 1, logs);
            }

            _ = logs.Count; // takes the values before validation uses the metrics
            if (validation is not null && (epoch + 1) % plan.ValidationFreq == 0)
                foreach (var (name, value) in Evaluate(step, validation, null, callbacks, memory, cancellationToken))
                    logs["val_" + name] = value;
            callbacks.OnEpochEnd(epoch, logs);
            report.Epoch(epoch, batch, logs);
        }

        if (plan.Epochs > plan.InitialEpoch && compilation.Optimizer.IsBuilt) compilation.Optimizer.FinalizeVariableValues(compilation.Optimizer.TrainableVariables);
        callbacks.OnTrainEnd(logs);
    }

    private TrainingStep PrepareTraining(Compilation compilation, IReadOnlyList<Shape> inputShapes)
    {
        CheckInputs(inputShapes);
        compilation.Optimizer.BuildFor(Weights);
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

    private ArrayBatches ValidationBatches((Tensors X, Tensors Y) data, int batchSize)
    {
        var batch = DataChecks.Arrange(this, data.X, data.Y, null, null);
        return new ArrayBatches(batch.Inputs, batch.Targets, null, 0, batch.X.Shape[0], batchSize, null);
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
