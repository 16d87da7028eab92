using Descent.Callbacks;
using Descent.Data;
using Descent.Memory;
using Descent.Training;

namespace Descent;

public partial class Model
{
    private readonly Stack<StepMemory> _memories = [];

    /// <summary>Measures loss and metrics on arrays.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample.</param>
    /// <param name="batchSize">The samples of one step, 1 or more. Default 32.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line. Default 0.</param>
    /// <param name="sampleWeight">How much each sample counts, of shape <c>(samples)</c>; with several outputs once for all, or for each of them.</param>
    /// <param name="callbacks">Called while evaluation runs.</param>
    /// <param name="cancellationToken">Stops after the step that runs.</param>
    /// <returns>The loss, penalties included, and the metrics.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss.</exception>
    /// <exception cref="ArgumentException">The data is empty or its parts do not fit each other or the model, or an argument is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EvaluationResult Evaluate(
        Tensors x,
        Tensors y,
        int batchSize = 32,
        int verbose = 0,
        Tensors? sampleWeight = null,
        IEnumerable<Callback>? callbacks = null,
        CancellationToken cancellationToken = default)
    {
        var data = DataChecks.Arrange(this, x, y, sampleWeight, null);
        DataChecks.CheckBatchSize(batchSize);
        using var batches = new ArrayBatches(data.Inputs, data.Targets, data.SampleWeights, 0, data.X.Shape[0], batchSize, null);
        return Evaluate(batches, null, verbose, callbacks, cancellationToken);
    }

    /// <summary>Measures loss and metrics on batches that the caller makes.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="steps">How many to take, for a sequence without end. Default null: all.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line. Default 0.</param>
    /// <param name="callbacks">Called while evaluation runs.</param>
    /// <param name="cancellationToken">Stops after the step that runs.</param>
    /// <returns>The loss, penalties included, and the metrics.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss.</exception>
    /// <exception cref="ArgumentException">There is no batch, one does not fit the model, or an argument is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EvaluationResult Evaluate(IEnumerable<Batch> batches, int? steps = null, int verbose = 0, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default)
    {
        Check.AtLeast(1, steps ?? 1, nameof(steps));
        using var source = new EnumerableBatches(this, batches, null);
        return Evaluate(source, steps, verbose, callbacks, cancellationToken);
    }

    private EvaluationResult Evaluate(BatchSource batches, int? steps, int verbose, IEnumerable<Callback>? callbacks, CancellationToken cancellationToken)
    {
        var compilation = RequireCompilation("Evaluate");
        CheckInputs(batches.InputShapes);
        lock (_turn)
        {
            var memory = RentMemory();
            try
            {
                var all = Callbacks(callbacks, steps ?? batches.Steps, Verbosity(verbose));
                return new EvaluationResult(Evaluate(new TrainingStep(this, compilation), batches, steps, all, memory, cancellationToken));
            }
            finally
            {
                ReturnMemory(memory);
            }
        }
    }

    private Logs Evaluate(TrainingStep step, BatchSource batches, int? steps, CallbackList callbacks, StepMemory memory, CancellationToken cancellationToken)
    {
        var logs = new Logs();
        callbacks.OnTestBegin();
        Begin(step);
        batches.Restart();
        for (var batch = 0; batch != steps; batch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!batches.MoveNext()) break;
            callbacks.OnTestBatchBegin(batch);
            using (memory.Open())
            using (step.Open()) logs = TestStep(batches.Read());
            callbacks.OnTestBatchEnd(batch, logs);
        }

        callbacks.OnTestEnd(logs);
        return logs;
    }

    /// <summary>Computes the output for inputs. Safe to call from many threads at once.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="batchSize">The samples of one step, 1 or more; it changes speed, not results. Default 32.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line. Default 0.</param>
    /// <param name="callbacks">Called while prediction runs.</param>
    /// <param name="cancellationToken">Stops after the step that runs.</param>
    /// <returns>The output, one row per sample; of a model with several outputs the first.</returns>
    /// <exception cref="ArgumentException">The data is empty or does not fit the model, or an argument is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Tensor Predict(Tensors x, int batchSize = 32, int verbose = 0, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default) =>
        PredictAll(x, batchSize, verbose, callbacks, cancellationToken)[0];

    /// <summary>Computes all outputs for inputs. Safe to call from many threads at once.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="batchSize">The samples of one step, 1 or more; it changes speed, not results. Default 32.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line. Default 0.</param>
    /// <param name="callbacks">Called while prediction runs.</param>
    /// <param name="cancellationToken">Stops after the step that runs.</param>
    /// <returns>The outputs, one row per sample, by place and, if the model has names for them, by name.</returns>
    /// <exception cref="ArgumentException">The data is empty or does not fit the model, or an argument is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Tensors PredictAll(Tensors x, int batchSize = 32, int verbose = 0, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default)
    {
        x = DataChecks.Arrange(x, InputNames, nameof(x));
        DataChecks.Check(x, null, null);
        DataChecks.CheckBatchSize(batchSize);
        using var batches = new ArrayBatches(x, null, null, 0, x[0].Shape[0], batchSize, null);
        CheckInputs(batches.InputShapes);
        var all = Callbacks(callbacks, batches.Steps, Verbosity(verbose));
        var memory = RentMemory();
        try
        {
            return Named(Predict(batches, all, memory, cancellationToken));
        }
        finally
        {
            ReturnMemory(memory);
        }
    }

    private Tensor[] Predict(ArrayBatches batches, CallbackList callbacks, StepMemory memory, CancellationToken cancellationToken)
    {
        Tensor[] results = [];
        var row = 0;
        callbacks.OnPredictBegin();
        for (var batch = 0; ; batch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!batches.MoveNext()) break;
            callbacks.OnPredictBatchBegin(batch);
            using (memory.Open())
            {
                var outputs = Forward(batches.ReadInputs(), training: false);
                if (batch == 0) results = [.. outputs.Select(output => NewResult(output, batches))];
                for (var i = 0; i < results.Length; i++) CopyRows(outputs[i], results[i], row, batches);
                row += batches.BatchLength;
                callbacks.OnPredictBatchEnd(batch, outputs[0]);
            }
        }

        callbacks.OnPredictEnd();
        return results;
    }

    private void CopyRows(Tensor output, Tensor result, int row, ArrayBatches batches)
    {
        CheckRows(output, batches);
        output.Cells.CopyTo(result.Cells[(row * (result.Cells.Length / batches.Count))..]);
    }

    private Tensor NewResult(Tensor output, ArrayBatches batches)
    {
        CheckRows(output, batches);
        using var _ = StepMemory.Suspend();
        return Tensor.New(Shape.Create([batches.Count, .. output.Shape.Dimensions[1..]]), output.DType);
    }

    private void CheckRows(Tensor output, ArrayBatches batches)
    {
        if (output.Rank == 0 || output.Shape[0] != batches.BatchLength)
            throw new InvalidOperationException($"Model '{Name}' must give one row per sample. It gave shape {output.Shape} for {batches.BatchLength} samples.");
    }

    private Tensors Named(Tensor[] outputs)
    {
        if (OutputNames is not { } names || names.Distinct().Count() != names.Count) return outputs;
        var named = new Tensors();
        for (var i = 0; i < outputs.Length; i++) named[names[i]] = outputs[i];
        return named;
    }

    /// <summary>Takes one step of training on a batch.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample.</param>
    /// <param name="sampleWeight">How much each sample counts.</param>
    /// <param name="classWeight">How much the samples of a class count, by its number.</param>
    /// <returns>The loss and the metrics of this batch, from before the update.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss.</exception>
    /// <exception cref="ArgumentException">The data is empty or its parts do not fit each other or the model; nothing is changed then.</exception>
    public EvaluationResult TrainOnBatch(Tensors x, Tensors y, Tensors? sampleWeight = null, IReadOnlyDictionary<int, double>? classWeight = null) =>
        OnBatch(x, y, sampleWeight, classWeight, isTraining: true);

    /// <summary>Measures loss and metrics on one batch.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample.</param>
    /// <param name="sampleWeight">How much each sample counts.</param>
    /// <returns>The loss and the metrics.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss.</exception>
    /// <exception cref="ArgumentException">The data is empty or its parts do not fit each other or the model.</exception>
    public EvaluationResult TestOnBatch(Tensors x, Tensors y, Tensors? sampleWeight = null) => OnBatch(x, y, sampleWeight, null, isTraining: false);

    /// <summary>Computes the outputs for one batch. Safe to call from many threads at once.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <returns>The output, one row per sample; of a model with several outputs the first.</returns>
    /// <exception cref="ArgumentException">The data is empty or does not fit the model.</exception>
    public Tensor PredictOnBatch(Tensors x) => Predict(x, Math.Max(1, x is [{ Shape: { Rank: > 0 } shape }, ..] ? shape[0] : 1));

    private EvaluationResult OnBatch(Tensors x, Tensors y, Tensors? sampleWeight, IReadOnlyDictionary<int, double>? classWeight, bool isTraining)
    {
        var batch = DataChecks.Arrange(this, x, y, sampleWeight, classWeight);
        var compilation = RequireCompilation(isTraining ? nameof(TrainOnBatch) : nameof(TestOnBatch));
        lock (_turn)
        {
            Shape[] shapes = [.. batch.Inputs.Select(t => t.Shape)];
            CheckInputs(shapes);
            var step = isTraining ? PrepareTraining(compilation, shapes) : new TrainingStep(this, compilation);
            Begin(step);
            var memory = RentMemory();
            try
            {
                using (memory.Open())
                using (step.Open()) return new EvaluationResult(isTraining ? TrainStep(batch) : TestStep(batch));
            }
            finally
            {
                ReturnMemory(memory);
            }
        }
    }

    private CallbackList Callbacks(IEnumerable<Callback>? callbacks, int? steps, int verbose) =>
        new([.. callbacks ?? [], .. verbose > 0 ? [new ProgbarLogger()] : Array.Empty<Callback>()], this, new RunParameters(1, steps, verbose));

    private StepMemory RentMemory()
    {
        lock (_memories) return _memories.TryPop(out var memory) ? memory : new StepMemory();
    }

    private void ReturnMemory(StepMemory memory)
    {
        lock (_memories) _memories.Push(memory);
    }
}
