using System.Text;
using System.Text.Json.Nodes;
using Descent.Data;
using Descent.Hdf5;
using Descent.Layers;

namespace Descent.Saving;

/// <summary>A <c>.keras</c> file: a zip archive with the architecture, how it is compiled, and the weights and the optimizer's state, as Keras 3 writes it.</summary>
internal static class KerasArchive
{
    public const string ConfigEntry = "config.json";
    public const string WeightsEntry = "model.weights.h5";
    public const string MetadataEntry = "metadata.json";

    /// <summary>The entries that are JSON.</summary>
    public static readonly string[] TextEntries = [MetadataEntry, ConfigEntry];

    /// <summary>The version of Keras whose form is written.</summary>
    public const string KerasVersion = "3.16.0";

    /// <summary>What stands where Keras writes the library that it computes with.</summary>
    public const string Backend = "descent";

    /// <summary>Writes a model.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="model">The model.</param>
    /// <param name="includeOptimizer">Whether what <c>Compile</c> was given is written, and the optimizer's state.</param>
    /// <param name="others">Entries beside those of Keras, which passes over them.</param>
    public static void Write(Stream stream, Model model, bool includeOptimizer, params ReadOnlySpan<(string Name, JsonObject Json)> others)
    {
        var config = ModelConfig.Write(model, includeOptimizer);
        using var archive = new ZipWriter(stream);
        Add(archive, model, config, includeOptimizer);
        foreach (var (name, json) in others) AddText(archive, name, json);
    }

    /// <summary>Reads an entry that Keras does not know.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The entry.</param>
    /// <returns>What it holds; null if the file has no such entry.</returns>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static JsonObject? ReadOther(string path, string name)
    {
        using var file = ByteSource.OpenFile(path);
        var archive = new ZipDirectory(file, $"'{path}'");
        return archive.Contains(name) ? SavedJson.Parse(archive.ReadAll(name, SavedJson.MaxBytes), $"'{name}' of '{path}'") : null;
    }

    /// <summary>Adds a model that is being trained; without its architecture if it has a part that cannot be written, such as a loss that is a function.</summary>
    public static void Add(ZipWriter archive, Model model)
    {
        JsonObject? config = null;
        try
        {
            config = ModelConfig.Write(model, includeOptimizer: true);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NotSupportedException)
        {
            // The weights go into the model that is there.
        }

        Add(archive, model, config, includeOptimizer: true);
    }

    /// <summary>Gives a model that is there, and its optimizer, what a file has; if anything is wrong, nothing is changed.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    /// <param name="verified">Called when the file has been found to be whole, before the first variable changes; if it throws, none does.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or that of another model.</exception>
    public static void ReadInto(Model model, string path, Action verified)
    {
        using var file = ByteSource.OpenFile(path);
        var report = new LoadReport($"'{path}'");
        ReadState(new ZipDirectory(file, report.File), model, model.Optimizer is not null, report, match => match.VerifyAndRead(verified));
    }

    /// <summary>Adds JSON.</summary>
    public static void AddText(ZipWriter archive, string name, JsonObject json) => archive.Add(name, Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static void Add(ZipWriter archive, Model model, JsonObject? config, bool includeOptimizer)
    {
        AddText(archive, MetadataEntry, new JsonObject { ["keras_version"] = KerasVersion });
        if (config is not null) AddText(archive, ConfigEntry, config);
        var weights = KerasWeights.Write(model, includeOptimizer);
        using var entry = archive.Add(WeightsEntry, weights.Length);
        weights.Save(entry);
    }

    /// <summary>Makes the model that a file holds.</summary>
    /// <param name="path">The file.</param>
    /// <param name="compile">Whether the model is compiled, and its optimizer goes on where it was.</param>
    /// <param name="report">Takes what became of each weight.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or names a class that is not known.</exception>
    public static Model Read(string path, bool compile, LoadReport report)
    {
        using var file = ByteSource.OpenFile(path);
        var archive = new ZipDirectory(file, report.File);
        var place = $"'{ConfigEntry}' of {report.File}";
        var config = SavedJson.Parse(archive.ReadAll(ConfigEntry, SavedJson.MaxBytes), place);
        SavedJson.Run(place, () => Vocabularies.Complete(config, archive, report));
        var model = Loading.FromFile(place, file.Length, () => ModelConfig.Read(config, compile));
        ReadState(archive, model, compile && model.Optimizer is not null, report, match => match.Read());
        if (config[ConfigReader.OwnKey] is JsonObject own) SavedJson.Read(place, () => ModelConfig.ReadStreams(model, own));
        return model;
    }

    private static void ReadState(ZipDirectory archive, Model model, bool includeOptimizer, LoadReport report, Action<StateMatch> read)
    {
        using var weights = OpenWeights(archive, report.File);
        var (layers, optimizer) = KerasWeights.List(weights.Root, report.File, isChecked: true);
        var match = StateMatch.Of(StateLayout.Slots(model), layers, report, new LoadOptions(), byName: false).RequireComplete($"model '{model.Name}'");
        read(match.And(includeOptimizer ? SavedJson.Read($"'{ConfigEntry}' of {report.File}", () => OptimizerState.Match(model, optimizer, report)) : null));
    }

    /// <summary>Opens the weights in an archive; the checksum of all of them is verified.</summary>
    public static Hdf5File OpenWeights(ZipDirectory archive, string file)
    {
        if (!archive.Contains(WeightsEntry) && archive.Contains("model.weights.npz"))
            throw new InvalidDataException($"A .keras file must have its weights in '{WeightsEntry}'. Received: weights in 'model.weights.npz' in {file}. Save it in Keras without weights_format=\"npz\".");
        return Hdf5File.Open(archive.OpenSeekable(WeightsEntry), $"'{WeightsEntry}' of {file}");
    }
}
