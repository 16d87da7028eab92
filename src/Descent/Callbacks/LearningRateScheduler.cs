namespace Descent.Callbacks;

/// <summary>Sets the learning rate at the start of each epoch, and records it as <c>"learning_rate"</c>.</summary>
/// <example><code>new LearningRateScheduler((epoch, rate) =&gt; epoch &lt; 10 ? rate : rate * Math.Exp(-0.1))</code></example>
public sealed class LearningRateScheduler : Callback
{
    internal const string LogName = "learning_rate";

    private readonly Func<int, double, double> _schedule;

    /// <summary>Creates the callback.</summary>
    /// <param name="schedule">Gives the rate of an epoch from its number, from 0, and the current rate.</param>
    public LearningRateScheduler(Func<int, double, double> schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        _schedule = schedule;
    }

    /// <summary>1: says the rate of each epoch on the console. Default 0.</summary>
    public int Verbose { get; init; }

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch)
    {
        var optimizer = Model.Optimizer!;
        var rate = _schedule(epoch, optimizer.BaseRate);
        optimizer.LearningRate = rate;
        if (Verbose > 0) Console.WriteLine(FormattableString.Invariant($"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}."));
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs) => logs[LogName] = Model.Optimizer!.BaseRate;
}
