using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Descent.Data;
using Descent.Hdf5;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Training;

namespace Descent.Saving;

/// <summary>A whole model in one HDF5 file: what Keras 1 and 2 wrote, and Keras 3 still does for <c>.h5</c>.</summary>
internal static class OldModel
{
    private const string ConfigAttribute = "model_config";
    private const string TrainingAttribute = "training_config";
    private const string OptimizerKey = "optimizer_config";
    private const int MostNamed = 5;

    // What decides how the rest of the file is understood; one checksum is kept of all of it.
    private static readonly string[] Texts = [OldFile.VersionAttribute, OldFile.BackendAttribute, ConfigAttribute, TrainingAttribute, ConfigReader.OwnKey];

    /// <summary>Writes a model as Keras 3 does.</summary>
    public static void Write(Stream stream, Model model, bool includeOptimizer)
    {
        var writer = new Hdf5Writer();
        var texts = new Dictionary<string, string>
        {
            [OldFile.VersionAttribute] = KerasArchive.KerasVersion,
            [OldFile.BackendAttribute] = KerasArchive.Backend,
            [ConfigAttribute] = Shorten(model.Serialize()).ToJsonString(),
        };
        var own = new JsonObject();
        ModelConfig.WriteStreams(model, own);
        if (own.Count > 0) texts[ConfigReader.OwnKey] = own.ToJsonString();
        OldFile.Write(writer.Root.CreateGroup(OldFile.WeightsGroup), model);
        if (includeOptimizer && model.Compilation is { } compilation)
        {
            var config = CompileConfig.Write(compilation, spellsOut: true);
            config.Remove("optimizer", out var optimizer);
            config[OptimizerKey] = Bare(optimizer!.AsObject());
            texts[TrainingAttribute] = config.ToJsonString();
            WriteOptimizer(writer.Root.CreateGroup(OldFile.OptimizerGroup), compilation.Optimizer);
        }

        foreach (var (name, text) in texts) writer.Root.SetAttribute(name, text);
        writer.Root.SetAttribute(Hdf5Tensor.ChecksumAttribute, (long)Sum(texts.GetValueOrDefault));
        writer.Save(stream);
    }

    /// <summary>Compares the texts of a file with their checksum.</summary>
    /// <param name="root">The file.</param>
    /// <param name="file">The file, for messages.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="InvalidDataException">They have another one.</exception>
    public static bool VerifyTexts(Hdf5Group root, string file)
    {
        if (!root.Attributes.Contains(Hdf5Tensor.ChecksumAttribute)) return false;
        var (stated, found) = ((uint)root.Attributes.GetInteger(Hdf5Tensor.ChecksumAttribute), Sum(name => root.Attributes.TryGetString(name, out var text) ? text : null));
        return stated == found ? true : throw new InvalidDataException(
            $"The texts {string.Join(", ", Texts)} must have the checksum {stated:x8}, which the file states. Received: {found:x8} in {file}.");
    }

    /// <summary>Makes the model that a file holds.</summary>
    /// <param name="root">The file.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="compile">Whether the model is compiled, and its optimizer goes on where it was.</param>
    /// <param name="report">Takes what became of each weight.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or names a class that is not known.</exception>
    public static Model Read(Hdf5Group root, long length, bool compile, LoadReport report)
    {
        if (!root.Attributes.TryGetString(ConfigAttribute, out var text))
            throw new InvalidDataException($"The file must have the architecture in the attribute '{ConfigAttribute}'. Received: {report.File} without. If it has weights alone, make the model and call LoadWeights.");
        if (!VerifyTexts(root, report.File)) report.NoteList.Add("the architecture has no checksum");
        var generation = Generation(root);
        var place = $"'{ConfigAttribute}' of {report.File}";
        var config = SavedJson.Parse(text, place);
        var model = Loading.FromFile(place, length, () => ModelConfig.Read(OldConfig.Translate(config, generation), compile: false));
        var match = MatchWeights(root, model, new LoadOptions(), report);
        match.And(compile ? Compile(model, root, length, generation, report) : null).Read();
        if (root.Attributes.TryGetString(ConfigReader.OwnKey, out var own))
        {
            var ownPlace = $"'{ConfigReader.OwnKey}' of {report.File}";
            SavedJson.Read(ownPlace, () => ModelConfig.ReadStreams(model, SavedJson.Parse(own, ownPlace)));
        }

        return model;
    }

    /// <summary>Reads weights into a model.</summary>
    /// <param name="root">The file, of a model or of weights alone.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">What is skipped and renamed.</param>
    /// <param name="report">Takes what became of each weight.</param>
    public static void ReadWeights(Hdf5Group root, Model model, LoadOptions options, LoadReport report)
    {
        VerifyTexts(root, report.File);
        var match = MatchWeights(root, model, options, report);
        match.And(options.IncludeOptimizer ? OptimizerState.Match(model, OptimizerOf(root, report), report) : null).VerifyAndRead();
    }

    /// <summary>Whether a file has the weights of layers by name, rather than in Keras 3's layout.</summary>
    public static bool IsIn(Hdf5Group root) => OldFile.IsIn(WeightsOf(root));

    private static StateMatch MatchWeights(Hdf5Group root, Model model, LoadOptions options, LoadReport report)
    {
        var group = WeightsOf(root);
        var layers = OldFile.List(group, report.File);
        string[] unlisted = [.. OldFile.Unlisted(group, layers.SelectMany(l => l.Weights).Select(w => w.Place).ToHashSet())];
        if (unlisted.Length > 0) report.NoteList.Add($"{unlisted.Length} tensors are passed over, which the file does not list as weights of layers: {string.Join(", ", unlisted.Take(MostNamed))}{(unlisted.Length > MostNamed ? ", …" : "")}");
        var stored = OldWeights.Convert(layers, model, options, Generation(root), TextOf(root, OldFile.BackendAttribute));
        return StateMatch.Of(OldFile.Slots(model), stored, report, options, byName: false).Require(options, model);
    }

    private static StateMatch? Compile(Model model, Hdf5Group root, long length, int generation, LoadReport report)
    {
        if (!root.Attributes.TryGetString(TrainingAttribute, out var text))
        {
            report.NoteList.Add("the model is not compiled: the file does not say how it was");
            return null;
        }

        var place = $"'{TrainingAttribute}' of {report.File}";
        var config = SavedJson.Parse(text, place);
        model.Compilation = Loading.FromFile(place, length, () => ReadTraining(config, generation));
        return SavedJson.Read(place, () => OptimizerState.Match(model, OptimizerOf(root, report), report, isStrict: generation == 3));
    }

    private static void WriteOptimizer(Hdf5GroupBuilder group, Optimizer optimizer)
    {
        OldFile.Write(group, [.. optimizer.Variables.Except(optimizer.Unsaved)]);
        if (optimizer.Unsaved is { Count: > 0 } unsaved) OldFile.Write(group.CreateGroup(ConfigReader.OwnKey), unsaved);
    }

    // Each with its name, so that none can take the place of another.
    private static uint Sum(Func<string, string?> textOf) => Crc32.Of(Encoding.UTF8.GetBytes(string.Concat(Texts.Select(name => textOf(name) is { } text ? $"{name}={text}\n" : ""))));

    private static List<StoredTensor> OptimizerOf(Hdf5Group root, LoadReport report)
    {
        var own = StateLayout.Join(OldFile.OptimizerGroup, ConfigReader.OwnKey);
        return [.. new[] { OldFile.OptimizerGroup, own }.Where(root.Contains).SelectMany(group => OldFile.List(root.Group(group), "", 0, report.File))];
    }

    // A file of weights alone has them at its root.
    private static Hdf5Group WeightsOf(Hdf5Group root) => root.Contains(OldFile.WeightsGroup) ? root.Group(OldFile.WeightsGroup) : root;

    private static Compilation ReadTraining(JsonObject config, int generation)
    {
        if (config[OptimizerKey] is not JsonObject json) throw new ArgumentException($"'{OptimizerKey}' must be an object. Received: {KerasNames.Shorten(config[OptimizerKey])}.");
        var optimizer = generation == 1 ? Optimizer.Deserialize(json, KerasVersion.Keras1) : Optimizer.Deserialize(json);
        config.Remove(OptimizerKey);
        config.Remove("sample_weight_mode"); // of Keras 1 and 2: what it said follows from the shapes of weights
        return CompileConfig.Read(config, optimizer);
    }

    // Files before Keras 2 did not say; a version that is no number is that of a nightly build.
    private static int Generation(Hdf5Group root)
    {
        if (TextOf(root, OldFile.VersionAttribute) is not { } version) return 1;
        return int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? Math.Clamp(major, 1, 3) : 3;
    }

    // Keras says it of the weights, and mostly of the whole file too, where a checksum covers it.
    private static string? TextOf(Hdf5Group root, string name) => root.Attributes.TryGetString(name, out var text) || WeightsOf(root).Attributes.TryGetString(name, out text) ? text : null;

    // Class and config alone; what lies inside layers keeps Keras 3's form, as there.
    private static JsonObject Shorten(JsonObject json)
    {
        var result = Bare(json);
        if (result["config"]!["layers"] is not JsonArray layers) return result;
        for (var i = 0; i < layers.Count; i++)
        {
            var layer = Shorten(layers[i]!.AsObject());
            foreach (var key in new[] { "name", "inbound_nodes" })
                if (layers[i]![key] is { } value) layer[key] = value.DeepClone();
            layers[i] = layer;
        }

        return result;
    }

    // What only Descent has stays beside Keras' keys.
    private static JsonObject Bare(JsonObject json)
    {
        var result = new JsonObject();
        foreach (var key in new[] { "class_name", "config", ConfigReader.OwnKey })
            if (json[key] is { } value) result[key] = value.DeepClone();
        if ((result["class_name"] as JsonValue)?.ToString() == nameof(GroupQueryAttention)) result["class_name"] = GroupQueryAttention.LongName;
        if (json["registered_name"] is JsonValue registered && KerasNames.HasPackage(registered.ToString())) result["class_name"] = registered.DeepClone();
        return result;
    }
}
