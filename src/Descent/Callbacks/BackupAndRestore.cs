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
/// damaged, a warning says so and the one before it is used. One folder serves one training at a time.
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
public sealed class BackupAndRestore : Callback
{
    private int _steps;

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

    /// <summary>The run of Fit, which sets it.</summary>
    internal TrainingRun? Run { get; set; }

    private CheckpointFolder Folder => new(BackupDir);

    /// <summary>Deletes the checkpoints, and the folder if nothing else is in it.</summary>
    /// <exception cref="IOException">A file cannot be deleted.</exception>
    public void Delete() => Folder.Delete();

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The checkpoint is that of another model or other data, or the model is not built.</exception>
    /// <exception cref="InvalidDataException">There are checkpoints, and all are damaged.</exception>
    public override void OnTrainBegin()
    {
        _steps = 0;
        if (Model.Weights.Count == 0)
            throw new InvalidOperationException($"Model '{Model.Name}' must be built before Fit, so that BackupAndRestore can restore its weights. Give its layers an InputShape, or call Build with the input's shape.");
        Folder.Restore(Run!);
    }

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
        Run = null;
    }

    private void Save() => Folder.Save(Run!, Keep);
}
