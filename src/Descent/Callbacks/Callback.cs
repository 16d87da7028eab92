namespace Descent.Callbacks;

/// <summary>What a run was asked to do.</summary>
/// <param name="Epochs">The epoch after which training ends; 1 for evaluation and prediction.</param>
/// <param name="Steps">The steps of an epoch; null if unknown.</param>
/// <param name="Verbose">0 silent, 1 progress bar, 2 one line per epoch.</param>
public sealed record RunParameters(int Epochs, int? Steps, int Verbose);

/// <summary>Is called while a model is trained, evaluated or used. Derive from it and override what is of interest.</summary>
/// <remarks>Epochs and batches count from 0. Metrics are worked out when logs are read, so a hook that does not read them costs nothing.</remarks>
public abstract class Callback
{
    private Model? _model;

    /// <summary>The model of the current run.</summary>
    /// <exception cref="InvalidOperationException">No run has begun.</exception>
    public Model Model => _model ?? throw new InvalidOperationException($"{GetType().Name} has no model yet: pass it to Fit, Evaluate or Predict.");

    /// <summary>What the current run was asked to do.</summary>
    public RunParameters Params { get; private set; } = new(1, null, 0);

    /// <summary>Whether it may decide something when a batch begins or ends: whether the ranks of a distributed training must agree there.</summary>
    internal virtual bool ActsInBatches => GetType().Assembly != typeof(Callback).Assembly;

    /// <summary>Training begins.</summary>
    public virtual void OnTrainBegin()
    {
    }

    /// <summary>Training ends, early or not; not called when it fails or is cancelled.</summary>
    /// <param name="logs">The values of the last epoch.</param>
    public virtual void OnTrainEnd(Logs logs)
    {
    }

    /// <summary>An epoch begins.</summary>
    /// <param name="epoch">From 0.</param>
    public virtual void OnEpochBegin(int epoch)
    {
    }

    /// <summary>An epoch ends, validation included.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="logs">The values of the epoch; values added here are recorded.</param>
    public virtual void OnEpochEnd(int epoch, Logs logs)
    {
    }

    /// <summary>A step of training begins.</summary>
    /// <param name="batch">From 0, within the epoch.</param>
    public virtual void OnTrainBatchBegin(int batch)
    {
    }

    /// <summary>A step of training ends.</summary>
    /// <param name="batch">From 0, within the epoch.</param>
    /// <param name="logs">The values of the epoch so far.</param>
    public virtual void OnTrainBatchEnd(int batch, Logs logs)
    {
    }

    /// <summary>Evaluation begins, also that of the validation data.</summary>
    public virtual void OnTestBegin()
    {
    }

    /// <summary>Evaluation ends.</summary>
    /// <param name="logs">The values.</param>
    public virtual void OnTestEnd(Logs logs)
    {
    }

    /// <summary>A step of evaluation begins.</summary>
    /// <param name="batch">From 0.</param>
    public virtual void OnTestBatchBegin(int batch)
    {
    }

    /// <summary>A step of evaluation ends.</summary>
    /// <param name="batch">From 0.</param>
    /// <param name="logs">The values so far.</param>
    public virtual void OnTestBatchEnd(int batch, Logs logs)
    {
    }

    /// <summary>Prediction begins.</summary>
    public virtual void OnPredictBegin()
    {
    }

    /// <summary>Prediction ends.</summary>
    public virtual void OnPredictEnd()
    {
    }

    /// <summary>A step of prediction begins.</summary>
    /// <param name="batch">From 0.</param>
    public virtual void OnPredictBatchBegin(int batch)
    {
    }

    /// <summary>A step of prediction ends.</summary>
    /// <param name="batch">From 0.</param>
    /// <param name="outputs">The predictions of this batch; they live until the hook returns.</param>
    public virtual void OnPredictBatchEnd(int batch, Tensor outputs)
    {
    }

    /// <summary>
    /// What the callback must know to go on in another process: counters, best values. <see cref="BackupAndRestore"/> asks after a step or an epoch, when all hooks have run.
    /// Default null: nothing.
    /// </summary>
    /// <example><code>
    /// sealed class Counter : Callback
    /// {
    ///     private int _steps;
    ///
    ///     public override void OnTrainBatchEnd(int batch, Logs logs) =&gt; _steps++;
    ///
    ///     public override TrainingState GetState() =&gt; new() { Values = { ["steps"] = _steps } };
    ///
    ///     public override void SetState(TrainingState state) =&gt; _steps = state.Values["steps"]!.GetValue&lt;int&gt;();
    /// }
    /// </code></example>
    public virtual TrainingState? GetState() => null;

    /// <summary>
    /// Goes on from a state. Called after <see cref="OnTrainBegin"/> when a training continues, and only if there is a state of this callback; the hooks that ran before it was taken
    /// are not called again, <see cref="OnEpochBegin"/> of an epoch that had begun among them.
    /// </summary>
    /// <param name="state">What <see cref="GetState"/> gave.</param>
    public virtual void SetState(TrainingState state)
    {
    }

    /// <summary>Training has failed, or was cancelled. The exception goes on to who called Fit.</summary>
    internal virtual void OnTrainFailed(Exception exception)
    {
    }

    internal void Enter(Model model, RunParameters parameters) => (_model, Params) = (model, parameters);
}
