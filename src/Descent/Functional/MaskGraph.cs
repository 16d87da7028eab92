using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent;

/// <summary>The masks that travel through a graph of layers, as the operations that Keras 3 puts into the graph to make them.</summary>
/// <remarks>Calls do not need it: tensors carry their masks. What Keras writes does, and its order of layers, which counts operations too.</remarks>
internal sealed class MaskGraph
{
    private readonly Func<KerasTensor, KerasTensor> _resolve;
    private readonly Dictionary<KerasTensor, Mask> _masks = [];
    private readonly List<Mask> _made = [];

    /// <param name="nodes">The uses of layers, each after those that it needs.</param>
    /// <param name="resolve">Finds the tensor of the graph that a use of a layer reads.</param>
    public MaskGraph(IEnumerable<LayerNode> nodes, Func<KerasTensor, KerasTensor> resolve)
    {
        _resolve = resolve;
        foreach (var node in nodes)
            if (node.Outputs[0].MaskRank > 0 && node.Layer.WriteMask(this, node) is { } mask) _masks.Add(node.Outputs[0], mask);
    }

    /// <summary>All masks that are made, each after those that it needs.</summary>
    public IReadOnlyList<Mask> Made => _made;

    /// <summary>The masks that Keras gives to a call as arguments, one per input; none if the layer takes none, is given one by the user, or no input has one.</summary>
    public Mask?[] TakenBy(LayerNode node)
    {
        if (node.LastName is not null || !node.Layer.TakesMask) return [];
        Mask?[] masks = node.Layer is Model ? [.. node.Inputs.Select(Of)] : [Of(node.Inputs[0])]; // other inputs are states
        return masks.All(m => m is null) ? [] : masks;
    }

    /// <summary>The mask of a tensor of the graph; null: it has none.</summary>
    public Mask? Of(KerasTensor tensor) => _masks.GetValueOrDefault(_resolve(tensor));

    /// <summary>The mask with which a layer is called: the one that was given, or that of its first input.</summary>
    public Mask? Given(LayerNode node) =>
        node.LastName == LayerCall.MaskName ? new Mask(null, node.Inputs[^1].Shape, [node.Inputs[^1]], [], _resolve) : Of(node.Inputs[0]);

    public Mask NotEqual(KerasTensor x, JsonNode number) => Add("NotEqual", x.Shape, [x, number]);

    public Mask Filled(string kind, KerasTensor x) => Add(kind, x.Shape, [x], ("dtype", "bool"));

    public Mask Or(Mask x, Mask y) => Add("LogicalOr", y.Shape, [x, y]);

    public Mask Any(Mask mask) => Add("Any", mask.Shape[..^1], [mask], ("axis", -1), ("keepdims", false));

    public Mask Add(string kind, Shape shape, object[] arguments, params (string Key, JsonNode Value)[] options)
    {
        var mask = new Mask(kind, shape, arguments, options, _resolve);
        _made.Add(mask);
        return mask;
    }

    /// <summary>A mask, and the operation that makes it.</summary>
    public sealed class Mask
    {
        private readonly Dictionary<LayerNode, int> _sources = [];

        public Mask(string? kind, Shape shape, IReadOnlyList<object> arguments, IReadOnlyList<(string Key, JsonNode Value)> options, Func<KerasTensor, KerasTensor> resolve)
        {
            (Kind, Shape, Arguments, Options) = (kind, shape, arguments, options);
            foreach (var argument in arguments)
                if (argument is KerasTensor tensor) _sources[resolve(tensor).Node] = kind is null ? 0 : 1;
            foreach (var need in Needs)
                foreach (var (node, distance) in need.Sources)
                    _sources[node] = Math.Max(distance + 1, _sources.GetValueOrDefault(node));
        }

        /// <summary>The class of the operation; null: the only argument, a tensor, is the mask.</summary>
        public string? Kind { get; }

        public Shape Shape { get; }

        /// <summary>Tensors, masks, lists of masks and numbers.</summary>
        public IReadOnlyList<object> Arguments { get; }

        public IReadOnlyList<(string Key, JsonNode Value)> Options { get; }

        /// <summary>The masks that this one is made of.</summary>
        public IEnumerable<Mask> Needs => Arguments.SelectMany(a => a as IEnumerable<Mask> ?? (a is Mask mask ? [mask] : []));

        /// <summary>The uses of layers that this is made of in the end, and how many operations lie between at most.</summary>
        public IReadOnlyDictionary<LayerNode, int> Sources => _sources;
    }
}
