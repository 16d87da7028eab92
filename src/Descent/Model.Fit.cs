using System.Runtime.CompilerServices;
using Descent.Callbacks;
using Descent.Data;
using Descent.Training;

namespace Descent;

public partial class Model
{
    /// <summary>Trains the model on arrays.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample. Default null: none, for models whose <see cref="TrainStep"/> needs none.</param>
    /// <param name="batchSize">The samples of one step, 1 or more; the last batch of an epoch may be smaller. Default 32.</param>
    /// <param name="epochs">The passes over the data. Default 1.</param>
    /// <param name="verbose">0 silent, 1 progress bar (plain lines where the output is no terminal), 2 one line per epoch. Default null: 1.</param>
    /// <param name="callbacks">Called while training runs.</param>
    /// <param name="validationSplit">The part of the data, from its unshuffled end, to evaluate on after each epoch, in [0, 1). Default 0: none.</param>
    /// <param name="validationData">Data to evaluate on after each epoch: arrays, or batches, which can have sample weights and are enumerated anew each time. It overrides <paramref name="validationSplit"/>.</param>
    /// <param name="shuffle">Whether the samples are shuffled before each epoch. Default true.</param>
    /// <param name="classWeight">How much the samples of a class count, by its number; a class without a weight counts 1.</param>
    /// <param name="sampleWeight">How much each sample counts, of shape <c>(samples)</c>.</param>
    /// <param name="initialEpoch">The epoch to begin with, to resume training. Default 0.</param>
    /// <param name="stepsPerEpoch">The steps after which an epoch ends, at the latest with the data; the next one goes on from there. Default null: one pass over the data.</param>
    /// <param name="validationSteps">The steps after which an evaluation of the validation data ends; each begins anew. Default null: with the data, which must have an end.</param>
    /// <param name="validationBatchSize">The samples of one step of validation on arrays, 1 or more. Default null: as <paramref name="batchSize"/>.</param>
    /// <param name="validationFreq">After how many epochs the model is evaluated, each time. Default 1.</param>
    /// <param name="progress">Told how far training has come.</param>
    /// <param name="cancellationToken">Stops training after the step that runs.</param>
    /// <returns>What was recorded.</returns>
    /// <exception cref="InvalidOperationException">The model has no weights, or is not compiled with a loss.</exception>
    /// <exception cref="ArgumentException">The data is empty, has NaN, or its parts do not fit each other or the model, or an argument is out of range. A step that fails leaves weights and optimizer as they were.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled; the model keeps what the last finished step made of it and stays usable.</exception>
    [OverloadResolutionPriority(2)] // new() { … } could be anything, and means tensors by name
    public History Fit(
        Tensors x,
        Tensors? y = null,
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
        int? validationSteps = null,
        int? validationBatchSize = null,
        int validationFreq = 1,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        BatchSource? Validation() => validationData is { } given ? InOrder(given.X, given.Y, null, validationBatchSize ?? batchSize, nameof(validationBatchSize)) : null;
        return FitArrays(
            x, y, sampleWeight, classWeight, batchSize, shuffle, validationSplit, validationBatchSize, Validation,
            new FitPlan(epochs, initialEpoch, stepsPerEpoch, validationSteps, validationFreq, Verbosity(verbose ?? 1), RandomSeed.Current, progress), callbacks, cancellationToken);
    }

    /// <summary>Trains the model on arrays and evaluates it on batches that the caller makes.</summary>
    /// <inheritdoc cref="Fit(Tensors, Tensors?, int, int, int?, IEnumerable{Callback}?, double, ValueTuple{Tensors, Tensors}?, bool, IReadOnlyDictionary{int, double}?, Tensors?, int, int?, int?, int?, int, IProgress{TrainingProgress}?, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public History Fit(
        Tensors x,
        Tensors? y = null,
        int batchSize = 32,
        int epochs = 1,
        int? verbose = null,
        IEnumerable<Callback>? callbacks = null,
        double validationSplit = 0,
        IEnumerable<Batch>? validationData = null,
        bool shuffle = true,
        IReadOnlyDictionary<int, double>? classWeight = null,
        Tensors? sampleWeight = null,
        int initialEpoch = 0,
        int? stepsPerEpoch = null,
        int? validationSteps = null,
        int? validationBatchSize = null,
        int validationFreq = 1,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        BatchSource? Validation() => validationData is null ? null : new EnumerableBatches(this, validationData, null);
        return FitArrays(
            x, y, sampleWeight, classWeight, batchSize, shuffle, validationSplit, validationBatchSize, Validation,
            new FitPlan(epochs, initialEpoch, stepsPerEpoch, validationSteps, validationFreq, Verbosity(verbose ?? 1), RandomSeed.Current, progress), callbacks, cancellationToken);
    }

    /// <summary>Trains the model on batches that the caller makes; the sequence is enumerated once per epoch.</summary>
    /// <param name="batches">The batches of an epoch.</param>
    /// <param name="epochs">The passes over the sequence. Default 1.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line per epoch. Default null: 1.</param>
    /// <param name="callbacks">Called while training runs.</param>
    /// <param name="validationData">Data to evaluate on after each epoch: arrays, or batches, which can have sample weights and are enumerated anew each time.</param>
    /// <param name="classWeight">How much the samples of a class count, by its number; a class without a weight counts 1.</param>
    /// <param name="initialEpoch">The epoch to begin with. Default 0.</param>
    /// <param name="stepsPerEpoch">The steps after which an epoch ends, for a sequence without end. Default null: the end of the sequence.</param>
    /// <param name="validationSteps">The steps after which an evaluation of the validation data ends; each begins anew. Default null: with the data, which must have an end.</param>
    /// <param name="validationBatchSize">The samples of one step of validation on arrays, 1 or more. Default null: 32.</param>
    /// <param name="validationFreq">After how many epochs the model is evaluated, each time. Default 1.</param>
    /// <param name="progress">Told how far training has come.</param>
    /// <param name="cancellationToken">Stops training after the step that runs.</param>
    /// <returns>What was recorded.</returns>
    /// <exception cref="InvalidOperationException">The model has no weights, or is not compiled with a loss, or the sequence gave no batch for an epoch.</exception>
    /// <exception cref="ArgumentException">There is no batch, one does not fit the model, or an argument is out of range.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled; the model keeps what the last finished step made of it and stays usable.</exception>
    public History Fit(
        IEnumerable<Batch> batches,
        int epochs = 1,
        int? verbose = null,
        IEnumerable<Callback>? callbacks = null,
        (Tensors X, Tensors Y)? validationData = null,
        IReadOnlyDictionary<int, double>? classWeight = null,
        int initialEpoch = 0,
        int? stepsPerEpoch = null,
        int? validationSteps = null,
        int? validationBatchSize = null,
        int validationFreq = 1,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        BatchSource? Validation() => validationData is { } given ? InOrder(given.X, given.Y, null, validationBatchSize ?? 32, nameof(validationBatchSize)) : null;
        return FitBatches(
            batches, classWeight, Validation,
            new FitPlan(epochs, initialEpoch, stepsPerEpoch, validationSteps, validationFreq, Verbosity(verbose ?? 1), RandomSeed.Current, progress), callbacks, cancellationToken);
    }

    /// <summary>Trains and evaluates the model on batches that the caller makes; the sequence is enumerated once per epoch.</summary>
    /// <inheritdoc cref="Fit(IEnumerable{Batch}, int, int?, IEnumerable{Callback}?, ValueTuple{Tensors, Tensors}?, IReadOnlyDictionary{int, double}?, int, int?, int?, int?, int, IProgress{TrainingProgress}?, CancellationToken)"/>
    [OverloadResolutionPriority(-1)]
    public History Fit(
        IEnumerable<Batch> batches,
        int epochs = 1,
        int? verbose = null,
        IEnumerable<Callback>? callbacks = null,
        IEnumerable<Batch>? validationData = null,
        IReadOnlyDictionary<int, double>? classWeight = null,
        int initialEpoch = 0,
        int? stepsPerEpoch = null,
        int? validationSteps = null,
        int validationFreq = 1,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        BatchSource? Validation() => validationData is null ? null : new EnumerableBatches(this, validationData, null);
        return FitBatches(
            batches, classWeight, Validation,
            new FitPlan(epochs, initialEpoch, stepsPerEpoch, validationSteps, validationFreq, Verbosity(verbose ?? 1), RandomSeed.Current, progress), callbacks, cancellationToken);
    }
}
