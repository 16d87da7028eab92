using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>Two recurrent layers over the same sequences, one from the first time step on and one from the last, and their outputs merged.</summary>
/// <remarks>
/// The layer that is given is a pattern: forward and backward layer are new ones with its options. Where they return sequences, both have zeros for
/// masked time steps, as in Keras. Further inputs are the first states, those of the forward layer first.
/// </remarks>
/// <example><code>new Bidirectional(new LSTM(64) { ReturnSequences = true }) { MergeMode = "sum" }</code></example>
public sealed class Bidirectional : Layer
{
    private static readonly string?[] MergeModes = ["sum", "mul", "ave", "concat", null];

    private readonly Recurrent _pattern;
    private Recurrent? _backward;

    /// <summary>Creates the layer.</summary>
    /// <param name="layer">The recurrent layer that runs in both directions.</param>
    public Bidirectional(Recurrent layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        _pattern = layer;
        ForwardLayer = Track(Directed(layer, "forward", layer.GoBackwards), "forward_layer");
    }

    private Bidirectional(ConfigReader reader)
        : base(reader)
    {
        _pattern = ReadLayer(reader, "layer");
        ForwardLayer = Track(Directed(_pattern, "forward", _pattern.GoBackwards), "forward_layer");
        if (reader.Node("backward_layer") is not null) _backward = CheckedBackward(ReadLayer(reader, "backward_layer"));
        if (reader.Has("merge_mode")) MergeMode = reader.NullableString("merge_mode");
        ActivityRegularizer = ReadRegularizer(reader, "activity_regularizer");
    }

    /// <summary>How the outputs become one: <c>"concat"</c> (the default), <c>"sum"</c>, <c>"ave"</c> or <c>"mul"</c>; null: both are returned.</summary>
    /// <exception cref="ArgumentException">The mode is none of these.</exception>
    public string? MergeMode
    {
        get;
        init => field = MergeModes.Contains(value) ? value : throw new ArgumentException($"MergeMode must be one of sum, mul, ave, concat, or null. Received: '{value}'.", nameof(value));
    } = "concat";

    /// <summary>The layer that runs from the first time step on.</summary>
    public Recurrent ForwardLayer { get; }

    /// <summary>The layer that runs from the last time step on. Unset: like the forward layer.</summary>
    /// <exception cref="ArgumentException">It runs in the same direction as the forward layer, or returns something else.</exception>
    public Recurrent BackwardLayer
    {
        get => _backward ??= Track(Directed(_pattern, "backward", !_pattern.GoBackwards), "backward_layer");
        init => _backward = CheckedBackward(value);
    }

    /// <inheritdoc/>
    private protected override IReadOnlyList<Layer> InnerLayers => [ForwardLayer, BackwardLayer];

    private protected override (int Least, int Most) MaskRanks => (2, 2);

    internal override bool TakesMask => true;

    internal override CallForm CallForm => CallForm.WithStates;

    /// <summary>Forgets the states of both layers.</summary>
    /// <exception cref="InvalidOperationException">They are not stateful.</exception>
    public void ResetStates()
    {
        ForwardLayer.ResetStates();
        BackwardLayer.ResetStates();
    }

    /// <inheritdoc/>
    public override void Build(Shape inputShape)
    {
        ForwardLayer.EnsureBuilt(inputShape);
        BackwardLayer.EnsureBuilt(inputShape);
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false) => Call([x], new LayerCall(training))[0];

    /// <inheritdoc/>
    protected internal override Tensor Call(Tensor x, Tensor? mask, bool training) => Call([x], new LayerCall(training, [mask]))[0];

    /// <inheritdoc/>
    protected internal override IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, LayerCall call)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        CheckFits(inputs[0].Shape);
        if (inputs.Count % 2 == 0)
            throw Refusal($"Layer '{Name}' expects as many first states for the forward as for the backward layer. Received: {inputs.Count - 1} states.", nameof(inputs));
        var half = (inputs.Count - 1) / 2;
        var mask = call.For(inputs).Masks[0];
        var forward = Run(ForwardLayer, 1);
        var backward = Run(BackwardLayer, 1 + half);
        var (y, reversed) = (forward[0], backward[0]);
        if (ForwardLayer.ReturnSequences) reversed = Ops.Flip(reversed, [1]);
        Tensor[] outputs = MergeMode switch
        {
            "concat" => [Ops.Concatenate([y, reversed])],
            "sum" => [y + reversed],
            "ave" => [(y + reversed) * 0.5f],
            "mul" => [y * reversed],
            _ => [y, reversed],
        };
        return ForwardLayer.ReturnState ? [.. outputs, .. forward.Skip(1), .. backward.Skip(1)] : outputs;

        IReadOnlyList<Tensor> Run(Recurrent layer, int firstState)
        {
            Tensor[] own = [inputs[0], .. inputs.Skip(firstState).Take(half)];
            var masks = new Tensor?[own.Length];
            masks[0] = mask;
            return layer.ApplyAll(own, new LayerCall(call.Training, masks));
        }
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => ComputeOutputShapes([inputShape])[0];

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(IReadOnlyList<Shape> inputShapes) => ComputeOutputShapes(inputShapes)[0];

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> ComputeOutputShapes(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        var (forward, backward) = (ForwardLayer.ComputeOutputShapes(inputShapes), BackwardLayer.ComputeOutputShapes(inputShapes));
        Shape[] outputs = MergeMode switch
        {
            "concat" => [Shape.Create([.. forward[0].Dimensions[..^1], forward[0][^1] + backward[0][^1]])],
            null => [forward[0], backward[0]],
            _ => [forward[0]],
        };
        return [.. outputs, .. forward.Skip(1), .. backward.Skip(1)];
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["merge_mode"] = MergeMode;
        config["layer"] = ForwardLayer.Serialize();
        config["backward_layer"] = BackwardLayer.Serialize();
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Bidirectional FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Bidirectional(reader));

    private static Recurrent ReadLayer(ConfigReader reader, string key) => Deserialize(reader.Object(key)) as Recurrent
        ?? throw new ArgumentException($"Argument '{key}' of Bidirectional must be a recurrent layer. Received: {KerasNames.Shorten(reader.Object(key))}.");

    // A new layer of the same options.
    private static Recurrent Directed(Recurrent layer, string direction, bool goBackwards)
    {
        var json = layer.Serialize();
        var config = json["config"]!.AsObject();
        var name = layer.Name.StartsWith(direction + "_", StringComparison.Ordinal) ? layer.Name : $"{direction}_{layer.Name}";
        (config["name"], config["go_backwards"], config["zero_output_for_mask"]) = (name, goBackwards, layer.ReturnSequences);
        return (Recurrent)Deserialize(json);
    }

    private Recurrent CheckedBackward(Recurrent layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (layer.GoBackwards == ForwardLayer.GoBackwards)
            throw new ArgumentException($"The layers of '{Name}' must run in different directions. Received: GoBackwards={layer.GoBackwards} for both.", nameof(layer));
        if ((layer.Stateful, layer.ReturnSequences, layer.ReturnState) != (ForwardLayer.Stateful, ForwardLayer.ReturnSequences, ForwardLayer.ReturnState))
            throw new ArgumentException($"The layers of '{Name}' must have the same Stateful, ReturnSequences and ReturnState.", nameof(layer));
        layer.ZeroMaskedOutput();
        return Track(layer, "backward_layer");
    }
}
