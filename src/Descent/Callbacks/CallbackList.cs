using Descent.Distribution;

namespace Descent.Callbacks;

/// <summary>Calls callbacks in order.</summary>
internal sealed class CallbackList : Callback
{
    private readonly Callback[] _callbacks;

    public CallbackList(IEnumerable<Callback> callbacks, Model model, RunParameters parameters)
    {
        _callbacks = [.. callbacks];
        if (Array.IndexOf(_callbacks, null) is var missing and >= 0)
            throw new ArgumentException($"Each of the callbacks must be an object. Received: null at position {missing}.", nameof(callbacks));
        foreach (var callback in _callbacks) callback.Enter(model, parameters);
    }

    /// <summary>Where the model is trained by several ranks: makes what callbacks decide on one of them hold on all.</summary>
    public Conductor? Conductor { get; init; }

    /// <summary>The callbacks by their names in checkpoints: that of the class, and a number from the second of a class on.</summary>
    public IEnumerable<(string Name, Callback Callback)> Named
    {
        get
        {
            var used = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var callback in _callbacks)
            {
                var name = callback.GetType().Name;
                var number = used[name] = used.GetValueOrDefault(name) + 1;
                yield return (number == 1 ? name : FormattableString.Invariant($"{name}_{number}"), callback);
            }
        }
    }

    public override void OnTrainBegin()
    {
        Conductor?.Before();
        foreach (var callback in _callbacks) callback.OnTrainBegin();
        Conductor?.After();
    }

    public override void OnTrainEnd(Logs logs)
    {
        Conductor?.Before();
        foreach (var callback in _callbacks) callback.OnTrainEnd(logs);
        Conductor?.After();
    }

    internal override void OnTrainFailed(Exception exception)
    {
        Conductor?.Fail(exception);
        foreach (var callback in _callbacks) callback.OnTrainFailed(exception);
    }

    public override void OnEpochBegin(int epoch)
    {
        Conductor?.Before();
        foreach (var callback in _callbacks) callback.OnEpochBegin(epoch);
        Conductor?.After();
    }

    public override void OnEpochEnd(int epoch, Logs logs)
    {
        Conductor?.Before(logs);
        foreach (var callback in _callbacks) callback.OnEpochEnd(epoch, logs);
        Conductor?.After(logs);
    }

    public override void OnTrainBatchBegin(int batch)
    {
        Conductor?.Before(inBatch: true);
        foreach (var callback in _callbacks) callback.OnTrainBatchBegin(batch);
        Conductor?.After(inBatch: true);
    }

    public override void OnTrainBatchEnd(int batch, Logs logs)
    {
        Conductor?.Before(inBatch: true);
        foreach (var callback in _callbacks) callback.OnTrainBatchEnd(batch, logs);
        Conductor?.After(inBatch: true);
    }

    public override void OnTestBegin()
    {
        Conductor?.Before();
        foreach (var callback in _callbacks) callback.OnTestBegin();
        Conductor?.After();
    }

    public override void OnTestEnd(Logs logs)
    {
        Conductor?.Before();
        foreach (var callback in _callbacks) callback.OnTestEnd(logs);
        Conductor?.After();
    }

    public override void OnTestBatchBegin(int batch)
    {
        Conductor?.Before(inBatch: true);
        foreach (var callback in _callbacks) callback.OnTestBatchBegin(batch);
        Conductor?.After(inBatch: true);
    }

    public override void OnTestBatchEnd(int batch, Logs logs)
    {
        Conductor?.Before(inBatch: true);
        foreach (var callback in _callbacks) callback.OnTestBatchEnd(batch, logs);
        Conductor?.After(inBatch: true);
    }

    public override void OnPredictBegin()
    {
        foreach (var callback in _callbacks) callback.OnPredictBegin();
    }

    public override void OnPredictEnd()
    {
        foreach (var callback in _callbacks) callback.OnPredictEnd();
    }

    public override void OnPredictBatchBegin(int batch)
    {
        foreach (var callback in _callbacks) callback.OnPredictBatchBegin(batch);
    }

    public override void OnPredictBatchEnd(int batch, Tensor outputs)
    {
        foreach (var callback in _callbacks) callback.OnPredictBatchEnd(batch, outputs);
    }
}
