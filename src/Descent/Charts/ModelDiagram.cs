using Descent.Layers;

namespace Descent.Charts;

/// <summary>What a picture of a model shows: a box for each use of a layer, and which box reads from which.</summary>
internal sealed class ModelDiagram
{
    private readonly List<ModelBox> _boxes = [];
    private readonly List<(int From, int To)> _edges = [];
    private readonly List<int> _inputs = [];
    private readonly List<int> _outputs = [];

    /// <param name="model">The model.</param>
    /// <param name="expandNested">Whether models inside it are shown with their layers.</param>
    public ModelDiagram(Model model, bool expandNested)
    {
        Name = model.Name;
        if (model.Graph is { } graph) AddGraph(graph, expandNested);
        else if (model is Sequential sequential) AddChain(sequential, expandNested);
        else AddParts(model, expandNested);
    }

    public string Name { get; }

    public IReadOnlyList<ModelBox> Boxes => _boxes;

    /// <summary>Which box reads from which, by their indices.</summary>
    public IReadOnlyList<(int From, int To)> Edges => _edges;

    /// <summary>Whether it is known which layer reads from which: not in a model whose <c>Call</c> is code.</summary>
    public bool IsConnected { get; private set; } = true;

    /// <summary>The boxes where the model begins.</summary>
    public IReadOnlyList<int> Inputs => _inputs;

    /// <summary>The boxes where it ends.</summary>
    public IReadOnlyList<int> Outputs => _outputs;

    private void AddGraph(LayerGraph graph, bool expandNested)
    {
        var places = new Dictionary<LayerNode, int>();
        var seen = new HashSet<Layer>();
        foreach (var node in graph.Nodes)
        {
            places[node] = _boxes.Count;
            _boxes.Add(new ModelBox(node.Layer, [.. node.Inputs.Select(t => t.Shape)], [.. node.Outputs.Select(t => t.Shape)], IsShared: !seen.Add(node.Layer), Inner(node.Layer, expandNested)));
            foreach (var from in node.Inputs.Select(t => places[graph.Resolve(t).Node]).Distinct()) _edges.Add((from, places[node]));
        }

        _inputs.AddRange(graph.Inputs.Select(t => places[t.Node]).Distinct());
        _outputs.AddRange(graph.Outputs.Select(t => places[t.Node]).Distinct());
    }

    private void AddChain(Sequential model, bool expandNested)
    {
        var shape = model.BuildShape;
        foreach (var layer in model.AllLayers)
        {
            var output = shape is null ? null : layer.ComputeOutputShape(shape);
            if (_boxes.Count > 0) _edges.Add((_boxes.Count - 1, _boxes.Count));
            _boxes.Add(new ModelBox(layer, Known(layer is InputLayer ? null : shape), Known(output), IsShared: false, Inner(layer, expandNested)));
            shape = output;
        }

        if (_boxes.Count == 0) return;
        _inputs.Add(0);
        _outputs.Add(_boxes.Count - 1);
    }

    private void AddParts(Model model, bool expandNested)
    {
        IsConnected = false;
        foreach (var layer in model.Layers) _boxes.Add(new ModelBox(layer, [], [], IsShared: false, Inner(layer, expandNested)));
        if (_boxes.Count == 0) return;
        _inputs.Add(0);
        _outputs.Add(_boxes.Count - 1);
    }

    private static Shape[] Known(Shape? shape) => shape is null ? [] : [shape];

    private static ModelDiagram? Inner(Layer layer, bool expandNested) =>
        expandNested && layer is Model model && new ModelDiagram(model, expandNested) is { Boxes.Count: > 0 } diagram ? diagram : null;
}
