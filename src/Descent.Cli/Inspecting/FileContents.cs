using System.Text.Json.Nodes;
using Descent.Data;

namespace Descent.Cli.Inspecting;

/// <summary>What a file of a network or of arrays holds: told from its headers and directories, without reading arrays, making classes or running anything.</summary>
internal sealed class FileContents
{
    private const int MostEntries = 20;

    private static readonly (string Ending, Action<string, bool, FileContents> Read)[] Formats =
    [
        (".keras", KerasFile.Read),
        (".h5", Hdf5Tree.Read),
        (".hdf5", Hdf5Tree.Read),
        (".safetensors", SafetensorsFile.Read),
        (".npz", NumpyFile.ReadNpz),
        (".npy", NumpyFile.ReadNpy),
    ];

    /// <summary>The endings of files that can be looked into.</summary>
    public static string Endings { get; } = string.Join(", ", Formats.Select(format => format.Ending));

    /// <summary>What is known of the whole, in order.</summary>
    public List<(string Name, string Value)> Facts { get; } = [];

    /// <summary>The arrays, in the order of the file.</summary>
    public List<StoredArray> Arrays { get; } = [];

    /// <summary>Other names of groups, by their paths with slashes: those of layers.</summary>
    public Dictionary<string, string> GroupNotes { get; } = new(StringComparer.Ordinal);

    /// <summary>Looks into a file.</summary>
    /// <param name="path">The file; its ending tells the format.</param>
    /// <param name="verify">Whether all is read to verify the checksums.</param>
    /// <exception cref="UsageException">The format is not known.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static FileContents Read(string path, bool verify)
    {
        var format = Array.Find(Formats, format => path.EndsWith(format.Ending, StringComparison.OrdinalIgnoreCase));
        if (format.Read is null) throw new UsageException($"FILE must end in one of {Endings}. Received: '{path}'.");
        var contents = new FileContents();
        format.Read(path, verify, contents);
        return contents;
    }

    /// <summary>Adds what is known if it is.</summary>
    public void AddFact(string name, string? value)
    {
        if (value is not null) Facts.Add((name, value));
    }

    /// <summary>Adds entries of an archive that nothing else tells of, or the first of them.</summary>
    public void AddEntries(ZipDirectory archive, IEnumerable<string> names)
    {
        string[] all = [.. names];
        foreach (var name in all.Take(MostEntries)) AddFact("Entry", FormattableString.Invariant($"{name}, {archive.SizeOf(name):N0} bytes"));
        if (all.Length > MostEntries) AddFact("", FormattableString.Invariant($"and {all.Length - MostEntries} more entries"));
    }

    /// <summary>Adds what a model's config says.</summary>
    /// <param name="config">Of the form of Keras' configs, or of any other: nothing in it is trusted.</param>
    public void AddModel(JsonObject config)
    {
        var inner = config["config"] as JsonObject;
        var layers = config["config"] as JsonArray ?? inner?["layers"] as JsonArray; // Keras 1 had the layers of a Sequential there
        var name = Text(inner?["name"]) is { } own ? $" '{own}'" : "";
        var count = layers is null ? "" : FormattableString.Invariant($", {layers.Count(layer => Text((layer as JsonObject)?["class_name"]) != "InputLayer")} layers");
        AddFact("Model", Text(config["class_name"]) is { } type ? $"{type}{name}{count}" : null);
    }

    /// <summary>Adds what a config says of how the model is compiled.</summary>
    public void AddCompilation(JsonNode? optimizer, JsonNode? loss, JsonNode? metrics)
    {
        var parts = new[] { Describe(optimizer), Describe(loss) is { } l ? $"loss {l}" : null, Describe(metrics) is { Length: > 0 } m ? $"metrics {m}" : null };
        AddFact("Compiled", string.Join(", ", parts.OfType<string>()) is { Length: > 0 } all ? all : null);
    }

    /// <summary>The text of a value, if it is one.</summary>
    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static string? Describe(JsonNode? node) => node switch
    {
        null => null,
        JsonArray list => string.Join(", ", list.Select(Describe).OfType<string>()),
        JsonObject json when Text(json["class_name"]) is { } type => type is "function" or "MeanMetricWrapper" ? Text(json["config"]) ?? type : type,
        JsonObject json => string.Join(", ", json.Select(pair => $"{pair.Key}: {Describe(pair.Value)}")),
        _ => node.ToString(),
    };
}
