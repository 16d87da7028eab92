using System.Globalization;

namespace Descent.Callbacks;

/// <summary>Lowers the learning rate when a value has stopped getting better.</summary>
public sealed class ReduceLROnPlateau : MonitorCallback
{
    private int _cooldown;
    private int _wait;

    /// <summary>Creates the callback.</summary>
    /// <param name="monitor">The name of the value; default <c>"val_loss"</c>.</param>
    public ReduceLROnPlateau(string monitor = "val_loss")
        : base(monitor) => Delta = 1e-4;

    /// <summary>What the learning rate is multiplied with, below 1; default 0.1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The factor is 1 or more.</exception>
    public double Factor
    {
        get;
        init => field = value < 1 ? value : throw new ArgumentOutOfRangeException(
            nameof(value), $"Factor must be below 1. Received: {value.ToString(CultureInfo.InvariantCulture)}.");
    } = 0.1;

    /// <summary>The epochs without getting better after which the rate is lowered; default 10.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>1: says on the console when it acts. Default 0.</summary>
    public int Verbose { get; init; }

    /// <summary>The least difference that counts as better; default 0.0001.</summary>
    public double MinDelta
    {
        get => Delta;
        init => Delta = Math.Abs(value);
    }

    /// <summary>The epochs to wait after the rate was lowered; default 0.</summary>
    public int Cooldown { get; init; }

    /// <summary>The rate below which it is not lowered; default 0.</summary>
    public double MinLR { get; init; }

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        base.OnTrainBegin();
        _cooldown = _wait = 0;
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        logs[LearningRateScheduler.LogName] = Model.Optimizer!.BaseRate;
        if (Read(logs) is not { } current) return;
        if (_cooldown > 0)
        {
            _cooldown--;
            _wait = 0;
        }

        if (IsBetter(current, Best))
        {
            Best = current;
            _wait = 0;
        }
        else if (_cooldown == 0 && ++_wait >= Patience)
        {
            Reduce(epoch);
        }
    }

    /// <inheritdoc/>
    public override TrainingState GetState()
    {
        var state = base.GetState()!;
        state.Values["cooldown"] = _cooldown;
        state.Values["wait"] = _wait;
        return state;
    }

    /// <inheritdoc/>
    public override void SetState(TrainingState state)
    {
        base.SetState(state);
        var reader = state.Reader(nameof(ReduceLROnPlateau));
        (_cooldown, _wait) = (reader.Int("cooldown"), reader.Int("wait"));
    }

    private void Reduce(int epoch)
    {
        var rate = Model.Optimizer!.BaseRate;
        if (rate <= (float)MinLR) return;
        rate = Math.Max(rate * Factor, MinLR);
        Model.Optimizer.LearningRate = rate;
        if (Verbose > 0) Print($"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}.");
        _cooldown = Cooldown;
        _wait = 0;
    }
}
