using System.Globalization;
using Descent.Data;
using Descent.Monitoring;
using Descent.Training;

namespace Descent.Saving;

/// <summary>
/// A folder of checkpoints, numbered as they were saved. None is ever written to again. The folder is this object's alone until it is disposed: a file is held open,
/// which the system closes when the process ends, however it ends.
/// </summary>
internal sealed class CheckpointFolder : IDisposable
{
    private const string Prefix = "checkpoint-";
    private const string DamagedEnding = ".damaged";
    private const string LockFile = "training.lock";

    private readonly string _path;
    private readonly FileStream _lock;

    private CheckpointFolder(string path, FileStream held) => (_path, _lock) = (path, held);

    /// <summary>Opens a folder, which is made if it is not there.</summary>
    /// <exception cref="IOException">Another training has it, or it is a file or cannot be made.</exception>
    public static CheckpointFolder Open(string path) => TryOpen(path) ?? throw new IOException(
        $"A folder of checkpoints must serve one training at a time. Received: '{path}', in which another one is running. Wait until it has ended, or give this one a folder of its own.");

    /// <summary>Opens a folder, which is made if it is not there.</summary>
    /// <returns>The folder; null if another training has it.</returns>
    /// <exception cref="IOException">It is a file or cannot be made.</exception>
    public static CheckpointFolder? TryOpen(string path)
    {
        if (File.Exists(path)) throw new IOException($"The path of checkpoints must be that of a folder. Received: '{path}', which is a file.");
        Directory.CreateDirectory(path);
        var file = Path.Combine(path, LockFile);
        try
        {
            return new CheckpointFolder(path, new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose));
        }
        catch (IOException) when (File.Exists(file))
        {
            return null;
        }
    }

    /// <summary>Continues a run from the newest checkpoint that is whole; does nothing if there is none at all.</summary>
    /// <param name="run">The run.</param>
    /// <param name="requireSameData">Whether arrays must hold what they held.</param>
    /// <exception cref="InvalidDataException">No checkpoint can be used.</exception>
    /// <exception cref="OtherTrainingException">It is the checkpoint of another model or other data.</exception>
    public void Restore(TrainingRun run, bool requireSameData)
    {
        WholeFile.DeleteLeftovers(_path, name => name.StartsWith(Prefix, StringComparison.Ordinal));
        var files = Find();
        InvalidDataException? newest = null;
        List<string> damaged = [];
        foreach (var (_, file) in Enumerable.Reverse(files))
        {
            try
            {
                Checkpoint.Read(file).ApplyTo(run, requireSameData);
                run.Compilation.Distribution?.Restored(file);
                foreach (var bad in damaged) File.Move(bad, bad + DamagedEnding, overwrite: true); // it must not count among those that are kept
                return;
            }
            catch (InvalidDataException e)
            {
                newest ??= e;
                damaged.Add(file);
                DescentLog.Warn<CheckpointFolder>($"A checkpoint is damaged and passed over. {e.Message}");
            }
        }

        if (newest is not null)
            throw new InvalidDataException($"A checkpoint must be whole for training to go on. None of the {files.Count} in '{_path}' can be used; delete the folder to begin anew. {newest.Message}", newest);
    }

    /// <summary>Saves a run, and then deletes the oldest checkpoints.</summary>
    /// <param name="run">The run.</param>
    /// <param name="keep">How many checkpoints stay.</param>
    public void Save(TrainingRun run, int keep)
    {
        var files = Find();
        var number = files.Count == 0 ? 1 : files[^1].Number + 1;
        var file = Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D8}.keras"));
        using (Spans.Checkpoint(file)) Checkpoint.Write(file, run);
        foreach (var (_, old) in files.Take(files.Count + 1 - keep)) File.Delete(old);
    }

    /// <summary>Deletes the checkpoints, the oldest first.</summary>
    public void Delete()
    {
        foreach (var (_, file) in Find()) File.Delete(file);
        foreach (var file in Directory.EnumerateFiles(_path, $"{Prefix}*.keras{DamagedEnding}")) File.Delete(file);
    }

    /// <summary>Leaves the folder to others, and takes it away if nothing is in it.</summary>
    public void Dispose()
    {
        _lock.Dispose();
        try
        {
            if (!Directory.EnumerateFileSystemEntries(_path).Any()) Directory.Delete(_path);
        }
        catch (IOException)
        {
            // Another training has just taken it, or it is gone.
        }
    }

    // From the oldest to the newest.
    private List<(int Number, string File)> Find() =>
        [.. Directory.EnumerateFiles(_path, $"{Prefix}*.keras").Select(f => (Number: NumberOf(f), File: f)).Where(f => f.Number > 0).OrderBy(f => f.Number)];

    private static int NumberOf(string file) =>
        int.TryParse(Path.GetFileNameWithoutExtension(file.AsSpan())[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
