using Descent.Layers;

namespace Descent;

public partial class Model
{
    private readonly LayerGraph? _graph;

    // As they were given, which a config tells: one, a list, or by name.
    private readonly (KerasTensors Inputs, KerasTensors Outputs) _given;

    /// <summary>Creates a model of what lies between symbolic inputs and outputs.</summary>
    /// <param name="inputs">One symbolic tensor, several <c>[a, b]</c>, or several by name. Tensors inside another model can be inputs too: the models then share layers.</param>
    /// <param name="outputs">One symbolic tensor, several, or several by name.</param>
    /// <param name="name">The name; default <c>functional</c>.</param>
    /// <exception cref="ArgumentException">There is no input or no output, an output needs something that is not among the inputs, or two layers have one name.</exception>
    public Model(KerasTensors inputs, KerasTensors outputs, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        if (name is not null) Name = name;
        if (inputs.Count == 0 || outputs.Count == 0)
            throw Refusal($"Model '{Name}' must have inputs and outputs. Received: {inputs.Count} inputs and {outputs.Count} outputs.");
        _graph = new LayerGraph(inputs, outputs, Name);
        _given = (inputs, outputs);
        NameLayers(_graph.Layers);
        EnsureBuilt([.. _graph.Inputs.Select(t => t.Shape)]);
    }

    /// <inheritdoc/>
    public override KerasTensors Inputs => _graph is null ? base.Inputs : [.. _graph.Inputs];

    /// <inheritdoc/>
    public override KerasTensors Outputs => _graph is null ? base.Outputs : [.. _graph.Outputs];

    /// <summary>The names of the inputs, by which data can be given; null if the model knows none.</summary>
    public IReadOnlyList<string>? InputNames => _graph is null ? null : field ??= _given.Inputs.Names ?? [.. _graph.Inputs.Select(t => t.Name)];

    /// <summary>The names of the outputs, by which targets, losses and metrics can be given: those of their layers. Null if the model knows none.</summary>
    public IReadOnlyList<string>? OutputNames => _graph is null ? null : field ??= _given.Outputs.Names ?? [.. _graph.Outputs.Select(t => t.Name)];

    /// <summary>The layers: of a graph in Keras' order, the farthest from the outputs first, without the operations of arithmetic with symbolic tensors; of a class of your own those that it tracks.</summary>
    public virtual IReadOnlyList<Layer> Layers => _graph is null ? InnerLayers : field ??= [.. InnerLayers.Where(l => l is not Operation)];

    private protected override IReadOnlyList<Layer> InnerLayers => _graph?.Layers ?? base.InnerLayers;

    internal override string ClassName => GetType() == typeof(Model) ? "Functional" : base.ClassName;

    /// <summary>The attribute of Keras' models that lists their layers.</summary>
    private protected const string LayersAttribute = "layers/";

    // Keras visits attributes in alphabetical order, those with an underscore last, and "layers", which has them all, is one of a class of the user's, too.
    internal override IEnumerable<(string Attribute, Layer Layer)> Children => _graph is not null
        ? Layers.Select(l => (LayersAttribute, l))
        : base.Children.Where(p => p.Attribute[0] != '_' && string.CompareOrdinal(p.Attribute, LayersAttribute) < 0).Concat(Layers.Select(l => (LayersAttribute, l)));

    internal sealed override bool TakesMask => true;

    // In Keras layers of the functional API are built before they stand in a model, and named without it.
    private protected override string? InnerScope => _graph is null ? base.InnerScope : null;

    /// <summary>Finds a layer by name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">No layer has it.</exception>
    public Layer GetLayer(string name) => InnerLayers.FirstOrDefault(l => l.Name == name) ?? throw Refusal(
        $"Model '{Name}' has no layer '{name}'.{KerasNames.DidYouMean(name, InnerLayers.Select(l => l.Name))} Its layers: {string.Join(", ", InnerLayers.Select(l => l.Name))}.", nameof(name));

    /// <summary>Finds a layer by its place among <see cref="Layers"/>.</summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public Layer GetLayer(int index) => index >= 0 && index < Layers.Count ? Layers[index] : throw new ArgumentOutOfRangeException(
        nameof(index), $"The index of a layer of model '{Name}' must be in [0, {Layers.Count}). Received: {index}.");

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (_graph is null)
        {
            _lacksCall = true;
            throw new InvalidOperationException($"The class {GetType().Name} of model '{Name}' must override Call, for one input Call(Tensor, bool), for several Call(IReadOnlyList<Tensor>, bool).");
        }

        if (_graph.Inputs.Count > 1 || _graph.Outputs.Count > 1) return Call([x], training);
        if (!Fits(BuildShape!, x.Shape)) CheckInputs([x.Shape]);
        return _graph.Run(x, training);
    }

    // The layers inside read the mask of the tensor.
    /// <inheritdoc/>
    protected internal override Tensor Call(Tensor x, Tensor? mask, bool training) => Call(MaskedAlias(x, mask), training);

    /// <inheritdoc/>
    public override Tensor Call(IReadOnlyList<Tensor> inputs, bool training = false) => _graph is null ? base.Call(inputs, training) : RunGraph(inputs, training)[0];

    /// <inheritdoc/>
    protected internal override IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, LayerCall call)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (_graph is null) return base.Call(inputs, call);
        var masks = call.For(inputs).Masks;
        for (var i = 0; i < inputs.Count; i++)
            if (masks[i] != inputs[i].Mask) return RunGraph([.. inputs.Select((x, j) => MaskedAlias(x, masks[j]))], call.Training);
        return RunGraph(inputs, call.Training);
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => _graph is null ? base.ComputeOutputShape(inputShape) : ComputeOutputShapes([inputShape])[0];

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(IReadOnlyList<Shape> inputShapes) => _graph is null ? base.ComputeOutputShape(inputShapes) : ComputeOutputShapes(inputShapes)[0];

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> ComputeOutputShapes(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        if (_graph is null) return base.ComputeOutputShapes(inputShapes);
        CheckInputs(inputShapes, nameof(inputShapes));
        return _graph.ComputeOutputShapes(inputShapes);
    }

    internal override int GivenMaskRank(IReadOnlyList<Shape> inputShapes) => _graph?.Outputs[0].MaskRank ?? base.GivenMaskRank(inputShapes);

    // Layers without a name are numbered in the order in which they were first used.
    private static void NameLayers(IReadOnlyList<Layer> layers)
    {
        List<Layer> named = [.. layers.Where(l => l.HasName)];
        foreach (var layer in named) layer.TakeUniqueName(named);
        foreach (var layer in layers.Where(l => !l.HasName).OrderBy(l => l.Nodes[0].Order))
        {
            layer.TakeUniqueName(named);
            named.Add(layer);
        }
    }

    private Tensor[] RunGraph(IReadOnlyList<Tensor> inputs, bool training)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var fits = inputs.Count == BuildShapes!.Count;
        for (var i = 0; fits && i < inputs.Count; i++) fits = Fits(BuildShapes[i], inputs[i].Shape);
        if (!fits) CheckInputs([.. inputs.Select(x => x.Shape)]); // which says what does not
        return _graph!.Run(inputs, training);
    }
}
