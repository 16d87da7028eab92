using System.Text.Json;
using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent;

/// <summary>Reads a graph of layers as Keras 3 or 2 wrote it: makes the layers, then repeats their uses as soon as what they need is there.</summary>
internal sealed class GraphReader(ConfigReader config)
{
    // The inputs of Keras' calls that may be given by name, in their order; all others are options.
    private static readonly string[] InputNames = ["inputs", "sequences", "query", "value", "key", GraphWriter.StatesKey];

    private readonly Dictionary<string, Layer> _layers = new(StringComparer.Ordinal);
    private readonly List<Use> _uses = [];

    // What Keras derives masks with, and computes between layers.
    private readonly Dictionary<string, FoundOperation> _operations = new(StringComparer.Ordinal);

    public (KerasTensors Inputs, KerasTensors Outputs) Read()
    {
        foreach (var json in config.Objects("layers"))
            if (IsOperation(json)) ReadOperation(json);
            else ReadLayer(json);
        var uses = _uses.ToLookup(u => u.Name, StringComparer.Ordinal);
        foreach (var use in _uses) use.Masks.RemoveAll(m => m.Name != LayerCall.AttentionMaskName && IsDerived(m.Place) && CarriesMask(use, uses));
        MakeOperations();
        Replay();
        return (FindEnds("input_layers"), FindEnds("output_layers"));
    }

    // An .h5 file does not name modules; but its layers say whether they are trained, all but some of preprocessing.
    private static bool IsOperation(JsonObject json) => json["module"] is JsonValue module
        ? module.ToString().StartsWith("keras.src.ops.", StringComparison.Ordinal)
        : json["inbound_nodes"] is JsonArray and [JsonObject, ..] && json["config"] is JsonObject config && !config.ContainsKey("trainable")
            && !(config.ContainsKey("dtype") && Layer.Table.TryFind((json["class_name"] as JsonValue)?.ToString() ?? "", out _));

    private void ReadOperation(JsonObject json)
    {
        var (name, kind) = ((json["name"] as JsonValue)?.ToString() ?? "", (json["class_name"] as JsonValue)?.ToString() ?? "");
        List<Place> inputs = [];
        List<JsonNode?> arguments = [];
        foreach (var node in json["inbound_nodes"] as JsonArray ?? [])
        {
            foreach (var argument in (node?["args"] as JsonArray ?? []).Concat((node?["kwargs"] as JsonObject ?? []).Select(a => a.Value).OfType<JsonNode>()))
            {
                var count = inputs.Count;
                Collect(argument, name, inputs);
                arguments.Add(inputs.Count > count ? null : argument ?? "None"); // null stands for a tensor
            }
        }

        if (!_operations.TryAdd(name, new FoundOperation(kind, inputs, arguments, json["config"] as JsonObject ?? [])))
            throw new ArgumentException($"The layers of a functional model must have unique names. Received a second '{name}'.");
    }

    // Only those that something reads: the others made masks that layers find by themselves.
    private void MakeOperations()
    {
        var waiting = new Stack<Place>(_uses.SelectMany(u => u.Needs).Concat(Ends("output_layers").Select(e => ToPlace(e, "output_layers"))));
        while (waiting.TryPop(out var place))
        {
            if (!_operations.TryGetValue(place.Layer, out var found) || _layers.ContainsKey(place.Layer)) continue;
            var operation = Operation.Read(found.Kind, place.Layer, found.Config, [.. found.Arguments]);
            _layers.Add(place.Layer, operation);
            _uses.Add(new Use(place.Layer, operation, found.Inputs, [], null, new LayerCall()));
            found.Inputs.ForEach(waiting.Push);
        }
    }

    // Keras writes the masks that travel with tensors into the graph: what an Embedding or a Masking layer derives from its input, and what is made of
    // such masks. Here layers find them by themselves.
    private bool IsDerived(Place mask)
    {
        var (found, waiting) = (new HashSet<string>(StringComparer.Ordinal), new Stack<Place>([mask]));
        while (waiting.TryPop(out var place))
        {
            if (!_operations.TryGetValue(place.Layer, out var operation)) return false;
            if (!found.Add(place.Layer)) continue;
            if (operation.Kind is "OnesLike" or "ZerosLike") continue; // which give a mask the shape of an input
            if (operation.Kind != "NotEqual") operation.Inputs.ForEach(waiting.Push);
            else if (!_uses.Exists(u => GivesMask(u.Layer) && operation.Inputs is [var x] && u.Inputs[0] == x)) return false;
        }

        return true;
    }

    // Whether a mask comes along with the inputs of a call; a layer that keeps it to itself ends its way.
    private static bool CarriesMask(Use last, ILookup<string, Use> uses)
    {
        var (found, waiting) = (new HashSet<Place>(), new Stack<Place>(last.Inputs));
        while (waiting.TryPop(out var place))
        {
            if (!found.Add(place) || uses[place.Layer].ElementAtOrDefault(place.Node) is not { } use) continue;
            if (GivesMask(use.Layer)) return true;
            if (!use.Layer.SupportsMasking && use.Layer is not Model) continue;
            foreach (var input in use.Inputs) waiting.Push(input);
        }

        return false;
    }

    private static bool GivesMask(Layer layer) => layer is Embedding { MaskZero: true } or Masking;

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
                if (blocked.Contains(use.Layer) || !use.Needs.All(IsThere))
                {
                    blocked.Add(use.Layer); // its uses are counted, so none may overtake
                    return false;
                }

                use.Layer.ApplyAll([.. use.Inputs.Select(Find)], use.Named is { } named ? (named.Name, Find(named.Place)) : null, use.Call, use.Training);
                return true;
            });
            if (waiting.Count == count)
                throw new ArgumentException($"The graph of a functional model must not have loops or gaps. Received: {string.Join("; ", waiting.Select(w => $"'{w.Name}' needs {string.Join(", ", w.Needs.Where(i => !IsThere(i)).Select(i => $"'{i.Layer}'").DefaultIfEmpty("an earlier use of itself"))}"))}.");
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
        if ((json["args"] as JsonArray)?.FirstOrDefault(a => a is JsonValue) is { } value) throw UnknownArgument(name, KerasNames.Shorten(value));
        Collect(json["args"], name, inputs);
        return MakeUse(name, layer, inputs, json["kwargs"] as JsonObject, json);
    }

    private static Use MakeUse(string name, Layer layer, List<Place> inputs, JsonObject? arguments, JsonNode json)
    {
        bool? training = null;
        bool isCausal = false, givesScores = false;
        List<(string Name, Place Place)> masks = [];
        foreach (var (key, argument) in (arguments ?? []).OrderBy(a => Array.IndexOf(InputNames, a.Key)))
        {
            if (argument is null) continue;
            List<Place> tensors = [];
            Collect(argument, name, tensors);
            if (key.EndsWith(LayerCall.MaskName, StringComparison.Ordinal) && key != GraphWriter.CausalMaskKey)
            {
                masks.AddRange(tensors.Select(t => (key, t)));
                continue;
            }

            inputs.AddRange(tensors);
            if (tensors.Count > 0) continue;
            var value = argument.GetValueKind() switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => (bool?)false,
                _ => null,
            };
            if (key == "training") training = value;
            else if (key == GraphWriter.CausalMaskKey) isCausal = value == true;
            else if (key == GraphWriter.ScoresKey) givesScores = value == true;
            else throw UnknownArgument(name, $"'{key}': {KerasNames.Shorten(argument)}");
        }

        return inputs.Count == 0 ? throw Bad(name, json) : new Use(name, layer, inputs, masks, training, new LayerCall() { UseCausalMask = isCausal, ReturnAttentionScores = givesScores });
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

    private KerasTensors FindEnds(string key)
    {
        KerasTensor[] ends = [.. Ends(key).Select(json =>
        {
            var place = FromOne(ToPlace(json, key));
            return IsThere(place) ? Find(place) : throw new ArgumentException($"'{key}' of a functional model must name uses of its layers. Received: {KerasNames.Shorten(json)}.");
        })];
        if (config.Node(key) is not JsonObject byName) return config.Node(key) is JsonArray and [JsonValue, ..] ? ends[0] : ends;
        var named = new KerasTensors();
        foreach (var (name, end) in byName.Zip(ends, (entry, end) => (entry.Key, end))) named[name] = end;
        return named;
    }

    // One, a list, or by name.
    private IEnumerable<JsonNode?> Ends(string key) => config.Node(key) switch
    {
        JsonObject byName => byName.Select(e => e.Value),
        JsonArray and [JsonValue, ..] single => [single],
        JsonArray list => list,
        var other => throw new ArgumentException($"'{key}' of a functional model must be an array or an object. Received: {KerasNames.Shorten(other)}."),
    };

    private static Place ToPlace(JsonNode? json, string where) =>
        json is JsonArray and [JsonValue layer, JsonValue node, JsonValue tensor, ..]
        && layer.GetValueKind() == JsonValueKind.String && node.TryGetValue(out int nodeIndex) && tensor.TryGetValue(out int tensorIndex) && nodeIndex >= 0 && tensorIndex >= 0
            ? new Place(layer.GetValue<string>(), nodeIndex, tensorIndex)
            : throw Bad(where, json);

    private static ArgumentException UnknownArgument(string layer, string argument) =>
        new($"A call of layer '{layer}' must have arguments that are known here. Received: {argument}.");

    private static ArgumentException Bad(string where, JsonNode? json) =>
        new($"An inbound node of '{where}' must name what it reads: layer, use and output. Received: {KerasNames.Shorten(json)}.");

    /// <summary>An output of a use of a layer.</summary>
    private readonly record struct Place(string Layer, int Node, int Tensor);

    private sealed record FoundOperation(string Kind, List<Place> Inputs, List<JsonNode?> Arguments, JsonObject Config);

    private sealed record Use(string Name, Layer Layer, IReadOnlyList<Place> Inputs, List<(string Name, Place Place)> Masks, bool? Training, LayerCall Call)
    {
        /// <summary>The mask that is given by name; null: none but those that travel with tensors.</summary>
        public (string Name, Place Place)? Named => Masks switch
        {
            [] => null,
            [{ Name: LayerCall.MaskName or LayerCall.AttentionMaskName } mask] => mask,
            _ => throw new ArgumentException($"A call of layer '{Name}' can have one mask of its own, as 'mask' or 'attention_mask'. Received: {string.Join(", ", Masks.Select(m => $"'{m.Name}' from '{m.Place.Layer}'"))}."),
        };

        public IEnumerable<Place> Needs => Named is { } named ? Inputs.Append(named.Place) : Inputs;
    }
}
