using Descent.Callbacks;

namespace Descent.Cli;

/// <summary>Stands in each checkpoint with the place of the training, which a run that goes on tells the user.</summary>
/// <param name="say">Takes a line of text.</param>
internal sealed class Resumption(Action<string> say) : Callback
{
    private const string EpochKey = "epoch";
    private const string BatchKey = "batch";

    private int _epoch;
    private int _done;

    public override void OnEpochBegin(int epoch) => (_epoch, _done) = (epoch, 0);

    public override void OnTrainBatchEnd(int batch, Logs logs) => _done = batch + 1;

    public override TrainingState GetState() => new() { Values = { [EpochKey] = _epoch, [BatchKey] = _done } };

    public override void SetState(TrainingState state)
    {
        var reader = state.Reader("the command");
        (_epoch, _done) = (reader.Int(EpochKey), reader.Int(BatchKey));
        say($"Going on from epoch {_epoch + 1}, batch {_done}.");
    }
}
