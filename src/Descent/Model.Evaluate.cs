using Descent.Callbacks;
using Descent.Data;
using Descent.Memory;
using Descent.Training;

namespace Descent;

public abstract partial class Model
{
    private readonly Stack<StepMemory> _memories = [];

    /// <summary>Measures loss and metrics on arrays.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample.</param>
    /// <param name="batchSize">The samples of one step, 1 or more. Default 32.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line. Default 0.</param>
    /// <param name="sampleWeight">How much each sample counts, of shape <c>(samples)</c>.</param>
    /// <param name="callbacks">Called while evaluation runs.</param>
    /// <param name="cancellationToken">Stops after the step that runs.</param>
    /// <returns>The loss, penalties included, and the metrics.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss.</exception>
    /// <exception cref="ArgumentException">The data is empty or its parts do not fit each other or the model, or an argument is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EvaluationResult Evaluate(
        Tensor x,
        Tensor y,
        int batchSize = 32,
        int verbose = 0,
        Tensor? sampleWeight = null,
        IEnumerable<Callback>? callbacks = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(y);
        DataChecks.Check(x, y, sampleWeight);
        DataChecks.CheckBatchSize(batchSize);
        using var batches = new ArrayBatches(x, y, sampleWeight, 0, x.Shape[0], batchSize, null);
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
        using var source = new EnumerableBatches(batches, null);
        return Evaluate(source, steps, verbose, callbacks, cancellationToken);
    }

    private EvaluationResult Evaluate(BatchSource batches, int? steps, int verbose, IEnumerable<Callback>? callbacks, CancellationToken cancellationToken)
    {
        var compilation = RequireCompilation("Evaluate");
        CheckInput(batches.InputShape);
        lock (_turn)
        {
            var memory = RentMemory();
            try
            {
                var all = Callbacks(callbacks, steps ?? batches.Steps, Verbosity(verbose));
                return new EvaluationResult(Evaluate(new TrainingStep(this, compilation), compilation, batches, steps, all, memory, cancellationToken));
            }
            finally
            {
                ReturnMemory(memory);
            }
        }
    }

    private static Logs Evaluate(TrainingStep step, Compilation compilation, BatchSource batches, int? steps, CallbackList callbacks, StepMemory memory, CancellationToken cancellationToken)
    {
        var logs = new Logs();
        callbacks.OnTestBegin();
        compilation.Metrics?.Reset();
        batches.Restart();
        for (var batch = 0; batch != steps; batch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!batches.MoveNext()) break;
            callbacks.OnTestBatchBegin(batch);
            using (memory.Open()) step.Test(batches.Read());
            logs.Refresh(compilation.Metrics!);
            callbacks.OnTestBatchEnd(batch, logs);
        }

        callbacks.OnTestEnd(logs);
        return logs;
    }

    /// <summary>Computes the outputs for inputs. Safe to call from many threads at once.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="batchSize">The samples of one step, 1 or more; it changes speed, not results. Default 32.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line. Default 0.</param>
    /// <param name="callbacks">Called while prediction runs.</param>
    /// <param name="cancellationToken">Stops after the step that runs.</param>
    /// <returns>The outputs, one row per sample.</returns>
    /// <exception cref="ArgumentException">The data is empty or does not fit the model, or an argument is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Tensor Predict(Tensor x, int batchSize = 32, int verbose = 0, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default)
    {
        DataChecks.Check(x, null, null);
        DataChecks.CheckBatchSize(batchSize);
        using var batches = new ArrayBatches(x, null, null, 0, x.Shape[0], batchSize, null);
        CheckInput(batches.InputShape);
        var all = Callbacks(callbacks, batches.Steps, Verbosity(verbose));
        var memory = RentMemory();
        try
        {
            return Predict(batches, all, memory, cancellationToken);
        }
        finally
        {
            ReturnMemory(memory);
        }
    }

    private Tensor Predict(ArrayBatches batches, CallbackList callbacks, StepMemory memory, CancellationToken cancellationToken)
    {
        Tensor? result = null;
        var cells = 0;
        callbacks.OnPredictBegin();
        for (var batch = 0; ; batch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!batches.MoveNext()) break;
            callbacks.OnPredictBatchBegin(batch);
            using (memory.Open())
            {
                var outputs = Call(batches.ReadInputs());
                if (outputs.Rank == 0 || outputs.Shape[0] != batches.BatchLength)
                    throw new InvalidOperationException($"Model '{Name}' must give one row per sample. It gave shape {outputs.Shape} for {batches.BatchLength} samples.");
                result ??= NewResult(outputs, batches.Count);
                outputs.Cells.CopyTo(result.Cells[cells..]);
                cells += outputs.Cells.Length;
                callbacks.OnPredictBatchEnd(batch, outputs);
            }
        }

        callbacks.OnPredictEnd();
        return result!;
    }

    /// <summary>Takes one step of training on a batch.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample.</param>
    /// <param name="sampleWeight">How much each sample counts.</param>
    /// <param name="classWeight">How much the samples of a class count, by its number.</param>
    /// <returns>The loss and the metrics of this batch, from before the update.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss.</exception>
    /// <exception cref="ArgumentException">The data is empty or its parts do not fit each other or the model; nothing is changed then.</exception>
    public EvaluationResult TrainOnBatch(Tensor x, Tensor y, Tensor? sampleWeight = null, IReadOnlyDictionary<int, double>? classWeight = null)
    {
        ArgumentNullException.ThrowIfNull(y);
        DataChecks.Check(x, y, sampleWeight);
        if (classWeight is not null && sampleWeight is not null) throw DataChecks.TwoWeights();
        return OnBatch(x, y, classWeight is null ? sampleWeight : ClassWeights.ToSampleWeights(y, classWeight), isTraining: true);
    }

    /// <summary>Measures loss and metrics on one batch.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample.</param>
    /// <param name="sampleWeight">How much each sample counts.</param>
    /// <returns>The loss and the metrics.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss.</exception>
    /// <exception cref="ArgumentException">The data is empty or its parts do not fit each other or the model.</exception>
    public EvaluationResult TestOnBatch(Tensor x, Tensor y, Tensor? sampleWeight = null) => OnBatch(x, y, sampleWeight, isTraining: false);

    /// <summary>Computes the outputs for one batch. Safe to call from many threads at once.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <returns>The outputs, one row per sample.</returns>
    /// <exception cref="ArgumentException">The data is empty or does not fit the model.</exception>
    public Tensor PredictOnBatch(Tensor x) => Predict(x, Math.Max(1, x?.Shape is { Rank: > 0 } shape ? shape[0] : 1));

    private EvaluationResult OnBatch(Tensor x, Tensor y, Tensor? sampleWeight, bool isTraining)
    {
        ArgumentNullException.ThrowIfNull(y);
        DataChecks.Check(x, y, sampleWeight);
        var compilation = RequireCompilation(isTraining ? nameof(TrainOnBatch) : nameof(TestOnBatch));
        lock (_turn)
        {
            CheckInput(x.Shape);
            var step = isTraining ? PrepareTraining(compilation, x.Shape) : new TrainingStep(this, compilation);
            compilation.Metrics?.Reset();
            var memory = RentMemory();
            try
            {
                var batch = new Batch(x, y, sampleWeight);
                using (memory.Open())
                {
                    if (isTraining) step.Train(batch);
                    else step.Test(batch);
                }

                var logs = new Logs();
                compilation.Metrics!.WriteTo(logs);
                return new EvaluationResult(logs);
            }
            finally
            {
                ReturnMemory(memory);
            }
        }
    }

    private CallbackList Callbacks(IEnumerable<Callback>? callbacks, int? steps, int verbose) =>
        new([.. callbacks ?? [], .. verbose > 0 ? [new ProgbarLogger()] : Array.Empty<Callback>()], this, new RunParameters(1, steps, verbose));

    private static Tensor NewResult(Tensor outputs, int rows)
    {
        using var _ = StepMemory.Suspend();
        return Tensor.New(Shape.Create([rows, .. outputs.Shape.Dimensions[1..]]), outputs.DType);
    }

    private StepMemory RentMemory()
    {
        lock (_memories) return _memories.TryPop(out var memory) ? memory : new StepMemory();
    }

    private void ReturnMemory(StepMemory memory)
    {
        lock (_memories) _memories.Push(memory);
    }
}
