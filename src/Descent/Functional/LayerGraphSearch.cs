using Descent.Layers;

namespace Descent;

/// <summary>Finds the uses of layers between inputs and outputs, and sorts them and their layers as Keras does.</summary>
internal sealed class LayerGraphSearch
{
    private readonly Dictionary<Layer, int> _places = []; // in the order in which the search came to them
    private readonly HashSet<LayerNode> _found = [];
    private readonly List<LayerNode> _nodes = [];
    private readonly Func<KerasTensor, KerasTensor> _resolve;

    public LayerGraphSearch(IReadOnlyList<KerasTensor> inputs, IReadOnlyList<KerasTensor> outputs, Func<KerasTensor, KerasTensor> resolve, string owner)
    {
        _resolve = resolve;
        var entrances = inputs.Select(i => i.Node).ToHashSet();
        foreach (var output in outputs) Visit(output.Node, entrances, owner);
        Masks = new MaskGraph(_nodes, resolve);
        Layers = Sort(inputs);
    }

    /// <summary>The uses of layers, each after those that it needs.</summary>
    public IReadOnlyList<LayerNode> Nodes => _nodes;

    /// <summary>The layers, the farthest from the outputs first (operations that make masks count), and of those equally far the one that the search came to first.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    public MaskGraph Masks { get; }

    private IEnumerable<LayerNode> Parents(LayerNode node) => node.Inputs.Select(t => _resolve(t).Node);

    // Depth first, without recursion: a graph may be deeper than the stack.
    private void Visit(LayerNode last, HashSet<LayerNode> entrances, string owner)
    {
        var path = new Stack<(LayerNode Node, int Next)>();
        Enter(last);
        while (path.TryPop(out var top))
        {
            if (top.Next == top.Node.Inputs.Count)
            {
                _nodes.Add(top.Node);
                continue;
            }

            path.Push((top.Node, top.Next + 1));
            Enter(_resolve(top.Node.Inputs[top.Next]).Node);
        }

        void Enter(LayerNode node)
        {
            if (!_found.Add(node)) return;
            if (node.Inputs.Count == 0 && !entrances.Contains(node))
            {
                var namesake = entrances.Any(e => e.Layer.Name == node.Layer.Name) ? " Another input has that name: tell them apart with Keras.Input(shape, name: \"…\")." : "";
                var user = path.TryPeek(out var user1) ? $"Layer '{user1.Node.Layer.Name}'" : "An output";
                throw new ArgumentException($"The graph of model '{owner}' is disconnected: {user} needs '{node.Layer.Name}', which is not among the inputs: {string.Join(", ", entrances.Select(e => $"'{e.Layer.Name}'"))}.{namesake}");
            }

            _places.TryAdd(node.Layer, _places.Count);
            path.Push((node, 0));
        }
    }

    private Layer[] Sort(IReadOnlyList<KerasTensor> inputs)
    {
        var nodeDepths = new Dictionary<LayerNode, int>();
        var layerDepths = new Dictionary<Layer, int>();
        foreach (var node in Enumerable.Reverse(_nodes))
        {
            var depth = Math.Max(nodeDepths.GetValueOrDefault(node), layerDepths.GetValueOrDefault(node.Layer));
            nodeDepths[node] = layerDepths[node.Layer] = depth;
            foreach (var parent in Parents(node)) Deepen(parent, depth + 1);
            foreach (var mask in Masks.TakenBy(node).OfType<MaskGraph.Mask>())
                foreach (var (source, operations) in mask.Sources) Deepen(source, depth + operations + 1);
        }

        // An input that nothing uses stays an input.
        foreach (var input in inputs)
        {
            if (!_found.Add(input.Node)) continue;
            _nodes.Insert(0, input.Node);
            layerDepths.Add(input.Layer, 0);
            _places.Add(input.Layer, -1);
        }

        void Deepen(LayerNode node, int depth) => nodeDepths[node] = Math.Max(depth, nodeDepths.GetValueOrDefault(node));

        return [.. layerDepths.OrderByDescending(d => d.Value).ThenBy(d => _places[d.Key]).Select(d => d.Key)];
    }
}
