namespace Descent.Callbacks;

/// <summary>Ends training when a value has stopped getting better.</summary>
/// <example><code>model.Fit(x, y, epochs: 100, validationSplit: 0.2, callbacks: [new EarlyStopping { Patience = 5, RestoreBestWeights = true }]);</code></example>
public sealed class EarlyStopping : MonitorCallback
{
    private IReadOnlyList<Tensor>? _bestWeights;
    private int _wait;

    /// <summary>Creates the callback.</summary>
    /// <param name="monitor">The name of the value; default <c>"val_loss"</c>.</param>
    public EarlyStopping(string monitor = "val_loss")
        : base(monitor)
    {
    }

    /// <summary>The least difference that counts as better; default 0.</summary>
    public double MinDelta
    {
        get => Delta;
        init => Delta = Math.Abs(value);
    }

    /// <summary>The epochs without getting better after which training ends; default 0.</summary>
    public int Patience { get; init; }

    /// <summary>1: says on the console when it acts. Default 0.</summary>
    public int Verbose { get; init; }

    /// <summary>A value that must be beaten, or training ends after <see cref="Patience"/> epochs; default none.</summary>
    public double? Baseline { get; init; }

    /// <summary>Whether the model gets back the weights of its best epoch in the end; default false.</summary>
    public bool RestoreBestWeights { get; init; }

    /// <summary>The epochs at the beginning that do not count; default 0.</summary>
    public int StartFromEpoch { get; init; }

    /// <summary>The epoch, from 0, that ended training; 0 if it was not ended here.</summary>
    public int StoppedEpoch { get; private set; }

    /// <summary>The epoch, from 0, of the best value.</summary>
    public int BestEpoch { get; private set; }

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        base.OnTrainBegin();
        _wait = StoppedEpoch = BestEpoch = 0;
        _bestWeights = null;
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        if (Read(logs) is not { } current || epoch < StartFromEpoch) return;
        if (RestoreBestWeights && _bestWeights is null) Remember(epoch);
        _wait++;
        if (IsBetter(current, Best))
        {
            Best = current;
            Remember(epoch);
            if (Baseline is null || IsBetter(current, Baseline)) _wait = 0;
            return;
        }

        if (_wait < Patience || epoch == 0) return;
        StoppedEpoch = epoch;
        Model.StopTraining = true;
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs)
    {
        if (StoppedEpoch > 0 && Verbose > 0) Print($"Epoch {StoppedEpoch + 1}: early stopping");
        if (_bestWeights is null) return;
        if (Verbose > 0) Print($"Restoring model weights from the end of the best epoch: {BestEpoch + 1}.");
        Model.SetWeights(_bestWeights);
        _bestWeights = null;
    }

    /// <inheritdoc/>
    public override TrainingState GetState()
    {
        var state = base.GetState()!;
        state.Values["wait"] = _wait;
        state.Values["stopped_epoch"] = StoppedEpoch;
        state.Values["best_epoch"] = BestEpoch;
        state.AddList("weights", _bestWeights ?? []);
        return state;
    }

    /// <inheritdoc/>
    public override void SetState(TrainingState state)
    {
        base.SetState(state);
        var reader = state.Reader(nameof(EarlyStopping));
        (_wait, StoppedEpoch, BestEpoch) = (reader.Int("wait"), reader.Int("stopped_epoch"), reader.Int("best_epoch"));
        _bestWeights = state.List("weights") is { Count: > 0 } weights ? weights : null;
        if (_bestWeights is not null) Model.CheckWeights(_bestWeights);
    }

    private void Remember(int epoch)
    {
        BestEpoch = epoch;
        if (RestoreBestWeights) _bestWeights = Model.GetWeights();
    }
}
