using Descent.Layers;

namespace Descent;

/// <summary>The uses of layers that lead from some symbolic tensors to others, sorted once, so that a call is a walk along a list.</summary>
internal sealed class LayerGraph
{
    private readonly Step[] _steps;
    private readonly int[] _inputSlots;
    private readonly int[] _outputSlots;
    private readonly int _slots;
    private Tensor?[]? _spare;

    /// <param name="inputs">Where the graph begins: outputs of <see cref="Keras.Input"/>, or of layers inside another model.</param>
    /// <param name="outputs">Where it ends.</param>
    /// <param name="owner">The model, for messages.</param>
    /// <exception cref="ArgumentException">An output needs something that is not among the inputs.</exception>
    public LayerGraph(KerasTensors inputs, KerasTensors outputs, string owner)
    {
        (Inputs, Outputs) = ([.. inputs.Select(Entrance)], [.. outputs]);
        if (Inputs.Distinct().Count() != Inputs.Count)
            throw new ArgumentException($"Each input of model '{owner}' must be given once. Received: {string.Join(", ", inputs.Select(i => i.Name))}.", nameof(inputs));

        // A tensor inside another model that is an input here is played by the entrance made for it.
        for (var i = 0; i < inputs.Count; i++) _entrances[inputs[i]] = Inputs[i];
        for (var i = 0; i < outputs.Count; i++) Outputs[i] = Resolve(Outputs[i]);

        // Keras takes what has names in the order of the names.
        var ordered = outputs.Names is { } names ? [.. names.Zip(Outputs).OrderBy(o => o.First, StringComparer.Ordinal).Select(o => o.Second)] : Outputs;
        var search = new LayerGraphSearch(Inputs, ordered, Resolve, owner);
        (Nodes, Layers, Masks) = (search.Nodes, search.Layers, search.Masks);
        var slots = new Dictionary<KerasTensor, int>();
        foreach (var tensor in Inputs.Concat(Nodes.SelectMany(n => n.Outputs))) slots.TryAdd(tensor, slots.Count);
        _slots = slots.Count;
        _inputSlots = [.. Inputs.Select(t => slots[t])];
        _outputSlots = [.. Outputs.Select(t => slots[t])];
        _steps = [.. Nodes.Where(n => n.Inputs.Count > 0).Select(n => new Step(n, [.. n.Inputs.Select(t => slots[Resolve(t)])], slots[n.Outputs[0]]))];
    }

    private readonly Dictionary<KerasTensor, KerasTensor> _entrances = [];

    /// <summary>The entrances: each is the output of an <see cref="InputLayer"/>.</summary>
    public List<KerasTensor> Inputs { get; }

    public List<KerasTensor> Outputs { get; }

    /// <summary>The uses of layers, each after those that it needs.</summary>
    public IReadOnlyList<LayerNode> Nodes { get; }

    /// <summary>The layers, in Keras' order: the farthest from the outputs first.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>The masks that travel through the graph, as Keras makes them.</summary>
    public MaskGraph Masks { get; }

    /// <summary>The tensor of this graph that a use of a layer reads: itself, but for a tensor that is an input here.</summary>
    public KerasTensor Resolve(KerasTensor tensor) => _entrances.GetValueOrDefault(tensor, tensor);

    /// <summary>The output of a graph with one input and one output.</summary>
    public Tensor Run(Tensor x, bool training)
    {
        var values = Rent();
        values[_inputSlots[0]] = x;
        Walk(values, training);
        var y = values[_outputSlots[0]]!;
        Return(values);
        return y;
    }

    /// <summary>The outputs.</summary>
    public Tensor[] Run(IReadOnlyList<Tensor> inputs, bool training)
    {
        var values = Rent();
        for (var i = 0; i < _inputSlots.Length; i++) values[_inputSlots[i]] = inputs[i];
        Walk(values, training);
        var outputs = new Tensor[_outputSlots.Length];
        for (var i = 0; i < outputs.Length; i++) outputs[i] = values[_outputSlots[i]]!;
        Return(values);
        return outputs;
    }

    /// <summary>The shapes of the outputs for shapes of the inputs.</summary>
    public Shape[] ComputeOutputShapes(IReadOnlyList<Shape> inputShapes)
    {
        var shapes = new Shape[_slots];
        for (var i = 0; i < _inputSlots.Length; i++) shapes[_inputSlots[i]] = inputShapes[i];
        foreach (var step in _steps)
        {
            var outputs = step.Node.Layer.ComputeOutputShapes([.. step.Inputs.Take(step.Count).Select(i => shapes[i])], step.Node.Call);
            for (var i = 0; i < outputs.Count; i++) shapes[step.Output + i] = outputs[i];
        }

        return [.. _outputSlots.Select(i => shapes[i])];
    }

    private void Walk(Tensor?[] values, bool training)
    {
        foreach (var step in _steps)
        {
            var node = step.Node;
            if (step.IsPlain)
            {
                values[step.Output] = node.Layer.Apply(values[step.Inputs[0]]!, node.Training ?? training);
                continue;
            }

            var inputs = new Tensor[step.Count];
            for (var i = 0; i < inputs.Length; i++) inputs[i] = values[step.Inputs[i]]!;
            var call = node.Call.In(node.Training ?? training);
            if (node.LastName is { } name) call = call.With(name, values[step.Inputs[^1]]!, inputs);
            var outputs = node.Layer.ApplyAll(inputs, call);
            for (var i = 0; i < node.Outputs.Count; i++) values[step.Output + i] = outputs[i];
        }
    }

    // A model may be called from many threads, and inside itself; the array of the last call serves one of them.
    private Tensor?[] Rent() => Interlocked.Exchange(ref _spare, null) ?? new Tensor?[_slots];

    private void Return(Tensor?[] values)
    {
        Array.Clear(values);
        _spare = values;
    }

    private static KerasTensor Entrance(KerasTensor input) => input.Layer is InputLayer
        ? input
        : new InputLayer(input.Shape[1..], input.Shape[0] < 0 ? null : input.Shape[0]) { DType = input.DType.KerasName() }.Output;

    /// <summary>A use of a layer, and where its inputs and its first output stand; further outputs follow the first.</summary>
    private sealed class Step(LayerNode node, int[] inputs, int output)
    {
        public LayerNode Node => node;

        public int[] Inputs => inputs;

        public int Output => output;

        /// <summary>How many of them are inputs without a name.</summary>
        public int Count { get; } = inputs.Length - (node.LastName is null ? 0 : 1);

        public bool IsPlain { get; } = inputs.Length == 1 && node.Outputs.Count == 1 && node.Call.Options == CallOptions.None;
    }
}
