namespace Descent.Layers;

// The functional API: layers applied to tensors without values.
public abstract partial class Layer
{
    [ThreadStatic]
    private static bool t_compares; // whether Build runs once more, for CheckShared

    private readonly List<LayerNode> _nodes = [];

    /// <summary>The uses of this layer in the functional API, in their order.</summary>
    internal IReadOnlyList<LayerNode> Nodes => _nodes;

    /// <summary>The symbolic tensor that the layer was applied to, the first time; of a model its own input.</summary>
    /// <exception cref="InvalidOperationException">The layer was not applied to a symbolic tensor and stands in no built <see cref="Sequential"/>, or there are several inputs: see <see cref="Inputs"/>.</exception>
    public KerasTensor Input => Single(Inputs, "input");

    /// <summary>The symbolic tensor that the layer gave, the first time that it was applied; of a model its own output.</summary>
    /// <exception cref="InvalidOperationException">The layer was not applied to a symbolic tensor and stands in no built <see cref="Sequential"/>, or there are several outputs: see <see cref="Outputs"/>.</exception>
    /// <example><code>var features = new Model(model.Inputs, model.GetLayer("dense_2").Output);</code></example>
    public KerasTensor Output => Single(Outputs, "output");

    /// <summary>The symbolic tensors that the layer was applied to, the first time; of a model its own inputs.</summary>
    /// <exception cref="InvalidOperationException">The layer was not applied to a symbolic tensor and stands in no built <see cref="Sequential"/>.</exception>
    public virtual KerasTensors Inputs => [.. First("input").Inputs];

    /// <summary>The symbolic tensors that the layer gave, the first time that it was applied; of a model its own outputs.</summary>
    /// <exception cref="InvalidOperationException">The layer was not applied to a symbolic tensor and stands in no built <see cref="Sequential"/>.</exception>
    public virtual KerasTensors Outputs => [.. First("output").Outputs];

    /// <summary>Applies the layer to a symbolic tensor. The weights are made; nothing else is computed.</summary>
    /// <param name="x">What <see cref="Keras.Input"/> or another layer gave.</param>
    /// <param name="training">Whether the layer runs as in training, such as <c>false</c> to keep part of a model as it is. Default null: as the model does.</param>
    /// <returns>The output; of a layer with several outputs the first.</returns>
    /// <exception cref="ArgumentException">The shape does not fit the layer, or not the one it was built for.</exception>
    public KerasTensor Apply(KerasTensor x, bool? training = null) => ApplyAll([x], training)[0];

    /// <summary>The same with a mask of the caller's: Keras' <c>layer(x, mask=mask)</c>.</summary>
    /// <param name="x">What <see cref="Keras.Input"/> or another layer gave.</param>
    /// <param name="mask">Which time steps count, in place of the mask that <paramref name="x"/> carries: of its leading dimensions, bool, or numbers that are not 0.</param>
    /// <param name="training">Whether the layer runs as in training. Default null: as the model does.</param>
    /// <returns>The output; of a layer with several outputs the first.</returns>
    /// <exception cref="ArgumentException">The shape does not fit the layer, or not the one it was built for.</exception>
    public KerasTensor Apply(KerasTensor x, KerasTensor mask, bool? training = null) => ApplyAll([x], (LayerCall.MaskName, mask), new LayerCall(), training)[0];

    /// <summary>Applies the layer to several symbolic tensors.</summary>
    /// <param name="inputs">What <see cref="Keras.Input"/> or other layers gave.</param>
    /// <param name="training">Whether the layer runs as in training. Default null: as the model does.</param>
    /// <returns>The output; of a layer with several outputs the first.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit the layer, or not those it was built for.</exception>
    public KerasTensor Apply(IReadOnlyList<KerasTensor> inputs, bool? training = null) => ApplyAll(inputs, training)[0];

    /// <summary>The same with options of the call, such as <see cref="LayerCall.UseCausalMask"/>.</summary>
    /// <param name="inputs">What <see cref="Keras.Input"/> or other layers gave.</param>
    /// <param name="call">The options; masks travel with tensors and are not given here.</param>
    /// <param name="training">Whether the layer runs as in training. Default null: as the model does.</param>
    /// <returns>The output; of a layer with several outputs the first.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit the layer, or not those it was built for.</exception>
    public KerasTensor Apply(IReadOnlyList<KerasTensor> inputs, LayerCall call, bool? training = null) => ApplyAll(inputs, call, training)[0];

    /// <summary>Applies the layer to several symbolic tensors and returns all its outputs.</summary>
    /// <param name="inputs">What <see cref="Keras.Input"/> or other layers gave.</param>
    /// <param name="training">Whether the layer runs as in training. Default null: as the model does.</param>
    /// <returns>The outputs.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit the layer, or not those it was built for.</exception>
    public IReadOnlyList<KerasTensor> ApplyAll(IReadOnlyList<KerasTensor> inputs, bool? training = null) => ApplyAll(inputs, new LayerCall(), training);

    /// <summary>The same with options of the call, such as <see cref="LayerCall.UseCausalMask"/>.</summary>
    /// <param name="inputs">What <see cref="Keras.Input"/> or other layers gave.</param>
    /// <param name="call">The options; masks travel with tensors and are not given here.</param>
    /// <param name="training">Whether the layer runs as in training. Default null: as the model does.</param>
    /// <returns>The outputs.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit the layer, or not those it was built for.</exception>
    public IReadOnlyList<KerasTensor> ApplyAll(IReadOnlyList<KerasTensor> inputs, LayerCall call, bool? training = null) => ApplyAll(inputs, null, call, training);

    /// <summary>The same with a tensor that Keras' call takes by name.</summary>
    internal IReadOnlyList<KerasTensor> ApplyAll(IReadOnlyList<KerasTensor> inputs, (string Name, KerasTensor Tensor)? named, LayerCall call, bool? training)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count == 0) throw NoInputs();
        foreach (var input in inputs) ArgumentNullException.ThrowIfNull(input, nameof(inputs));
        KerasTensor[] needed = named is { } last ? [.. inputs, last.Tensor ?? throw new ArgumentNullException(last.Name)] : [.. inputs];
        CheckOptions(call);
        int[] maskRanks = [.. inputs.Select(i => i.MaskRank)];
        Shape[] shapes = [.. inputs.Select(i => i.Shape)];
        if (named is (LayerCall.MaskName, var mask))
        {
            CheckMask(shapes[0], mask.Shape);
            maskRanks[0] = mask.Shape.Rank;
        }

        IReadOnlyList<Shape> outputShapes;
        int maskRank;
        try
        {
            (outputShapes, maskRank) = Foretell(shapes, maskRanks, call);
        }
        catch (ArgumentException exception) when (IsNameless(exception))
        {
            throw Named(exception, shapes);
        }

        return AddNode(needed, outputShapes, OutputDType([.. inputs.Select(i => i.DType)]), maskRank, training, call, named?.Name).Outputs;
    }

    /// <summary>The shapes of all outputs of a call whose options change their number. The default looks at the shapes alone.</summary>
    internal virtual IReadOnlyList<Shape> ComputeOutputShapes(IReadOnlyList<Shape> inputShapes, LayerCall call) => ComputeOutputShapes(inputShapes);

    /// <summary>The type of the outputs for the types of all inputs; the default looks at the first.</summary>
    internal virtual DType OutputDType(IReadOnlyList<DType> inputs) => OutputDType(inputs[0]);

    /// <summary>The type of the outputs for a type of the first input.</summary>
    internal virtual DType OutputDType(DType input) => DType.Float32;

    /// <summary>Whether Keras' call takes the mask of its input as an argument; configs hold it then.</summary>
    internal virtual bool TakesMask => false;

    /// <summary>The mask of the first output, made of those of the inputs by Keras' operations; asked only where there is one. The default passes that of the first input on.</summary>
    internal virtual MaskGraph.Mask? WriteMask(MaskGraph masks, LayerNode node) => SupportsMasking ? masks.Given(node) : null;

    /// <summary>How Keras' call takes several inputs.</summary>
    internal virtual CallForm CallForm => CallForm.List;

    internal LayerNode AddNode(IReadOnlyList<KerasTensor> inputs, IReadOnlyList<Shape> outputShapes, DType dtype, int maskRank = 0, bool? training = null, LayerCall call = default, string? lastName = null)
    {
        var node = new LayerNode(this, inputs, outputShapes, dtype, maskRank, training, call, lastName);
        lock (_gate) _nodes.Add(node);
        return node;
    }

    private LayerNode First(string what) => _nodes is [var node, ..] ? node : throw new InvalidOperationException(
        $"Layer '{Name}' must have been applied to a symbolic tensor before it has an {what}: layer.Apply(Keras.Input(shape)), or a place in a Sequential model that is built. Received: no such call.");

    private KerasTensor Single(KerasTensors tensors, string what) => tensors is [var tensor] ? tensor : throw new InvalidOperationException(
        $"Layer '{Name}' must have one {what}. Received: {tensors.Count}. Use {char.ToUpperInvariant(what[0])}{what[1..]}s.");

    // A layer has one set of weights. Whether they serve inputs of another shape too shows when Build is run again: it must ask for the same.
    // That of a layer that others are made of goes through them; what only a call can tell, a trial shows.
    private protected void CheckShared(IReadOnlyList<Shape> shapes)
    {
        if (BuildShapes!.SequenceEqual(shapes.Select(AnyBatch)) || !Own().Any()) return;
        lock (_gate)
        {
            Running.Push(this);
            try
            {
                if (!_tracksInBuild) Compare(shapes);
                if (_tracksInBuild || _isBuiltByCall) Try(shapes);
            }
            catch (ArgumentException exception) when (InnerLayers.Count > 0 && exception.Data[NamedBy] as string != Name)
            {
                throw Named(new ArgumentException($"{CannotBeShared}. Received shape {string.Join(", ", shapes)}.", exception));
            }
            finally
            {
                Running.Pop();
            }
        }
    }

    /// <summary>Asks what is inside whether it serves inputs of other shapes, too: <c>Build</c> runs again, and <c>AddWeight</c> compares.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    private protected virtual void Compare(IReadOnlyList<Shape> shapes)
    {
        var before = t_compares;
        t_compares = true;
        try
        {
            Build(shapes);
        }
        finally
        {
            t_compares = before;
        }
    }

    private string CannotBeShared => $"Layer '{Name}' was built for inputs of shape {string.Join(", ", BuildShapes!)} and cannot be shared with inputs of another shape";

    // What AddWeight does while Build is run again.
    private Variable Existing(string name, Shape shape)
    {
        var existing = _weights.Find(w => w.Variable.Name == name)?.Variable;
        return existing is not null && existing.Shape == shape ? existing : throw Refusal(
            $"{CannotBeShared}: its weight '{name}' has shape {existing?.Shape}. Received an input that needs shape {shape}.");
    }
}
