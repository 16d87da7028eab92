using System.Text.Json.Nodes;
using Descent.Callbacks;

namespace Descent.Cli;

/// <summary>Stands in each checkpoint with the command that made it: a run goes on if the same one is given again, and says from where.</summary>
/// <param name="folder">The folder of the checkpoints.</param>
/// <param name="command">What decides the training: options and the table, by name.</param>
/// <param name="say">Takes a line of text.</param>
internal sealed class Resumption(string folder, IReadOnlyDictionary<string, string> command, Action<string> say) : Callback
{
    private const string CommandKey = "command";
    private const string EpochKey = "epoch";
    private const string BatchKey = "batch";

    private int _epoch;
    private int _done;

    public override void OnEpochBegin(int epoch) => (_epoch, _done) = (epoch, 0);

    public override void OnTrainBatchEnd(int batch, Logs logs) => _done = batch + 1;

    public override TrainingState GetState() => new()
    {
        Values =
        {
            [CommandKey] = new JsonObject(command.Select(option => KeyValuePair.Create(option.Key, (JsonNode?)option.Value))),
            [EpochKey] = _epoch,
            [BatchKey] = _done,
        },
    };

    /// <inheritdoc/>
    /// <exception cref="UsageException">The checkpoint was made by another command.</exception>
    public override void SetState(TrainingState state)
    {
        var reader = state.Reader("the command");
        (_epoch, _done) = (reader.Int(EpochKey), reader.Int(BatchKey));
        var before = reader.Object(CommandKey).ToDictionary(option => option.Key, option => option.Value?.ToString() ?? "");
        string[] changes = [.. before.Keys.Union(command.Keys).Where(name => before.GetValueOrDefault(name) != command.GetValueOrDefault(name))
            .Select(name => $"{name} was {before.GetValueOrDefault(name, "not given")} and is {command.GetValueOrDefault(name, "not given")}")];
        if (changes.Length > 0)
            throw new UsageException($"--checkpoint must be the folder of the same command, to go on, or an empty one. Received: '{folder}', where {string.Join("; ", changes)}.");
        say($"Going on from epoch {_epoch + 1}, batch {_done}.");
    }
}
