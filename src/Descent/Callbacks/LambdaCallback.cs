namespace Descent.Callbacks;

/// <summary>A callback made of functions.</summary>
/// <example><code>new LambdaCallback { EpochEnd = (epoch, logs) =&gt; Console.WriteLine(logs["loss"]) }</code></example>
public sealed class LambdaCallback : Callback
{
    /// <summary>Called when training begins.</summary>
    public Action? TrainBegin { get; init; }

    /// <summary>Called when training ends, with the values of the last epoch.</summary>
    public Action<Logs>? TrainEnd { get; init; }

    /// <summary>Called when an epoch begins, with its number from 0.</summary>
    public Action<int>? EpochBegin { get; init; }

    /// <summary>Called when an epoch ends, with its number from 0 and its values.</summary>
    public Action<int, Logs>? EpochEnd { get; init; }

    /// <summary>Called when a step of training begins, with its number from 0.</summary>
    public Action<int>? TrainBatchBegin { get; init; }

    /// <summary>Called when a step of training ends, with its number from 0 and the values so far.</summary>
    public Action<int, Logs>? TrainBatchEnd { get; init; }

    internal override bool ActsInBatches => true;

    /// <inheritdoc/>
    public override void OnTrainBegin() => TrainBegin?.Invoke();

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs) => TrainEnd?.Invoke(logs);

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch) => EpochBegin?.Invoke(epoch);

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs) => EpochEnd?.Invoke(epoch, logs);

    /// <inheritdoc/>
    public override void OnTrainBatchBegin(int batch) => TrainBatchBegin?.Invoke(batch);

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, Logs logs) => TrainBatchEnd?.Invoke(batch, logs);
}
