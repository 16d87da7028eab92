using System.Text.Json.Nodes;
using Descent.Activations;

namespace Descent.Layers;

/// <summary>Attention of several heads: queries, keys and values are projected, each head attends by itself, and the heads are projected back.</summary>
/// <remarks>
/// Inputs: query <c>(batch, queries, features)</c>, value <c>(batch, keys, …)</c>, and a key if it is not the value. One input is all three. The
/// masks that they carry hide keys, <see cref="LayerCall.AttentionMask"/> pairs, <see cref="LayerCall.UseCausalMask"/> later keys from each query, and
/// <see cref="LayerCall.ReturnAttentionScores"/> adds the probabilities as a second output. Scores are not stored unless they are returned or
/// dropped in part.
/// </remarks>
public abstract class AttentionHeads : ProjectionLayer
{
    private const string OutputName = "attention_output";

    private readonly SeedGenerator _random = new();
    private HeadProjection? _query;
    private HeadProjection? _key;
    private HeadProjection? _gate;
    private HeadProjection? _value;
    private HeadProjection? _output;

    private protected AttentionHeads()
    {
    }

    private protected AttentionHeads(ConfigReader reader)
        : base(reader)
    {
        Dropout = reader.Double("dropout", Dropout);
        UseBias = reader.Bool("use_bias", UseBias);
        UseGate = reader.Bool("use_gate", UseGate);
        SlidingWindow = reader.NullableInt("sliding_window");
        Seed = reader.NullableLong("seed");
        reader.Ignore("flash_attention"); // how Keras computes, not what
    }

    /// <summary>The part of the probabilities to drop in training, in [0, 1]; default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of [0, 1].</exception>
    public double Dropout { get; init => field = Check.UnitInterval(value, nameof(Dropout)); }

    /// <summary>Whether the projections have biases; default true.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>Whether each head's output is multiplied with a gate, a sigmoid of a projection of the query; default false.</summary>
    /// <seealso href="https://arxiv.org/abs/2505.06708">Gated Attention for Large Language Models</seealso>
    public bool UseGate { get; init; }

    /// <summary>If set, 1 or more: a query sees only keys less than so many places away, on both sides. Default null: all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int? SlidingWindow { get; init => field = value is { } window ? Check.AtLeast(1, window, nameof(SlidingWindow)) : null; }

    /// <summary>Kept for Keras' sake: this attention never stores scores where it need not. True forbids what would need them, as in Keras; default null.</summary>
    public bool? FlashAttention { get; init; }

    /// <summary>The seed of dropout; when null (the default) it follows from <see cref="RandomSeed"/>.</summary>
    public long? Seed { get; init; }

    /// <inheritdoc/>
    public override bool SupportsMasking => true;

    private protected sealed override CallOptions CallOptions => CallOptions.All;

    internal sealed override CallForm CallForm => CallForm.Apart;

    private protected override JsonObject? BuildConfig()
    {
        if (BuildShapes is not { } shapes) return null;
        var (query, value, key) = Parts(shapes);
        var named = new JsonObject { ["query_shape"] = ConfigShapes.Write(query), ["value_shape"] = ConfigShapes.Write(value) };
        if (shapes.Count > 2) named["key_shape"] = ConfigShapes.Write(key);
        return new JsonObject { ["shapes_dict"] = named };
    }

    /// <summary>How many heads queries have, how many keys and values, and the sizes of a query and of a value of one head.</summary>
    private protected abstract (int Heads, int Groups, int Depth, int ValueDepth) Sizes { get; }

    /// <summary>Whether Keras' class has properties for its projections, by which files then know them.</summary>
    private protected virtual bool HasPublicProjections => false;

    /// <summary>The axes of a sample's output behind those of the queries; null: the features of the query.</summary>
    private protected virtual Shape? OutputFeatures => null;

    /// <inheritdoc/>
    public override void Build(Shape inputShape) => Build([inputShape]);

    /// <inheritdoc/>
    public override void Build(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        if (InnerLayers.Count > 0) return;
        if (Dropout > 0 && FlashAttention == true)
            throw Refusal($"Dropout of layer '{Name}' must be 0 with FlashAttention. Received: {Dropout}.");
        var shapes = Parts(inputShapes);
        CheckShapes(shapes.Query, shapes.Key, shapes.Value);
        var (heads, groups, depth, valueDepth) = Sizes;
        _query = Project("query", shapes.Query, shapes.Query[^1..], [heads, depth]);
        _key = Project("key", shapes.Key, shapes.Key[^1..], [groups, depth]);
        if (UseGate) _gate = Project("gate", shapes.Query, shapes.Query[^1..], [heads, valueDepth], isGate: true);
        _value = Project("value", shapes.Value, shapes.Value[^1..], [groups, valueDepth]);
        var inner = Shape.Create([.. shapes.Query.Dimensions[..^1], heads, valueDepth]);
        _output = Project(OutputName, inner, [heads, valueDepth], OutputFeatures ?? shapes.Query[^1..]);
    }

    /// <inheritdoc/>
    public sealed override Tensor Call(Tensor x, bool training = false) => Call([x], new LayerCall(training))[0];

    /// <inheritdoc/>
    protected internal sealed override Tensor Call(Tensor x, Tensor? mask, bool training) => Call([x], new LayerCall(training, [mask]))[0];

    /// <inheritdoc/>
    public sealed override Tensor Call(IReadOnlyList<Tensor> inputs, bool training = false) => Call(inputs, new LayerCall(training))[0];

    /// <inheritdoc/>
    protected internal sealed override IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, LayerCall call)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (_query is null)
            throw new InvalidOperationException($"Layer '{Name}' must be built before it is called. Call Build with the inputs' shapes, or Apply.");
        if (call.ReturnAttentionScores && FlashAttention == true)
            throw Refusal($"Layer '{Name}' cannot return scores with FlashAttention.");
        var (x, v, k) = Parts(inputs);
        CheckBuiltFor(x.Shape, v.Shape, k.Shape);
        CheckShapes(x.Shape, k.Shape, v.Shape);
        var mask = JoinMasks(call.AttentionMask, x.Shape, v.Shape, call.For(inputs).Masks);
        var (query, key, value) = (_query.Apply(x, call.Training), _key!.Apply(k, call.Training), _value!.Apply(v, call.Training));
        var (output, scores) = Attend(query, key, value, mask, call);
        if (_gate is not null) output *= _gate.Apply(x, call.Training);
        output = _output!.Call(output, call.Training);
        return call.ReturnAttentionScores ? [output, scores!] : [output];
    }

    /// <summary>Applies the layer to symbolic tensors with a mask of pairs that comes from the graph, such as an input of the model.</summary>
    /// <param name="inputs">As for a call with tensors.</param>
    /// <param name="attentionMask">As <see cref="LayerCall.AttentionMask"/>: bool, or numbers that are not 0.</param>
    /// <param name="call">Other options of the call.</param>
    /// <param name="training">Whether the layer runs as in training. Default null: as the model does.</param>
    /// <returns>The outputs.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit the layer, or not those it was built for.</exception>
    public IReadOnlyList<KerasTensor> ApplyAll(IReadOnlyList<KerasTensor> inputs, KerasTensor attentionMask, LayerCall call = default, bool? training = null) =>
        ApplyAll(inputs, (LayerCall.AttentionMaskName, attentionMask), call, training);

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => ComputeOutputShape([inputShape]);

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        var (query, value, key) = Parts(inputShapes);
        CheckBuiltFor(query, value, key);
        CheckShapes(query, key, value);
        return OutputFeatures is { } features ? Shape.Create([.. query.Dimensions[..^1], .. features.Dimensions]) : query;
    }

    internal sealed override IReadOnlyList<Shape> ComputeOutputShapes(IReadOnlyList<Shape> inputShapes, LayerCall call)
    {
        var output = ComputeOutputShape(inputShapes);
        var (query, _, key) = Parts(inputShapes);
        return call.ReturnAttentionScores ? [output, ScoresShape(query, key)] : [output];
    }

    /// <summary>The shape of the scores.</summary>
    private protected virtual Shape ScoresShape(Shape query, Shape key) => Shape.Create(query[0], Sizes.Heads, query[1], key[1]);

    /// <summary>Attends with projected tensors, (batch, …, heads, depth); the scores only if they are asked for.</summary>
    private protected virtual (Tensor Output, Tensor? Scores) Attend(Tensor query, Tensor key, Tensor value, Tensor? mask, LayerCall call)
    {
        var drops = call.Training && Dropout > 0;
        return drops || call.ReturnAttentionScores
            ? Ops.ComposedAttention(query, key, value, mask, null, call.UseCausalMask, drops ? Drop : null)
            : (Ops.DotProductAttention(query, key, value, mask, null, call.UseCausalMask), null);
    }

    /// <summary>Throws if attention is not possible between tensors of these shapes.</summary>
    private protected virtual void CheckShapes(Shape query, Shape key, Shape value)
    {
        if (query.Rank != 3 || key.Rank != 3 || value.Rank != 3 || query[2] < 0 || key[2] < 0 || value[2] < 0 || key[1] >= 0 && value[1] >= 0 && key[1] != value[1])
            throw Refusal($"Layer '{Name}' expects a query (batch, queries, features), a value (batch, keys, features) and a key with as many keys. Received shapes {query}, {value} and {key}.");
    }

    /// <summary>The keys that are common to attention of this kind.</summary>
    private protected void WriteWeights(JsonObject config)
    {
        WriteWeights(config, withActivity: true);
        config["seed"] = Seed;
    }

    internal sealed override IReadOnlyList<SeedGenerator> Seeds => [_random];

    private Tensor Drop(Tensor probabilities) => Ops.Dropout(probabilities, (float)Dropout, _random.Next(Seed));

    private void CheckBuiltFor(Shape query, Shape value, Shape key)
    {
        CheckFits(query, _query?.BuildShape, "a query");
        CheckFits(value, _value?.BuildShape, "a value");
        CheckFits(key, _key?.BuildShape, "a key");
    }

    // What of the inputs is the query, the value and the key.
    private (T Query, T Value, T Key) Parts<T>(IReadOnlyList<T> inputs) => inputs switch
    {
        [var all] => (all, all, all),
        [var query, var value] => (query, value, value),
        [var query, var value, var key] => (query, value, key),
        _ => throw Refusal($"Layer '{Name}' expects a query, a value and, if it is given, a key. Received: {inputs.Count} inputs."),
    };

    private HeadProjection Project(string name, Shape input, Shape from, Shape to, bool isGate = false)
    {
        // The output's own activity is that of this layer.
        var projection = new HeadProjection(this, from, to, isGate ? (ActivationFunction)"sigmoid" : null) { Name = name, ActivityRegularizer = ActivityRegularizer };
        Track(projection, isGate ? "_gate_dense" : $"{(HasPublicProjections ? "" : "_")}{(name == OutputName ? "output" : name)}_dense").Place(Path);
        projection.EnsureBuilt(input);
        return projection;
    }

    // All masks as one, as attention takes it; null if all pairs count. The mask of a key that was not given is that of the value.
    private Tensor? JoinMasks(Tensor? given, Shape query, Shape value, IReadOnlyList<Tensor?> masks)
    {
        Tensor? result = null;
        if (masks[0] is { } queries) result = Ops.ExpandDims(queries, -1);
        for (var i = 1; i < masks.Count; i++) result = And(result, masks[i] is { } keys ? Ops.ExpandDims(keys, -2) : null);
        if (masks is [{ } own]) result = And(result, Ops.ExpandDims(own, -2));
        if (SlidingWindow is { } window)
            result = And(result, Ops.Less(Ops.Abs(Ops.Cast(Ops.ExpandDims(Ops.Arange(query[1]), 1), DType.Float32) - Ops.Cast(Ops.Arange(value[1]), DType.Float32)), window));
        // Masks of pairs have heads or not; they meet where all have.
        return And(WithHeads(result), WithHeads(given));

        static Tensor? WithHeads(Tensor? mask) => mask is { Rank: 3 } ? Ops.ExpandDims(mask, 1) : mask;

        static Tensor? And(Tensor? x, Tensor? y) => x is null ? y : y is null ? x : Ops.LogicalAnd(x, y);
    }
}
