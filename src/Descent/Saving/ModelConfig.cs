using System.Text.Json.Nodes;
using Descent.Layers;
using Descent.Training;

namespace Descent.Saving;

/// <summary>A model in Keras' JSON: what it is made of, how it is built and compiled, and, beside that, how far its random numbers have been drawn.</summary>
internal static class ModelConfig
{
    private const string CompileKey = "compile_config";
    private const string BuildKey = "build_config";
    private const string StreamsKey = "random_streams";

    /// <summary>Writes a model.</summary>
    /// <exception cref="ArgumentException">A part of it cannot be written, such as a loss that is a function.</exception>
    public static JsonObject Write(Model model, bool includeOptimizer)
    {
        var json = model.Serialize();
        if (includeOptimizer && model.Compilation is { } compilation) json[CompileKey] = CompileConfig.Write(compilation);
        var own = new JsonObject();
        WriteStreams(model, own);
        if (own.Count > 0) json[ConfigReader.OwnKey] = own;
        return json;
    }

    /// <summary>Writes how far the random numbers of each layer have been drawn.</summary>
    public static void WriteStreams(Model model, JsonObject own)
    {
        var streams = new JsonObject();
        foreach (var (group, _, layer) in StateLayout.Layers(model))
            if (layer.Seeds.Count > 0) streams[group] = new JsonArray([.. layer.Seeds.Select(s => (JsonNode)new JsonArray(s.Position.Seed, s.Position.Draws))]);
        if (streams.Count > 0) own[StreamsKey] = streams;
    }

    /// <summary>Makes a model; its weights have new first values.</summary>
    /// <exception cref="ArgumentException">A class is unknown, or an argument is bad.</exception>
    public static Model Read(JsonObject json, bool compile)
    {
        var model = Layer.Deserialize(json) as Model ?? throw new ArgumentException($"The config must be that of a model. Received: that of a {(json["class_name"] as JsonValue)?.ToString()}.");
        if (!model.Built && json[BuildKey] is JsonObject build) model.BuildAs(build);
        if (compile && json[CompileKey] is JsonObject { Count: > 0 } config) model.Compilation = CompileConfig.Read(config, CompileConfig.ReadOptimizer(config)); // Keras writes an empty one for a model that is not compiled
        return model;
    }

    /// <summary>Goes on with the random numbers where the saved model was.</summary>
    /// <exception cref="ArgumentException">It is another form, or a layer is missing.</exception>
    public static Model ReadStreams(Model model, JsonObject own)
    {
        var layers = StateLayout.Layers(model).ToDictionary(l => l.Group, l => l.Layer, StringComparer.Ordinal);
        foreach (var (group, node) in own[StreamsKey] as JsonObject ?? [])
        {
            if (!layers.TryGetValue(group, out var layer) || node is not JsonArray positions || positions.Count != layer.Seeds.Count)
                throw Wrong();
            for (var i = 0; i < positions.Count; i++)
                layer.Seeds[i].Position = SavedJson.ULongs(positions[i]) is [var seed, <= uint.MaxValue and var draws] ? (seed, (uint)draws) : throw Wrong();

            ArgumentException Wrong() => new($"'{StreamsKey}' must have a seed and a number of draws for each generator of a layer. Received: '{group}': {KerasNames.Shorten(node)}.");
        }

        return model;
    }
}
