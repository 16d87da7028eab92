using System.Globalization;
using Descent.Data;
using Descent.Monitoring;
using Descent.Training;

namespace Descent.Saving;

/// <summary>A folder of checkpoints, numbered as they were saved. None is ever written to again.</summary>
internal sealed class CheckpointFolder(string path)
{
    private const string Prefix = "checkpoint-";
    private const string DamagedEnding = ".damaged";

    /// <summary>Continues a run from the newest checkpoint that is whole; does nothing if there is none at all.</summary>
    /// <exception cref="InvalidDataException">All checkpoints are damaged.</exception>
    /// <exception cref="InvalidOperationException">It is the checkpoint of another model or other data.</exception>
    public void Restore(TrainingRun run)
    {
        if (!Directory.Exists(path)) return;
        WholeFile.DeleteLeftovers(path, name => name.StartsWith(Prefix, StringComparison.Ordinal));
        var files = Find();
        InvalidDataException? newest = null;
        List<string> damaged = [];
        foreach (var (_, file) in Enumerable.Reverse(files))
        {
            try
            {
                Checkpoint.Read(file).ApplyTo(run);
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
            throw new InvalidDataException($"A checkpoint must be whole for training to go on. All {files.Count} in '{path}' are damaged; delete the folder to begin anew. {newest.Message}", newest);
    }

    /// <summary>Saves a run, and then deletes the oldest checkpoints.</summary>
    /// <param name="run">The run.</param>
    /// <param name="keep">How many checkpoints stay.</param>
    public void Save(TrainingRun run, int keep)
    {
        Directory.CreateDirectory(path);
        var files = Find();
        var number = files.Count == 0 ? 1 : files[^1].Number + 1;
        var file = Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D8}.keras"));
        using (Spans.Checkpoint(file)) Checkpoint.Write(file, run);
        foreach (var (_, old) in files.Take(files.Count + 1 - keep)) File.Delete(old);
    }

    /// <summary>Deletes the checkpoints, the oldest first, and the folder if nothing else is in it.</summary>
    public void Delete()
    {
        if (!Directory.Exists(path)) return;
        foreach (var (_, file) in Find()) File.Delete(file);
        foreach (var file in Directory.EnumerateFiles(path, $"{Prefix}*.keras{DamagedEnding}")) File.Delete(file);
        if (!Directory.EnumerateFileSystemEntries(path).Any()) Directory.Delete(path);
    }

    // From the oldest to the newest.
    private List<(int Number, string File)> Find() =>
        [.. Directory.EnumerateFiles(path, $"{Prefix}*.keras").Select(f => (Number: NumberOf(f), File: f)).Where(f => f.Number > 0).OrderBy(f => f.Number)];

    private static int NumberOf(string file) =>
        int.TryParse(Path.GetFileNameWithoutExtension(file.AsSpan())[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
