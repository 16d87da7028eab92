using System.Collections.Frozen;
using Descent.Saving;
using Descent.Training;

namespace Descent.Callbacks;

/// <summary>
/// Saves all that training needs to go on, every epoch or every few steps. A training that was interrupted, by <c>kill -9</c> too, goes on there when the same program is started
/// again, and ends with the same bits as one that was not.
/// </summary>
/// <remarks>
/// <para>
/// Saved are weights and optimizer, the place in the data and its order, random numbers, schedules, the metrics of the running epoch, <see cref="History"/>, and the state of all
/// callbacks: one of your own has one by <see cref="Callback.GetState"/>. What else your code changes while it trains, a second optimizer for example, belongs into the
/// state of a callback.
/// </para>
/// <para>
/// Batches of your own (an <c>IEnumerable&lt;Batch&gt;</c>) must come again as they came, pass by pass: those that were trained on are enumerated and passed over.
/// <see cref="Data.Batches"/> sees to that itself.
/// </para>
/// <para>
/// Each checkpoint is a <c>.keras</c> file of its own, which appears only when it is whole; a model of which Keras has the classes can be loaded from it. If the newest one is
/// damaged, a warning says so and the one before it is used. One folder serves one training at a time, which a second one is told.
/// </para>
/// <para>
/// When <c>Fit</c> ends, checkpoints are deleted, so that the next one begins anew. What the program does after it, such as to save the model, must then be done again from the
/// beginning if it is killed just there: set <see cref="DeleteCheckpoint"/> to false, and call <see cref="Delete"/> when all is done.
/// </para>
/// </remarks>
/// <example><code>
/// var backup = new BackupAndRestore("backup") { SaveFreq = 100, DeleteCheckpoint = false };
/// model.Fit(x, y, epochs: 50, callbacks: [backup]);
/// model.Save("model.keras");
/// backup.Delete();
/// </code></example>
#pragma warning disable CA1001 // Fit disposes of the folder when its run ends, in whatever way.
public sealed class BackupAndRestore : Callback
#pragma warning restore CA1001
{
    private int _steps;
    private TrainingRun? _run;
    private CheckpointFolder? _folder; // while it trains

    /// <summary>Creates the callback.</summary>
    /// <param name="backupDir">The folder of the checkpoints, which no other training uses. It is created when it is needed.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public BackupAndRestore(string backupDir)
    {
        ArgumentException.ThrowIfNullOrEmpty(backupDir);
        BackupDir = backupDir;
    }

    /// <summary>The folder of the checkpoints.</summary>
    public string BackupDir { get; }

    /// <summary>When to save: <c>"epoch"</c>, the default, or after a number of steps, 1 or more, counted across epochs.</summary>
    public SaveFrequency SaveFreq { get; init; }

    /// <summary>How many checkpoints are kept, the newest ones, 1 or more. Default 2: one in reserve.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public int Keep
    {
        get;
        init
        {
            Check.AtLeast(1, value, nameof(Keep));
            field = value;
        }
    } = 2;

    /// <summary>Whether checkpoints are deleted when training has ended. Default true.</summary>
    public bool DeleteCheckpoint { get; init; } = true;

    /// <summary>
    /// Whether the arrays given to Fit must hold the numbers that they held when the checkpoint was made. Default true: other data of the same shapes are an error. False: training
    /// goes on with what they hold now. Batches of your own are compared by their number and shapes alone.
    /// </summary>
    public bool RequireSameData { get; init; } = true;

    /// <summary>What the user of a command gave: a checkpoint of other settings is refused in their words.</summary>
    internal IReadOnlyDictionary<string, string> Settings { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Deletes the checkpoints, and the folder if nothing else is in it. Another training that has taken the folder since Fit has ended keeps them.</summary>
    /// <exception cref="IOException">A file cannot be deleted.</exception>
    public void Delete()
    {
        if (_folder is not null)
        {
            _folder.Delete();
        }
        else if (Directory.Exists(BackupDir))
        {
            using var folder = CheckpointFolder.TryOpen(BackupDir);
            folder?.Delete();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The checkpoint is that of another model or other data, or the model is not built.</exception>
    /// <exception cref="InvalidDataException">There are checkpoints, and all are damaged.</exception>
    /// <exception cref="IOException">Another training has the folder, or it cannot be made.</exception>
    public override void OnTrainBegin()
    {
        _steps = 0;
        if (Model.Weights.Count == 0)
            throw new InvalidOperationException($"Model '{Model.Name}' must be built before Fit, so that BackupAndRestore can restore its weights. Give its layers an InputShape, or call Build with the input's shape.");
        _folder = CheckpointFolder.Open(BackupDir);
        _folder.Restore(_run!, RequireSameData);
    }

    internal override bool ActsInBatches => SaveFreq.Steps is not null;

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, Logs logs)
    {
        if (SaveFreq.CountStep(ref _steps)) Save();
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        if (SaveFreq.Steps is null) Save();
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs)
    {
        if (DeleteCheckpoint) Delete();
    }

    /// <summary>Tells of the run of Fit that begins.</summary>
    internal void Begin(TrainingRun run) => _run = run;

    /// <summary>Leaves the folder to others: the run has ended, in whatever way.</summary>
    internal void End()
    {
        _folder?.Dispose();
        (_run, _folder) = (null, null);
    }

    private void Save() => _folder!.Save(_run!, Keep);
}
