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
        foreach (var callback in _callbacks) callback.OnTrainBegin();
    }

    public override void OnTrainEnd(Logs logs)
    {
        foreach (var callback in _callbacks) callback.OnTrainEnd(logs);
    }

    internal override void OnTrainFailed(Exception exception)
    {
        foreach (var callback in _callbacks) callback.OnTrainFailed(exception);
    }

    public override void OnEpochBegin(int epoch)
    {
        foreach (var callback in _callbacks) callback.OnEpochBegin(epoch);
    }

    public override void OnEpochEnd(int epoch, Logs logs)
    {
        foreach (var callback in _callbacks) callback.OnEpochEnd(epoch, logs);
    }

    public override void OnTrainBatchBegin(int batch)
    {
        foreach (var callback in _callbacks) callback.OnTrainBatchBegin(batch);
    }

    public override void OnTrainBatchEnd(int batch, Logs logs)
    {
        foreach (var callback in _callbacks) callback.OnTrainBatchEnd(batch, logs);
    }

    public override void OnTestBegin()
    {
        foreach (var callback in _callbacks) callback.OnTestBegin();
    }

    public override void OnTestEnd(Logs logs)
    {
        foreach (var callback in _callbacks) callback.OnTestEnd(logs);
    }

    public override void OnTestBatchBegin(int batch)
    {
        foreach (var callback in _callbacks) callback.OnTestBatchBegin(batch);
    }

    public override void OnTestBatchEnd(int batch, Logs logs)
    {
        foreach (var callback in _callbacks) callback.OnTestBatchEnd(batch, logs);
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
