using System.Runtime.CompilerServices;
using Descent.Callbacks;
using Descent.Data;
using Descent.Memory;
using Descent.Monitoring;
using Descent.Training;

namespace Descent;

public partial class Model
{
    private readonly Stack<StepMemory> _memories = [];

    /// <summary>Measures loss and metrics on arrays.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample. Default null: none, for models whose <see cref="TestStep"/> needs none.</param>
    /// <param name="batchSize">The samples of one step, 1 or more. Default 32.</param>
    /// <param name="verbose">0 silent, 1 progress bar, 2 one line. Default 0.</param>
    /// <param name="sampleWeight">How much each sample counts, of shape <c>(samples)</c>; with several outputs once for all, or for each of them.</param>
    /// <param name="steps">How many steps to take. Default null: all.</param>
    /// <param name="callbacks">Called while evaluation runs.</param>
    /// <param name="cancellationToken">Stops after the step that runs.</param>
    /// <returns>The loss, penalties included, and the metrics.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss.</exception>
    /// <exception cref="ArgumentException">The data is empty or its parts do not fit each other or the model, or an argument is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    [OverloadResolutionPriority(1)] // new() { … } could be anything, and means tensors by name
    public EvaluationResult Evaluate(
        Tensors x,
        Tensors? y = null,
        int batchSize = 32,
        int verbose = 0,
        Tensors? sampleWeight = null,
        int? steps = null,
        IEnumerable<Callback>? callbacks = null,
        CancellationToken cancellationToken = default) =>
        Evaluate(() => InOrder(x, y, sampleWeight, batchSize), steps, verbose, callbacks, cancellationToken);

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
    public EvaluationResult Evaluate(IEnumerable<Batch> batches, int? steps = null, int verbose = 0, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default) =>
        Evaluate(() => new EnumerableBatches(this, batches, null), steps, verbose, callbacks, cancellationToken);

    private EvaluationResult Evaluate(Func<BatchSource> data, int? steps, int verbose, IEnumerable<Callback>? callbacks, CancellationToken cancellationToken) => BeginTogether(() =>
    {
        Check.AtLeast(1, steps ?? 1, nameof(steps));
        using var batches = data();
        var compilation = RequireCompilation("Evaluate");
        CheckInputs(batches.InputShapes);
        lock (_turn)
        {
            if (compilation.Company is { } distribution)
            {
                distribution.Begin(this, batches, steps);
                if (!distribution.Leads) (callbacks, verbose) = (null, 0);
            }

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
    });

    private Logs Evaluate(TrainingStep step, BatchSource batches, int? steps, CallbackList callbacks, StepMemory memory, CancellationToken cancellationToken)
    {
        using var span = Spans.Evaluation(this);
        try
        {
            var (logs, batch) = (new Logs(), 0);
            callbacks.OnTestBegin();
            Begin(step);
            batches.Restart();
            for (; batch != steps; batch++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!batches.MoveNext()) break;
                callbacks.OnTestBatchBegin(batch);
                using (memory.Open())
                using (step.Open()) logs = TestStep(batches.Read());
                callbacks.OnTestBatchEnd(batch, logs);
            }

            callbacks.OnTestEnd(logs);
            span.AddResults(logs, batch);
            return logs;
        }
        catch (Exception exception)
        {
            span.Fail(exception);
            throw;
        }
    }

    /// <summary>Takes one step of training on a batch.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample. Default null: none, for models whose <see cref="TrainStep"/> needs none.</param>
    /// <param name="sampleWeight">How much each sample counts.</param>
    /// <param name="classWeight">How much the samples of a class count, by its number.</param>
    /// <returns>The loss and the metrics of this batch, from before the update.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss.</exception>
    /// <exception cref="ArgumentException">The data is empty or its parts do not fit each other or the model; nothing is changed then.</exception>
    public EvaluationResult TrainOnBatch(Tensors x, Tensors? y = null, Tensors? sampleWeight = null, IReadOnlyDictionary<int, double>? classWeight = null) =>
        OnBatch(x, y, sampleWeight, classWeight, isTraining: true);

    /// <summary>Measures loss and metrics on one batch.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample. Default null: none, for models whose <see cref="TestStep"/> needs none.</param>
    /// <param name="sampleWeight">How much each sample counts.</param>
    /// <returns>The loss and the metrics.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled with a loss.</exception>
    /// <exception cref="ArgumentException">The data is empty or its parts do not fit each other or the model.</exception>
    public EvaluationResult TestOnBatch(Tensors x, Tensors? y = null, Tensors? sampleWeight = null) => OnBatch(x, y, sampleWeight, null, isTraining: false);

    private EvaluationResult OnBatch(Tensors x, Tensors? y, Tensors? sampleWeight, IReadOnlyDictionary<int, double>? classWeight, bool isTraining)
    {
        var batch = DataChecks.Arrange(this, x, y, sampleWeight, classWeight);
        var compilation = RequireCompilation(isTraining ? nameof(TrainOnBatch) : nameof(TestOnBatch));
        lock (_turn)
        {
            Shape[] shapes = [.. batch.Inputs.Select(t => t.Shape)];
            CheckInputs(shapes);
            var step = isTraining ? PrepareTraining(compilation, shapes) : new TrainingStep(this, compilation);
            Begin(step);
            if (compilation.Company is { } distribution) batch = distribution.Rows.Take(batch);
            var memory = RentMemory();
            try
            {
                using (memory.Open())
                using (step.Open()) return new EvaluationResult(isTraining ? TakeStep(step, batch) : TestStep(batch));
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
