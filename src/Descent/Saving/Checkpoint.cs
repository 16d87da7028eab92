using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Data;
using Descent.Training;

namespace Descent.Saving;

/// <summary>
/// A training in a file: a <c>.keras</c> archive with entries of our own beside Keras', which passes over them. <c>training.json</c> has what must be the same for training to go on,
/// and the values of each part's state; <c>training/PART/NAME.npy</c> has a tensor of it.
/// </summary>
internal sealed class Checkpoint
{
    private const string StateEntry = "training.json";
    private const string TensorFolder = "training/";
    private const string TensorEnding = ".npy";
    private const string RequiredKey = "required";
    private const string StatesKey = "states";
    private const string LayersState = "layers";

    private readonly string _path;
    private readonly JsonObject _required;
    private readonly Dictionary<string, TrainingState> _states = new(StringComparer.Ordinal);

    private Checkpoint(string path, ZipDirectory archive)
    {
        _path = path;
        foreach (var text in KerasArchive.TextEntries.Where(archive.Contains)) archive.ReadAll(text, SavedJson.MaxBytes); // for their checksums
        var place = $"'{StateEntry}' of '{path}'";
        var json = SavedJson.Parse(archive.ReadAll(StateEntry, SavedJson.MaxBytes), place);
        _required = json[RequiredKey] as JsonObject ?? throw new InvalidDataException($"{place} must have an object '{RequiredKey}'.");
        foreach (var (name, values) in json[StatesKey] as JsonObject ?? throw new InvalidDataException($"{place} must have an object '{StatesKey}'."))
        {
            var state = _states[name] = new TrainingState();
            foreach (var (key, value) in values as JsonObject ?? []) state.Values[key] = value?.DeepClone();
        }

        foreach (var entry in archive.Names.Where(n => n.StartsWith(TensorFolder, StringComparison.Ordinal) && n.EndsWith(TensorEnding, StringComparison.Ordinal)))
        {
            var name = entry[TensorFolder.Length..^TensorEnding.Length];
            var part = _states.Keys.FirstOrDefault(p => name.StartsWith(p + "/", StringComparison.Ordinal)) ?? throw new InvalidDataException($"The tensor '{entry}' of '{path}' must belong to a state. Received: {string.Join(", ", _states.Keys)}.");
            _states[part].Tensors[name[(part.Length + 1)..]] = ReadTensor(archive, entry);
        }
    }

    /// <summary>Saves a run.</summary>
    public static void Write(string path, TrainingRun run)
    {
        // Of several ranks only the first one writes.
        using var whole = run.Compilation.Distribution?.GatherState(run.Compilation.Optimizer);
        WholeFile.Write(path, file => Write(file, run));
    }

    private static void Write(FileStream file, TrainingRun run)
    {
        using var archive = new ZipWriter(file);
        KerasArchive.Add(archive, run.Model);
        var states = new JsonObject();
        foreach (var (name, state) in run.GetStates().Prepend((LayersState, LayerStates.Get(run.Model))))
        {
            states[name] = state.Values.DeepClone(); // a callback may give the same object each time
            foreach (var (key, tensor) in state.Tensors) Npy.Write(archive, $"{TensorFolder}{name}/{key}{TensorEnding}", tensor);
        }

        KerasArchive.AddText(archive, StateEntry, new JsonObject { [RequiredKey] = run.Describe(), [StatesKey] = states });
    }

    /// <summary>Reads a checkpoint; nothing is changed by that.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static Checkpoint Read(string path)
    {
        using var file = ByteSource.OpenFile(path);
        return new Checkpoint(path, new ZipDirectory(file, $"'{path}'"));
    }

    /// <summary>Makes a run go on from here. If that fails, weights and optimizer are as they were.</summary>
    /// <param name="run">The run.</param>
    /// <param name="requireSameData">Whether arrays must hold what they held.</param>
    /// <exception cref="OtherTrainingException">It is the checkpoint of another model or other data.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or a state is not that of its part.</exception>
    public void ApplyTo(TrainingRun run, bool requireSameData)
    {
        var place = $"'{StateEntry}' of '{_path}'";
        var isFollower = run.Compilation.Distribution is { Leads: false }; // callbacks and their settings are those of the first rank, which has compared
        if (!isFollower) SavedJson.Run(place, () => RequireSame(run.Describe(), requireSameData));
        using var whole = run.Compilation.Distribution?.SlicesOf(run.Compilation.Optimizer)?.MakeWhole();
        if (_states.Remove(LayersState, out var layers)) SavedJson.Run(place, () => LayerStates.Set(run.Model, layers));
        KerasArchive.ReadInto(run.Model, _path, () => SavedJson.Run(place, () =>
        {
            foreach (var name in run.SetStates(_states))
                if (!isFollower) DescentLog.Warn<Checkpoint>($"The checkpoint '{_path}' has a state of '{name}', which this run of Fit does not have.");
        }));
    }

    private void RequireSame(JsonObject here, bool requireSameData)
    {
        if (!requireSameData || !_required.ContainsKey(TrainingRun.ChecksumsKey)) _required[TrainingRun.ChecksumsKey] = here[TrainingRun.ChecksumsKey]?.DeepClone();
        // What differs because a setting does need not be said.
        var differences = Differences(_required[TrainingRun.SettingsKey] as JsonObject ?? [], (JsonObject)here[TrainingRun.SettingsKey]!);
        if (differences.Count == 0) differences = Differences(_required, here);
        if (differences.Count == 0) return;
        const int Shown = 5;
        var shown = string.Join("; ", differences.Take(Shown)) + (differences.Count > Shown ? $"; and {differences.Count - Shown} more" : "");
        var isDataAlone = differences.All(d => d.StartsWith(TrainingRun.ChecksumsKey, StringComparison.Ordinal));
        throw new OtherTrainingException(
            $"Training must go on with the model and the data of its checkpoint '{_path}'. Received others: {shown}. "
            + $"Delete the folder to begin anew{(isDataAlone ? ", or set RequireSameData to false to go on with what the data are now" : "")}.",
            shown);
    }

    private static List<string> Differences(JsonObject then, JsonObject here)
    {
        var (before, now) = (Flat(then), Flat(here));
        return [.. before.Keys.Union(now.Keys).Where(k => before.GetValueOrDefault(k) != now.GetValueOrDefault(k))
            .Select(k => $"{k} was {before.GetValueOrDefault(k, "not given")} and is {now.GetValueOrDefault(k, "not given")}")];
    }

    // Each value under the names that lead to it.
    private static Dictionary<string, string> Flat(JsonObject json)
    {
        var flat = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in json)
        {
            if (value is JsonObject inner) foreach (var (key, text) in Flat(inner)) flat[$"{name}/{key}"] = text;
            else if (value is not null) flat[name] = value is JsonValue ? value.ToString() : value.ToJsonString();
        }

        return flat;
    }

    private static Tensor ReadTensor(ZipDirectory archive, string entry)
    {
        var bytes = archive.ReadAll(entry, Array.MaxLength);
        using var stream = new MemoryStream(bytes, writable: false);
        using var source = new ByteSource(stream, $"'{entry}'", bytes.Length);
        return Npy.Read(source, null);
    }
}
