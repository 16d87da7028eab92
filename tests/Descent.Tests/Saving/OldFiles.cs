using System.Text.Json.Nodes;
using Descent.Hdf5;

namespace Descent.Tests.Saving;

/// <summary>Makes files in the form of Keras 1 and 2.</summary>
internal static class OldFiles
{
    public static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble() - 0.5f)];

    /// <summary>Writes a model; without an architecture a file of weights alone.</summary>
    public static void Write(string path, string version, string backend, string? model, string? training, params (string Layer, (string Name, float[] Values, int[] Shape)[] Weights)[] layers)
    {
        var writer = new Hdf5Writer();
        if (model is not null) writer.Root.SetAttribute("model_config", JsonNode.Parse(model)!.ToJsonString());
        if (training is not null) writer.Root.SetAttribute("training_config", training);
        if (model is not null) writer.Root.SetAttribute("keras_version", version);
        var weights = model is null ? writer.Root : writer.Root.CreateGroup("model_weights");
        weights.SetAttribute("keras_version", version);
        weights.SetAttribute("backend", backend);

        // Split, as long lists are.
        foreach (var (i, layer) in layers.Index()) weights.SetFixedStrings($"layer_names{i}", [layer.Layer]);
        foreach (var (layer, values) in layers)
        {
            var group = weights.CreateGroup(layer);
            if (values.Length == 0) group.SetAttribute("weight_names", ReadOnlyMemory<double>.Empty);
            else group.SetFixedStrings("weight_names", [.. values.Select(v => v.Name)]);
            foreach (var (name, numbers, shape) in values) group.CreateDataset(name, [.. shape.Select(d => (long)d)], numbers.AsMemory());
        }

        using var file = File.Create(path);
        writer.Save(file);
    }
}
