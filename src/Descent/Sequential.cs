using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent;

/// <summary>A model that is a list of layers, each taking the output of the one before.</summary>
/// <example><code>
/// var model = new Sequential([
///     new Dense(64, "relu") { InputShape = [10] },
///     new Dense(1),
/// ]);
/// model.Compile(optimizer: "adam", loss: "mse");
/// model.Fit(x, y, epochs: 5);
/// </code></example>
public sealed class Sequential : Model
{
    private readonly List<Layer> _layers = [];
    private readonly List<KerasTensor> _tensors = []; // what each layer gives
    private Shape? _outputShape;
    private bool _isDeclared = true; // unless the first data told the shape of the input

    /// <summary>Creates a model without layers.</summary>
    public Sequential()
    {
    }

    /// <summary>Creates a model of layers. If the first one knows its input's shape the weights are created at once, otherwise with the first data.</summary>
    /// <param name="layers">The layers, from input to output.</param>
    /// <param name="name">The name; default <c>sequential</c>.</param>
    /// <exception cref="ArgumentException">Two layers have the same name, or one cannot take what comes from the one before it.</exception>
    public Sequential(IEnumerable<Layer> layers, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (name is not null) Name = name;
        foreach (var layer in layers) Append(layer);
        BuildIfShapeIsKnown();
    }

    private Sequential(ConfigReader reader)
        : base(reader)
    {
        foreach (var json in reader.Array("layers"))
        {
            Append(Deserialize(json as JsonObject ?? throw new ArgumentException(
                $"Each of the 'layers' of Sequential must be an object. Received: {KerasNames.Shorten(json)}.")));
        }

        BuildIfShapeIsKnown();
        if (reader.NullableArray("build_input_shape") is { } shape && _layers.Count > 0) EnsureBuilt(ConfigShapes.Read(shape));
    }

    /// <summary>The layers, without the <see cref="InputLayer"/> at the entrance.</summary>
    public override IReadOnlyList<Layer> Layers => _layers is [InputLayer, .. var rest] ? rest : [.. _layers];

    /// <inheritdoc/>
    public override IReadOnlyList<Shape>? OutputShapes => _outputShape is { } shape ? [shape] : null;

    /// <inheritdoc/>
    public override KerasTensors Inputs => [Connected[0]];

    /// <inheritdoc/>
    public override KerasTensors Outputs => [Connected[^1]];

    private List<KerasTensor> Connected => BuildShape is null
        ? throw new InvalidOperationException($"Model '{Name}' must be built before it has inputs and outputs. Begin it with Keras.Input(shape), or call Build with the input's shape.")
        : _tensors;

    private protected override IReadOnlyList<Layer> InnerLayers => _layers;

    /// <summary>The layers with the <see cref="InputLayer"/>, if there is one.</summary>
    internal IReadOnlyList<Layer> AllLayers => _layers;

    internal override IEnumerable<(string Attribute, Layer Layer)> Children => Layers.Select(l => (LayersAttribute, l));

    /// <summary>Adds a layer at the end.</summary>
    /// <param name="layer">The layer.</param>
    /// <exception cref="ArgumentException">Another layer has its name, or it cannot take what comes from the one before it; the model is unchanged then.</exception>
    public void Add(Layer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        var count = _layers.Count;
        try
        {
            Append(layer);
            Unbuild();
            BuildIfShapeIsKnown();
        }
        catch
        {
            _layers.RemoveRange(count, _layers.Count - count);
            BuildIfShapeIsKnown();
            throw;
        }
    }

    /// <summary>Removes the last layer.</summary>
    /// <returns>The layer.</returns>
    /// <exception cref="InvalidOperationException">There is no layer.</exception>
    public Layer Pop()
    {
        if (Layers.Count == 0)
            throw new InvalidOperationException($"Model '{Name}' must have a layer to remove. Received: a model without layers.");
        var last = _layers[^1];
        _layers.RemoveAt(_layers.Count - 1);
        Unbuild();
        BuildIfShapeIsKnown();
        return last;
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        EnsureBuilt(x.Shape);
        foreach (var layer in _layers) x = layer.Apply(x, training);
        return x;
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape)
    {
        foreach (var layer in _layers) inputShape = layer.ComputeOutputShape(inputShape);
        return inputShape;
    }

    // The rows of the first data say nothing about those of the next.
    private protected override JsonObject? BuildConfig() => BuildShape is { } shape ? new JsonObject { ["input_shape"] = ConfigShapes.Write(shape) } : null;

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["layers"] = new JsonArray([.. _layers.Select(l => (JsonNode)l.Serialize())]);
        if (BuildShape is { } shape) config["build_input_shape"] = ConfigShapes.Write(shape);
        return config;
    }

    /// <summary>Makes a model from what <see cref="GetConfig"/> returns; weights have new first values.</summary>
    /// <param name="config">The layers under Keras' keys.</param>
    /// <returns>A new model.</returns>
    /// <exception cref="ArgumentException">An argument of the model or of a layer is missing, bad or not known.</exception>
    public static new Sequential FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Sequential(reader));

    private protected override void BuildLayers(IReadOnlyList<Shape> inputShapes)
    {
        if (inputShapes.Count != 1)
            throw Refusal($"Model '{Name}' takes 1 input: its layers follow one another. Received: {inputShapes.Count}. Use the functional API for several.", nameof(inputShapes));
        if (_layers.Count == 0)
            throw new InvalidOperationException($"Model '{Name}' must have layers before it is built. Call model.Add(layer).");
        var outputs = Follow(inputShapes[0]);
        _outputShape = outputs[^1].Shapes[0];

        // Not before all layers could take the shape: the next data may have another one.
        if (_layers[0] is not InputLayer)
        {
            _isDeclared = false;
            Insert(new InputLayer(inputShapes[0][1..]));
            outputs.Insert(0, (inputShapes, 0));
        }

        Connect(outputs);
    }

    private protected override bool IsDeclared => _isDeclared;

    /// <inheritdoc/>
    private protected override void Compare(IReadOnlyList<Shape> shapes) => Follow(shapes[0]);

    // What each layer gives, which is built for what the one before gives.
    private List<(IReadOnlyList<Shape> Shapes, int MaskRank)> Follow(Shape inputShape)
    {
        List<(IReadOnlyList<Shape> Shapes, int MaskRank)> outputs = [];
        Shape given = [_layers[0] is InputLayer { BatchShape: var batch } ? batch[0] : -1, .. inputShape[1..]];
        var last = (Shapes: (IReadOnlyList<Shape>)[given], MaskRank: InputMaskRank);
        foreach (var layer in _layers)
        {
            last = layer.Foretell([last.Shapes[0]], [last.MaskRank], new LayerCall());
            outputs.Add(last);
        }

        return outputs;
    }

    // Layers that stood here before keep the symbolic tensors that they gave.
    private void Connect(List<(IReadOnlyList<Shape> Shapes, int MaskRank)> outputs)
    {
        var kept = 0;
        while (kept < _tensors.Count && kept < _layers.Count && _tensors[kept].Layer == _layers[kept]) kept++;
        _tensors.RemoveRange(kept, _tensors.Count - kept);
        for (var i = kept; i < _layers.Count; i++)
        {
            _tensors.Add(_layers[i] is InputLayer input
                ? input.Output
                : _layers[i].AddNode([_tensors[i - 1]], outputs[i].Shapes, _layers[i].OutputDType(_tensors[i - 1].DType), outputs[i].MaskRank).Outputs[0]);
        }
    }

    internal override int GivenMaskRank(IReadOnlyList<Shape> inputShapes) => _tensors[^1].MaskRank;

    private void Append(Layer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        RefuseLoop(layer);
        if (_layers.Contains(layer))
            throw new ArgumentException($"Each layer can stand in a model once. Received: '{layer.Name}' twice.", nameof(layer));
        if (layer is InputLayer && _layers.Count > 0)
            throw new ArgumentException($"An input must be the first layer of a model. Received: one after {_layers.Count} layers.", nameof(layer));
        layer.TakeUniqueName(_layers);
        _layers.Add(layer);
        if (_layers.Count == 1 && layer is not InputLayer && layer.InputShape is { } shape) Insert(new InputLayer(shape));
    }

    private void Insert(InputLayer input)
    {
        input.TakeUniqueName(_layers);
        _layers.Insert(0, input);
    }

    private void BuildIfShapeIsKnown()
    {
        if (_layers is [InputLayer input, _, ..]) EnsureBuilt(input.BatchShape);
    }
}
