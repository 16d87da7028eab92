using System.Text.Json.Nodes;

namespace Descent;

/// <summary>Writes the operations that make masks beside the layers of a graph, as Keras 3 does.</summary>
/// <remarks>Without them Keras makes the same operations when it reads the graph, under names that a layer may have: "concatenate".</remarks>
internal sealed class MaskWriter(MaskGraph graph, IEnumerable<string> layerNames, Func<KerasTensor, JsonObject> write)
{
    private readonly HashSet<string> _names = layerNames.ToHashSet(StringComparer.Ordinal);
    private readonly Dictionary<MaskGraph.Mask, string> _used = [];

    /// <summary>The argument of a call for the masks of its inputs; null if the layer takes none or they have none.</summary>
    public JsonNode? ArgumentOf(LayerNode node)
    {
        var masks = graph.TakenBy(node);
        foreach (var mask in masks) Use(mask);
        return masks switch
        {
            [] => null,
            [{ } single] => Reference(single),
            _ => new JsonArray([.. masks.Select(m => m is null ? null : Reference(m))]),
        };
    }

    /// <summary>The operations that make the masks that were asked for.</summary>
    public IEnumerable<JsonObject> Operations => graph.Made.Where(_used.ContainsKey).Select(Operation);

    private void Use(MaskGraph.Mask? last)
    {
        var waiting = new Stack<MaskGraph.Mask?>([last]);
        while (waiting.TryPop(out var mask))
        {
            if (mask?.Kind is not { } kind || _used.ContainsKey(mask)) continue;
            var stem = KerasNames.ToSnakeCase(kind);
            var name = stem;
            for (var i = 1; !_names.Add(name); i++) name = $"{stem}_{i}";
            _used.Add(mask, name);
            foreach (var need in mask.Needs) waiting.Push(need);
        }
    }

    private JsonObject Operation(MaskGraph.Mask mask) => new()
    {
        ["module"] = "keras.src.ops.numpy",
        ["class_name"] = mask.Kind,
        ["config"] = new JsonObject([new("name", _used[mask]), .. mask.Options.Select(o => KeyValuePair.Create(o.Key, (JsonNode?)o.Value.DeepClone()))]),
        ["registered_name"] = mask.Kind,
        ["name"] = _used[mask],
        ["inbound_nodes"] = new JsonArray(new JsonObject { ["args"] = new JsonArray([.. mask.Arguments.Select(Argument)]), ["kwargs"] = new JsonObject() }),
    };

    private JsonNode Argument(object argument) => argument switch
    {
        KerasTensor tensor => write(tensor),
        MaskGraph.Mask mask => Reference(mask),
        IEnumerable<MaskGraph.Mask> masks => new JsonArray([.. masks.Select(Reference)]),
        _ => ((JsonNode)argument).DeepClone(),
    };

    private JsonObject Reference(MaskGraph.Mask mask) => mask.Kind is null
        ? write((KerasTensor)mask.Arguments[0])
        : GraphWriter.Tensor(mask.Shape, DType.Bool, new JsonArray(_used[mask], 0, 0));
}
