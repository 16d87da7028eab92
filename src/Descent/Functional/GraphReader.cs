using System.Text.Json;
using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent;

/// <summary>Reads a graph of layers as Keras 3 or 2 wrote it: makes the layers, then repeats their uses as soon as what they need is there.</summary>
internal sealed class GraphReader(ConfigReader config)
{
    private readonly Dictionary<string, Layer> _layers = new(StringComparer.Ordinal);
    private readonly List<Use> _uses = [];

    public (KerasTensors Inputs, KerasTensors Outputs) Read()
    {
        foreach (var json in config.Objects("layers")) ReadLayer(json);
        Replay();
        return (Ends("input_layers"), Ends("output_layers"));
    }

    private void ReadLayer(JsonObject json)
    {
        var layer = Layer.Deserialize(json);
        var name = (json["name"] as JsonValue)?.ToString() ?? layer.Name;
        if (!_layers.TryAdd(name, layer))
            throw new ArgumentException($"The layers of a functional model must have unique names. Received a second '{name}'.");
        if (layer is InputLayer input) _ = input.Output;
        foreach (var node in json["inbound_nodes"] as JsonArray ?? [])
        {
            _uses.Add(node switch
            {
                JsonObject use => ReadUse(name, layer, use),
                JsonArray legacy => ReadLegacyUse(name, layer, legacy),
                _ => throw Bad(name, node),
            });
        }
    }

    // The uses stand in the order of their layers; a layer that is shared may be used again far below what it gave first.
    private void Replay()
    {
        List<Use> waiting = [.. _uses];
        while (waiting.Count > 0)
        {
            var count = waiting.Count;
            var blocked = new HashSet<Layer>();
            waiting.RemoveAll(use =>
            {
                if (blocked.Contains(use.Layer) || !use.Inputs.All(IsThere))
                {
                    blocked.Add(use.Layer); // its uses are counted, so none may overtake
                    return false;
                }

                use.Layer.ApplyAll([.. use.Inputs.Select(Find)], use.Call, use.Training);
                return true;
            });
            if (waiting.Count == count)
                throw new ArgumentException($"The graph of a functional model must not have loops or gaps. Received: {string.Join("; ", waiting.Select(w => $"'{w.Name}' needs {string.Join(", ", w.Inputs.Where(i => !IsThere(i)).Select(i => $"'{i.Layer}'").DefaultIfEmpty("an earlier use of itself"))}"))}.");
        }
    }

    private bool IsThere(Place place) => _layers.TryGetValue(place.Layer, out var layer)
        ? place.Node < layer.Nodes.Count
        : throw new ArgumentException($"A layer of a functional model must read from layers of the model. Received: '{place.Layer}'.{KerasNames.DidYouMean(place.Layer, _layers.Keys)}");

    private KerasTensor Find(Place place)
    {
        var outputs = _layers[place.Layer].Nodes[place.Node].Outputs;
        return place.Tensor < outputs.Count ? outputs[place.Tensor] : throw new ArgumentException(
            $"Layer '{place.Layer}' has {outputs.Count} outputs. Received: a reference to output {place.Tensor}, counted from 0.");
    }

    private static Use ReadUse(string name, Layer layer, JsonObject json)
    {
        List<Place> inputs = [];
        Collect(json["args"], name, inputs);
        return MakeUse(name, layer, inputs, json["kwargs"] as JsonObject, json);
    }

    private static Use MakeUse(string name, Layer layer, List<Place> inputs, JsonObject? arguments, JsonNode json)
    {
        bool? training = null;
        bool isCausal = false, givesScores = false;
        foreach (var (key, argument) in arguments ?? [])
        {
            if (argument is null || key == "mask") continue; // masks travel with tensors; Keras writes them as arguments too
            var count = inputs.Count;
            Collect(argument, name, inputs);
            if (inputs.Count > count) continue;
            var value = argument.GetValueKind() switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => (bool?)false,
                _ => null,
            };
            if (key == "training") training = value;
            else if (key == GraphWriter.CausalMaskKey) isCausal = value == true;
            else if (key == GraphWriter.ScoresKey) givesScores = value == true;
            else throw new ArgumentException($"A call of layer '{name}' must have arguments that are known here. Received: '{key}': {KerasNames.Shorten(argument)}.");
        }

        return inputs.Count == 0 ? throw Bad(name, json) : new Use(name, layer, inputs, training, new LayerCall() { UseCausalMask = isCausal, ReturnAttentionScores = givesScores });
    }

    // The tensors in an argument, whatever lists they stand in.
    private static void Collect(JsonNode? json, string name, List<Place> places)
    {
        switch (json)
        {
            case JsonArray list:
                foreach (var item in list) Collect(item, name, places);
                break;
            case JsonObject tensor when (tensor["class_name"] as JsonValue)?.ToString() == "__keras_tensor__":
                places.Add(ToPlace(tensor["config"]?["keras_history"], name));
                break;
            case JsonObject tuple when (tuple["class_name"] as JsonValue)?.ToString() == "__tuple__":
                Collect(tuple["items"], name, places);
                break;
        }
    }

    // Keras 2: [["dense", 0, 0, {}], …], a use of a functional model counted from 1.
    private Use ReadLegacyUse(string name, Layer layer, JsonArray json)
    {
        List<Place> inputs = [.. json.Select(input => FromOne(ToPlace(input, name)))];
        return MakeUse(name, layer, inputs, json.OfType<JsonArray>().Select(i => i.Count > 3 ? i[3] as JsonObject : null).FirstOrDefault(a => a is not null), json);
    }

    private Place FromOne(Place place) =>
        place.Node > 0 && _layers.TryGetValue(place.Layer, out var layer) && Model.CountsFromOne(layer) ? place with { Node = place.Node - 1 } : place;

    private KerasTensors Ends(string key)
    {
        KerasTensor End(JsonNode? json)
        {
            var place = FromOne(ToPlace(json, key));
            return IsThere(place) ? Find(place) : throw new ArgumentException($"'{key}' of a functional model must name uses of its layers. Received: {KerasNames.Shorten(json)}.");
        }

        switch (config.Node(key))
        {
            case JsonObject byName:
                var named = new KerasTensors();
                foreach (var (name, json) in byName) named[name] = End(json);
                return named;
            case JsonArray and [JsonValue, ..] single:
                return End(single);
            case JsonArray list:
                return (KerasTensor[])[.. list.Select(End)];
            case var other:
                throw new ArgumentException($"'{key}' of a functional model must be an array or an object. Received: {KerasNames.Shorten(other)}.");
        }
    }

    private static Place ToPlace(JsonNode? json, string where) =>
        json is JsonArray and [JsonValue layer, JsonValue node, JsonValue tensor, ..]
        && layer.GetValueKind() == JsonValueKind.String && node.TryGetValue(out int nodeIndex) && tensor.TryGetValue(out int tensorIndex) && nodeIndex >= 0 && tensorIndex >= 0
            ? new Place(layer.GetValue<string>(), nodeIndex, tensorIndex)
            : throw Bad(where, json);

    private static ArgumentException Bad(string where, JsonNode? json) =>
        new($"An inbound node of '{where}' must name what it reads: layer, use and output. Received: {KerasNames.Shorten(json)}.");

    /// <summary>An output of a use of a layer.</summary>
    private readonly record struct Place(string Layer, int Node, int Tensor);

    private sealed record Use(string Name, Layer Layer, IReadOnlyList<Place> Inputs, bool? Training, LayerCall Call);
}
