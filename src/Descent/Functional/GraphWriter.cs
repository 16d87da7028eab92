using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent;

/// <summary>Writes a graph of layers as Keras 3 does.</summary>
internal sealed class GraphWriter
{
    public const string CausalMaskKey = "use_causal_mask";
    public const string ScoresKey = "return_attention_scores";
    public const string StatesKey = "initial_state";

    private readonly LayerGraph _graph;
    private readonly MaskWriter _masks;

    // The how-manieth use of its layer each node is, of those in this graph.
    private readonly Dictionary<LayerNode, int> _indices = [];

    public GraphWriter(LayerGraph graph)
    {
        _graph = graph;
        var nodes = graph.Nodes.ToHashSet();
        foreach (var layer in graph.Layers)
        {
            var index = 0;
            foreach (var node in layer.Nodes)
                if (nodes.Contains(node)) _indices.Add(node, index++);
        }

        _masks = new MaskWriter(graph.Masks, graph.Layers.Select(l => l.Name), Tensor);
    }

    public void Write(JsonObject config, KerasTensors inputs, KerasTensors outputs)
    {
        JsonObject[] layers = [.. _graph.Layers.Select(Layer)];
        config["layers"] = new JsonArray([.. layers, .. _masks.Operations]);
        config["input_layers"] = Ends(inputs);
        config["output_layers"] = Ends(outputs);
    }

    private JsonObject Layer(Layer layer)
    {
        var json = layer is Operation operation ? operation.Write() : layer.Serialize();
        json["name"] = layer.Name;
        json["inbound_nodes"] = new JsonArray([.. layer.Nodes.Where(n => n.Inputs.Count > 0 && _indices.ContainsKey(n)).Select(Node)]);
        return json;
    }

    private JsonObject Node(LayerNode node)
    {
        if (node.Call.AttentionMask is not null)
            throw new NotSupportedException($"The attention mask of layer '{node.Layer.Name}' is a tensor with values, which a config cannot hold. Give it as an input of the model.");
        List<JsonNode> inputs = [.. node.Inputs.Select(Tensor)];
        var arguments = new JsonObject();
        if (node.LastName is { } name)
        {
            arguments[name] = inputs[^1];
            inputs.RemoveAt(inputs.Count - 1);
        }

        if (_masks.ArgumentOf(node) is { } mask) arguments[LayerCall.MaskName] = mask;
        if (node.Call.UseCausalMask) arguments[CausalMaskKey] = true;
        if (node.Call.ReturnAttentionScores) arguments[ScoresKey] = true;
        if (node.Training is { } training) arguments["training"] = training;
        switch (node.Layer.CallForm)
        {
            case CallForm.List when node.Layer is Operation operation:
                inputs = operation.WriteArguments(inputs);
                break;
            case CallForm.List when inputs.Count > 1 || node.Layer is Merge:
                inputs = [new JsonArray([.. inputs])];
                break;
            case CallForm.Apart when inputs.Count == 1:
                inputs.Add(inputs[0].DeepClone()); // Keras asks for query and value
                break;
            case CallForm.WithStates when inputs.Count > 1:
                arguments[StatesKey] = new JsonArray([.. inputs.Skip(1)]);
                inputs = [inputs[0]];
                break;
        }

        return new JsonObject { ["args"] = new JsonArray([.. inputs]), ["kwargs"] = arguments };
    }

    private JsonObject Tensor(KerasTensor tensor)
    {
        tensor = _graph.Resolve(tensor);
        return Tensor(tensor.Shape, tensor.DType, Place(tensor, 0));
    }

    /// <summary>Writes a symbolic tensor.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="dtype">The type of its elements.</param>
    /// <param name="place">Which output of which use of which layer it is.</param>
    public static JsonObject Tensor(Shape shape, DType dtype, JsonArray place) => new()
    {
        ["class_name"] = "__keras_tensor__",
        ["config"] = new JsonObject
        {
            ["shape"] = ConfigShapes.Write(shape),
            ["dtype"] = dtype.KerasName(),
            ["keras_history"] = place,
        },
    };

    private JsonNode Ends(KerasTensors tensors)
    {
        JsonNode[] places = [.. tensors.Select(t => _graph.Resolve(t)).Select(t => Place(t, Model.CountsFromOne(t.Layer) ? 1 : 0))];
        if (tensors.Names is { } names) return new JsonObject(names.Zip(places, (name, place) => KeyValuePair.Create(name, (JsonNode?)place)));
        return tensors.IsSingle ? places[0] : new JsonArray(places);
    }

    private JsonArray Place(KerasTensor tensor, int first) => new(tensor.Layer.Name, _indices[tensor.Node] + first, tensor.Index);
}
