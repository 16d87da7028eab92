using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent;

/// <summary>
/// Writes the masks that travel through a graph of layers as Keras 3 does: as operations beside the layers, and as arguments of the layers that take them.
/// </summary>
/// <remarks>Without them Keras makes the same operations when it reads the graph, under names that a layer may have: "concatenate".</remarks>
internal sealed class MaskWriter
{
    private readonly Func<KerasTensor, JsonObject> _write;
    private readonly LayerGraph _graph;
    private readonly HashSet<string> _names;
    private readonly Dictionary<KerasTensor, Mask> _masks = [];
    private readonly List<Operation> _operations = [];

    /// <param name="graph">The layers.</param>
    /// <param name="write">Writes a reference to a tensor of the graph.</param>
    public MaskWriter(LayerGraph graph, Func<KerasTensor, JsonObject> write)
    {
        (_graph, _write, _names) = (graph, write, graph.Layers.Select(l => l.Name).ToHashSet(StringComparer.Ordinal));
        foreach (var node in graph.Nodes)
            if (node.Inputs.Count > 0 && Make(node) is { } mask) _masks.Add(node.Outputs[0], mask);
    }

    /// <summary>The operations that make the masks that were asked for.</summary>
    public IEnumerable<JsonObject> Operations => _operations.Where(o => o.IsUsed).Select(o => o.Json);

    /// <summary>The argument of a call for the masks of its inputs; null if the layer takes none or they have none.</summary>
    public JsonNode? ArgumentOf(LayerNode node)
    {
        if (node.LastName is not null || node.Layer is not (Recurrent or Bidirectional or TimeDistributed or GlobalAveragePooling1D or Softmax or BatchNormalization or Model))
            return null;
        Mask?[] masks = [.. node.Inputs.Select(Of)];
        if (node.Layer is not Model) masks = masks[..1]; // what else goes in are states
        if (masks.All(m => m is null)) return null;
        foreach (var mask in masks) Use(mask?.Maker);
        return masks is [{ } single] ? single.Reference() : new JsonArray([.. masks.Select(m => m?.Reference())]);
    }

    private Mask? Of(KerasTensor tensor) => _masks.GetValueOrDefault(_graph.Resolve(tensor));

    // The mask of the first output of a call.
    private Mask? Make(LayerNode node)
    {
        var x = node.Inputs[0];
        switch (node.Layer)
        {
            case Embedding { MaskZero: true }:
                return Add("NotEqual", x.Shape, [_write(x), 0]);
            case Masking masking:
                return Any(Add("NotEqual", x.Shape, [_write(x), KerasJson.Float(masking.MaskValue)]));
            case Dot:
                return null;
            case Concatenate concatenate:
                return Concatenate(concatenate, node);
            case Merge:
                return node.Inputs.Select(Of).Aggregate((all, next) => all is null || next is null ? null : Or(all, next));
            default:
                if (!node.Layer.SupportsMasking) return null;
                return node.LastName == LayerCall.MaskName ? new Mask(() => _write(node.Inputs[^1]), node.Inputs[^1].Shape, null) : Of(x);
        }
    }

    private Mask? Concatenate(Concatenate layer, LayerNode node)
    {
        if (node.Inputs.All(x => Of(x) is null)) return null;
        Mask[] parts = [.. node.Inputs.Select(x =>
            Of(x) is not { } mask ? Filled("OnesLike", x)
            : mask.Shape.Rank < x.Shape.Rank ? Or(Add("ExpandDims", [.. mask.Shape, 1], [mask.Reference()], [new("axis", -1)], mask), Filled("ZerosLike", x))
            : mask)];
        return Any(Add("Concatenate", node.Outputs[0].Shape, [new JsonArray([.. parts.Select(p => p.Reference())])], [new("axis", layer.Axis)], parts));
    }

    private Mask Filled(string kind, KerasTensor x) => Add(kind, x.Shape, [_write(x)], [new("dtype", "bool")]);

    private Mask Or(Mask x, Mask y) => Add("LogicalOr", y.Shape, [x.Reference(), y.Reference()], [], x, y);

    private Mask Any(Mask mask) => Add("Any", mask.Shape[..^1], [mask.Reference()], [new("axis", -1), new("keepdims", false)], mask);

    private Mask Add(string kind, Shape shape, JsonArray arguments, KeyValuePair<string, JsonNode?>[]? options = null, params ReadOnlySpan<Mask> needs)
    {
        var stem = KerasNames.ToSnakeCase(kind);
        var name = stem;
        for (var i = 1; !_names.Add(name); i++) name = $"{stem}_{i}";
        var json = new JsonObject
        {
            ["module"] = "keras.src.ops.numpy",
            ["class_name"] = kind,
            ["config"] = new JsonObject([new("name", name), .. options ?? []]),
            ["registered_name"] = kind,
            ["name"] = name,
            ["inbound_nodes"] = new JsonArray(new JsonObject { ["args"] = arguments, ["kwargs"] = new JsonObject() }),
        };
        var operation = new Operation(json);
        foreach (var need in needs)
            if (need.Maker is { } maker) operation.Needs.Add(maker);
        _operations.Add(operation);
        return new Mask(() => GraphWriter.Tensor(shape, DType.Bool, new JsonArray(name, 0, 0)), shape, operation);
    }

    private static void Use(Operation? last)
    {
        var waiting = new Stack<Operation?>([last]);
        while (waiting.TryPop(out var operation))
        {
            if (operation is null or { IsUsed: true }) continue;
            operation.IsUsed = true;
            operation.Needs.ForEach(waiting.Push);
        }
    }

    /// <summary>A mask: how to refer to it, its shape, and what makes it; null: a tensor of the graph.</summary>
    private sealed record Mask(Func<JsonObject> Reference, Shape Shape, Operation? Maker);

    private sealed class Operation(JsonObject json)
    {
        public JsonObject Json => json;

        public List<Operation> Needs { get; } = [];

        public bool IsUsed { get; set; }
    }
}
