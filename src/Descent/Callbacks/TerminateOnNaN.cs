namespace Descent.Callbacks;

/// <summary>Ends training when the loss is NaN or infinite.</summary>
public sealed class TerminateOnNaN : Callback
{
    /// <summary>Whether an exception ends it, so that no other callback takes the result for good; default false.</summary>
    public bool RaiseError { get; init; }

    internal override bool ActsInBatches => true;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The loss is not finite and <see cref="RaiseError"/> is set.</exception>
    public override void OnTrainBatchEnd(int batch, Logs logs)
    {
        var loss = logs[Training.MetricSet.LossName];
        if (double.IsFinite(loss)) return;
        if (RaiseError)
            throw new InvalidOperationException(FormattableString.Invariant($"The loss must be finite. It is {loss} at batch {batch}: try a lower learning rate, or look for NaN in the data."));
        Console.WriteLine(FormattableString.Invariant($"Batch {batch}: Invalid loss, terminating training"));
        Model.StopTraining = true;
    }
}
