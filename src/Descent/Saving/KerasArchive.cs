using System.IO.Compression;
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
    private const string MetadataEntry = "metadata.json";

    /// <summary>The version of Keras whose form is written.</summary>
    public const string KerasVersion = "3.16.0";

    /// <summary>What stands where Keras writes the library that it computes with.</summary>
    public const string Backend = "descent";

    /// <summary>Writes a model.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="model">The model.</param>
    /// <param name="includeOptimizer">Whether what <c>Compile</c> was given is written, and the optimizer's state.</param>
    public static void Write(Stream stream, Model model, bool includeOptimizer)
    {
        var config = ModelConfig.Write(model, includeOptimizer);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        AddText(archive, MetadataEntry, new JsonObject { ["keras_version"] = KerasVersion });
        AddText(archive, ConfigEntry, config);
        AddWeights(archive, model, includeOptimizer);
    }

    /// <summary>Adds JSON.</summary>
    public static void AddText(ZipArchive archive, string name, JsonObject json)
    {
        using var entry = ZipEntries.Add(archive, name);
        entry.Write(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    /// <summary>Adds the weights, and the optimizer's state if it is wanted.</summary>
    public static void AddWeights(ZipArchive archive, Model model, bool includeOptimizer)
    {
        using var entry = ZipEntries.Add(archive, WeightsEntry);
        KerasWeights.Write(model, includeOptimizer).Save(entry);
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
        var model = SavedJson.Read(place, () => Layer.WithoutFirstValues(() => ModelConfig.Read(config, compile)));
        using var weights = OpenWeights(archive, report.File);
        var (layers, optimizer) = KerasWeights.List(weights.Root, report.File, isChecked: true);
        StateMatch.Of(StateLayout.Slots(model), layers, report, new LoadOptions(), byName: false).RequireComplete($"model '{model.Name}'").Read();
        if (compile && model.Optimizer is not null) OptimizerState.Read(model, optimizer, report);
        if (config[ConfigReader.OwnKey] is JsonObject own) SavedJson.Read(place, () => ModelConfig.ReadStreams(model, own));
        return model;
    }

    /// <summary>Opens the weights in an archive; the checksum of all of them is verified.</summary>
    public static Hdf5File OpenWeights(ZipDirectory archive, string file)
    {
        if (!archive.Contains(WeightsEntry) && archive.Contains("model.weights.npz"))
            throw new InvalidDataException($"A .keras file must have its weights in '{WeightsEntry}'. Received: weights in 'model.weights.npz' in {file}. Save it in Keras without weights_format=\"npz\".");
        return Hdf5File.Open(archive.OpenSeekable(WeightsEntry), $"'{WeightsEntry}' of {file}");
    }
}
