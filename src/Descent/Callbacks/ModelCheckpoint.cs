using System.Globalization;
using System.Text.Json.Nodes;
using Descent.Data;
using Descent.Monitoring;

namespace Descent.Callbacks;

/// <summary>Saves the model, or its weights, while it is trained: after each epoch or every few steps, always or when a value has become better.</summary>
/// <remarks>Files are whole or not there. To go on with an interrupted training as if nothing had happened, take <see cref="BackupAndRestore"/>.</remarks>
/// <example><code>
/// new ModelCheckpoint("model.{epoch:02d}-{val_loss:.2f}.keras") { Keep = 3 }
/// new ModelCheckpoint("best.keras", monitor: "val_accuracy") { SaveBestOnly = true }
/// </code></example>
public sealed class ModelCheckpoint : MonitorCallback
{
    private static readonly string[] ModelEndings = [".keras", ".h5"];
    private static readonly string[] WeightsEndings = [".weights.h5", ".safetensors", ".npz"];

    private readonly List<string> _kept = [];
    private int _epoch;
    private int _steps;

    /// <summary>Creates the callback.</summary>
    /// <param name="filepath">
    /// The file, with places for values in Python's form: <c>{epoch:02d}</c>, from 1, <c>{batch}</c>, from 1, if steps are counted, and <c>{val_loss:.2f}</c> for whatever is measured.
    /// It ends in <c>.keras</c> or <c>.h5</c>; for weights alone in <c>.weights.h5</c>, <c>.safetensors</c> or <c>.npz</c>. Folders are created.
    /// </param>
    /// <param name="monitor">The name of the value for <see cref="SaveBestOnly"/>; default <c>"val_loss"</c>.</param>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public ModelCheckpoint(string filepath, string monitor = "val_loss")
        : base(monitor)
    {
        ArgumentException.ThrowIfNullOrEmpty(filepath);
        Filepath = filepath;
    }

    /// <summary>The file, with places for values.</summary>
    public string Filepath { get; }

    /// <summary>Whether it is saved only when the value is better than ever before; default false.</summary>
    public bool SaveBestOnly { get; init; }

    /// <summary>Whether the weights alone are saved, which <see cref="Model.LoadWeights"/> reads; default false: the whole model.</summary>
    public bool SaveWeightsOnly { get; init; }

    /// <summary>When to save: <c>"epoch"</c>, the default, or after a number of steps, 1 or more, counted across epochs.</summary>
    public SaveFrequency SaveFreq { get; init; }

    /// <summary>A value that must be beaten for <see cref="SaveBestOnly"/>; default none.</summary>
    public double? InitialValueThreshold
    {
        get;
        init => Best = field = value;
    }

    /// <summary>How many of the files that were saved are kept, the last ones, 1 or more; default null: all. For a <see cref="Filepath"/> with places for values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public int? Keep
    {
        get;
        init
        {
            Check.AtLeast(1, value ?? 1, nameof(Keep));
            field = value;
        }
    }

    /// <summary>1: says on the console when it acts. Default 0.</summary>
    public int Verbose { get; init; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The file's name has not the ending of what is saved.</exception>
    public override void OnTrainBegin()
    {
        // The best value stays from one run to the next, as in Keras.
        (_epoch, _steps) = (0, 0);
        _kept.Clear();
        var endings = SaveWeightsOnly ? WeightsEndings : ModelEndings;
        if (!Array.Exists(endings, e => Filepath.EndsWith(e, StringComparison.OrdinalIgnoreCase)))
            throw new InvalidOperationException($"ModelCheckpoint must save {(SaveWeightsOnly ? "weights" : "a model")} to a file that ends in {string.Join(" or ", endings)}. Received: \"{Filepath}\".");
        var pattern = PathTemplate.PatternOf(Path.GetFileName(Filepath));
        WholeFile.DeleteLeftovers(Path.GetDirectoryName(Path.GetFullPath(Filepath))!, pattern.IsMatch);
    }

    internal override bool ActsInBatches => SaveFreq.Steps is not null;

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch) => _epoch = epoch;

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, Logs logs)
    {
        if (SaveFreq.CountStep(ref _steps)) Save(_epoch, batch, logs);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        if (SaveFreq.Steps is null) Save(epoch, null, logs);
    }

    /// <inheritdoc/>
    public override TrainingState GetState()
    {
        var state = base.GetState()!;
        state.Values["epoch"] = _epoch;
        state.Values["steps"] = _steps;
        state.Values["kept"] = new JsonArray([.. _kept.Select(f => (JsonNode)f)]);
        return state;
    }

    /// <inheritdoc/>
    public override void SetState(TrainingState state)
    {
        base.SetState(state);
        var reader = state.Reader(nameof(ModelCheckpoint));
        (_epoch, _steps) = (reader.Int("epoch"), reader.Int("steps"));
        _kept.Clear();
        // They will be deleted: no state, whoever wrote it, names other files than this callback's.
        var own = PathTemplate.PatternOf(Filepath);
        _kept.AddRange(reader.Strings("kept").Where(file => own.IsMatch(file)));
    }

    private void Save(int epoch, int? batch, Logs logs)
    {
        var values = new OrderedDictionary<string, double>(logs, StringComparer.Ordinal) { ["epoch"] = epoch + 1 };
        if (batch is { } step) values.TryAdd("batch", step + 1);
        var path = PathTemplate.Fill(Filepath, values);
        if (!IsDue(epoch, logs, path)) return;
        if (Directory.Exists(path)) throw new IOException($"ModelCheckpoint must save to a file. Received: '{path}', which is a folder.");
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        using (Spans.Checkpoint(path))
        {
            if (SaveWeightsOnly) Model.SaveWeights(path);
            else Model.Save(path);
        }

        Forget(path);
    }

    // As in Keras, a value that is not measured counts as better.
    private bool IsDue(int epoch, Logs logs, string path)
    {
        if (SaveBestOnly && Read(logs) is { } current)
        {
            if (!IsBetter(current, Best))
            {
                if (Verbose > 0) Print($"\nEpoch {epoch + 1}: {Monitor} did not improve from {Best:0.00000}");
                return false;
            }

            if (Verbose > 0) Print($"\nEpoch {epoch + 1}: {Monitor} improved from {Best?.ToString("0.00000", CultureInfo.InvariantCulture) ?? "None"} to {current:0.00000}, saving model to {path}");
            Best = current;
        }
        else if (Verbose > 0)
        {
            Print($"\nEpoch {epoch + 1}: saving model to {path}");
        }

        return true;
    }

    // Files that were kept long enough go when the new one is there.
    private void Forget(string path)
    {
        if (Keep is not { } keep) return;
        _kept.Remove(path);
        _kept.Add(path);
        while (_kept.Count > keep)
        {
            File.Delete(_kept[0]);
            _kept.RemoveAt(0);
        }
    }
}
