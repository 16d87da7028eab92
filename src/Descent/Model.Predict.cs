using System.Runtime.CompilerServices;
using Descent.Callbacks;
using Descent.Data;
using Descent.Memory;
using Descent.Training;

namespace Descent;

public partial class Model
{
    /// <summary>Computes the output for inputs. Safe to call from many threads at once.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="batchSize">The samples of one step, 1 or more; it changes speed, not results. Default 32.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line. Default 0.</param>
    /// <param name="callbacks">Called while prediction runs.</param>
    /// <param name="cancellationToken">Stops after the step that runs.</param>
    /// <returns>The output, one row per sample.</returns>
    /// <exception cref="InvalidOperationException">The model has several outputs, which <see cref="PredictAll(Tensors, int, int, IEnumerable{Callback}, CancellationToken)"/> gives, or one without a row for each sample.</exception>
    /// <exception cref="ArgumentException">The data is empty or does not fit the model, or an argument is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    [OverloadResolutionPriority(1)]
    public Tensor Predict(Tensors x, int batchSize = 32, int verbose = 0, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default) =>
        PredictArrays(x, batchSize, verbose, callbacks, isSingle: true, cancellationToken)[0];

    /// <summary>Computes the output for batches that the caller makes. Safe to call from many threads at once.</summary>
    /// <param name="batches">The batches, whose targets and weights are not looked at.</param>
    /// <param name="steps">How many to take, for a sequence without end. Default null: all.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line. Default 0.</param>
    /// <param name="callbacks">Called while prediction runs.</param>
    /// <param name="cancellationToken">Stops after the step that runs.</param>
    /// <returns>The output, one row per sample.</returns>
    /// <exception cref="InvalidOperationException">The model has several outputs, which <see cref="PredictAll(IEnumerable{Batch}, int?, int, IEnumerable{Callback}, CancellationToken)"/> gives, or one without a row for each sample.</exception>
    /// <exception cref="ArgumentException">The data is empty or does not fit the model, or an argument is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Tensor Predict(IEnumerable<Batch> batches, int? steps = null, int verbose = 0, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default) =>
        PredictBatches(batches, steps, verbose, callbacks, isSingle: true, cancellationToken)[0];

    /// <summary>Computes all outputs for inputs. Safe to call from many threads at once.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="batchSize">The samples of one step, 1 or more; it changes speed, not results. Default 32.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line. Default 0.</param>
    /// <param name="callbacks">Called while prediction runs.</param>
    /// <param name="cancellationToken">Stops after the step that runs.</param>
    /// <returns>The outputs, one row per sample, by place and, if the model has names for them, by name.</returns>
    /// <exception cref="ArgumentException">The data is empty or does not fit the model, or an argument is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    [OverloadResolutionPriority(1)]
    public Tensors PredictAll(Tensors x, int batchSize = 32, int verbose = 0, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default) =>
        Named(PredictArrays(x, batchSize, verbose, callbacks, isSingle: false, cancellationToken));

    /// <summary>Computes all outputs for batches that the caller makes. Safe to call from many threads at once.</summary>
    /// <param name="batches">The batches, whose targets and weights are not looked at.</param>
    /// <param name="steps">How many to take, for a sequence without end. Default null: all.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line. Default 0.</param>
    /// <param name="callbacks">Called while prediction runs.</param>
    /// <param name="cancellationToken">Stops after the step that runs.</param>
    /// <returns>The outputs, one row per sample, by place and, if the model has names for them, by name.</returns>
    /// <exception cref="ArgumentException">The data is empty or does not fit the model, or an argument is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Tensors PredictAll(IEnumerable<Batch> batches, int? steps = null, int verbose = 0, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default) =>
        Named(PredictBatches(batches, steps, verbose, callbacks, isSingle: false, cancellationToken));

    /// <summary>Computes the output for one batch. Safe to call from many threads at once.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <returns>The output, one row per sample.</returns>
    /// <exception cref="InvalidOperationException">The model has several outputs.</exception>
    /// <exception cref="ArgumentException">The data is empty or does not fit the model.</exception>
    public Tensor PredictOnBatch(Tensors x) => Predict(x, Math.Max(1, x is [{ Shape: { Rank: > 0 } shape }, ..] ? shape[0] : 1));

    private Tensor[] PredictArrays(Tensors x, int batchSize, int verbose, IEnumerable<Callback>? callbacks, bool isSingle, CancellationToken cancellationToken)
    {
        x = DataChecks.Arrange(x, InputNames, nameof(x));
        DataChecks.Check(x, null, null);
        DataChecks.CheckBatchSize(batchSize);
        using var batches = new ArrayBatches(x, null, null, 0, x[0].Shape[0], batchSize, null);
        return Predict(batches, null, new Predictions(Name, batches.Count, isSingle), verbose, callbacks, cancellationToken);
    }

    private Tensor[] PredictBatches(IEnumerable<Batch> batches, int? steps, int verbose, IEnumerable<Callback>? callbacks, bool isSingle, CancellationToken cancellationToken)
    {
        Check.AtLeast(1, steps ?? 1, nameof(steps));
        using var source = new EnumerableBatches(this, batches, null, inputsOnly: true);
        return Predict(source, steps, new Predictions(Name, 0, isSingle), verbose, callbacks, cancellationToken);
    }

    private Tensor[] Predict(BatchSource batches, int? steps, Predictions predictions, int verbose, IEnumerable<Callback>? callbacks, CancellationToken cancellationToken)
    {
        CheckInputs(batches.InputShapes);
        var all = Callbacks(callbacks, steps ?? batches.Steps, Verbosity(verbose));
        var memory = RentMemory();
        try
        {
            all.OnPredictBegin();
            batches.Restart();
            for (var batch = 0; batch != steps; batch++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!batches.MoveNext()) break;
                all.OnPredictBatchBegin(batch);
                using (memory.Open())
                {
                    var inputs = batches.ReadInputs();
                    var outputs = Forward(inputs, training: false);
                    predictions.Add(outputs, inputs[0].Shape[0]);
                    all.OnPredictBatchEnd(batch, outputs[0]);
                }
            }

            all.OnPredictEnd();
            return predictions.Take();
        }
        finally
        {
            ReturnMemory(memory);
        }
    }

    private Tensors Named(Tensor[] outputs)
    {
        if (OutputNames is not { } names || names.Distinct().Count() != names.Count) return outputs;
        var named = new Tensors();
        for (var i = 0; i < outputs.Length; i++) named[names[i]] = outputs[i];
        return named;
    }
}
