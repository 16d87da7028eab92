using System.Globalization;
using Descent.Training;

namespace Descent.Callbacks;

/// <summary>Whether a monitored value should fall or rise.</summary>
public enum MonitorMode
{
    /// <summary>By the name: losses and errors should fall, accuracies rise.</summary>
    Auto,

    /// <summary>It should fall.</summary>
    Min,

    /// <summary>It should rise.</summary>
    Max,
}

/// <summary>Watches one value from epoch to epoch. Base of <see cref="EarlyStopping"/>, <see cref="ReduceLROnPlateau"/> and <see cref="ModelCheckpoint"/>.</summary>
public abstract class MonitorCallback : Callback
{
    private bool _rises;
    private bool _warned;

    private protected MonitorCallback(string monitor)
    {
        ArgumentException.ThrowIfNullOrEmpty(monitor);
        Monitor = monitor;
    }

    /// <summary>The name of the value: <c>"val_loss"</c>, <c>"accuracy"</c>.</summary>
    public string Monitor { get; }

    /// <summary>Whether the value should fall or rise; default by its name.</summary>
    public MonitorMode Mode { get; init; }

    /// <summary>The best value so far; null before there is one.</summary>
    public double? Best { get; private protected set; }

    private protected double Delta { get; init; }

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        Best = null;
        _warned = false;
    }

    /// <inheritdoc/>
    public override TrainingState? GetState() => new() { Values = { ["best"] = TrainingState.Write(Best) } };

    /// <inheritdoc/>
    public override void SetState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Best = TrainingState.Read(state.Values["best"]);
    }

    /// <summary>The value of an epoch; null, with one warning, if it was not measured.</summary>
    private protected double? Read(Logs logs)
    {
        // Before the value is looked up: a mistyped name is an error then, as in Keras.
        _rises = MetricDirections.Rises(Model, Monitor, Mode, GetType().Name);
        if (logs.TryGetValue(Monitor, out var value)) return value;
        if (!_warned)
            DescentLog.Warn<MonitorCallback>($"{GetType().Name} monitors '{Monitor}', which is not measured.{KerasNames.DidYouMean(Monitor, logs.Keys)} Measured: {string.Join(", ", logs.Keys)}.");
        _warned = true;
        return null;
    }

    /// <summary>Whether a value is better than another by more than the least difference; better than none it always is.</summary>
    private protected bool IsBetter(double value, double? reference) =>
        reference is not { } other || (_rises ? value - Delta > other : value + Delta < other);

    private protected static void Print(FormattableString message) => Console.WriteLine(message.ToString(CultureInfo.InvariantCulture));
}
