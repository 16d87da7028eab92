using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>What <see cref="Attention"/> and <see cref="AdditiveAttention"/> share: everything but the scores.</summary>
public abstract class ScoredAttention : Layer
{
    private readonly SeedGenerator _random = new();

    private protected ScoredAttention()
    {
    }

    private protected ScoredAttention(ConfigReader reader)
        : base(reader)
    {
        Dropout = reader.Double("dropout", Dropout);
        Seed = reader.NullableLong("seed");
    }

    /// <summary>The part of the probabilities to drop in training, in [0, 1]; default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of [0, 1].</exception>
    public double Dropout { get; init => field = Check.UnitInterval(value, nameof(Dropout)); }

    /// <summary>The seed of dropout; when null (the default) it follows from <see cref="RandomSeed"/>.</summary>
    public long? Seed { get; init; }

    /// <inheritdoc/>
    public sealed override bool SupportsMasking => true;

    private protected sealed override CallOptions CallOptions => CallOptions.UseCausalMask | CallOptions.ReturnAttentionScores;

    private protected override JsonObject? BuildConfig() => WriteBuildShapes();

    /// <inheritdoc/>
    public sealed override void Build(Shape inputShape) => Build([inputShape]);

    /// <inheritdoc/>
    public sealed override Tensor Call(Tensor x, bool training = false) => Call([x], training);

    /// <inheritdoc/>
    public sealed override Tensor Call(IReadOnlyList<Tensor> inputs, bool training = false) => Call(inputs, new LayerCall(training))[0];

    /// <inheritdoc/>
    protected internal sealed override IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, LayerCall call)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        CheckShapes([.. inputs.Select(x => x.Shape)]);
        var (query, value, key) = (inputs[0], inputs[1], inputs[^1]);
        var masks = call.For(inputs).Masks;
        var mask = masks[1] is { } values ? Ops.Reshape(values, [value.Shape[0], 1, 1, value.Shape[1]]) : null;
        var drops = call.Training && Dropout > 0;
        var (output, probabilities) = DotQuery(query) is { } scaled
            ? DotProduct(scaled, key, value, mask, call, drops)
            : Weigh(Scores(Ops.ExpandDims(query, 2) + Ops.ExpandDims(key, 1)), value, mask, call.UseCausalMask, drops);
        if (masks[0] is { } queries) output = Ops.Where(Ops.ExpandDims(queries, -1), output, 0f);
        return call.ReturnAttentionScores ? [output, probabilities!] : [output];
    }

    /// <inheritdoc/>
    public sealed override Shape ComputeOutputShape(IReadOnlyList<Shape> inputShapes)
    {
        CheckShapes(inputShapes);
        return Shape.Create(inputShapes[0][0], inputShapes[0][1], inputShapes[1][2]);
    }

    internal sealed override IReadOnlyList<Shape> ComputeOutputShapes(IReadOnlyList<Shape> inputShapes, LayerCall call)
    {
        var output = ComputeOutputShape(inputShapes);
        return call.ReturnAttentionScores ? [output, Shape.Create(output[0], output[1], inputShapes[1][1])] : [output];
    }

    internal sealed override IReadOnlyList<SeedGenerator> Seeds => [_random];

    /// <summary>The query, scaled, if scores are its dot products with the keys; otherwise null.</summary>
    private protected virtual Tensor? DotQuery(Tensor query) => null;

    /// <summary>The scores (batch, queries, keys) from the sums of each query and each key.</summary>
    private protected abstract Tensor Scores(Tensor sums);

    private protected void WriteDropout(JsonObject config)
    {
        config["dropout"] = KerasJson.Float(Dropout);
        config["seed"] = Seed;
    }

    private protected void CheckShapes(IReadOnlyList<Shape> shapes)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        if (shapes.Count is < 2 or > 3)
            throw Refusal($"Layer '{Name}' expects a query, a value and, if it is given, a key. Received: {shapes.Count} inputs.");
        var (query, value, key) = (shapes[0], shapes[1], shapes[^1]);
        if (query.Rank != 3 || value.Rank != 3 || key.Rank != 3 || query[2] != key[2] || value[1] != key[1])
            throw Refusal($"Layer '{Name}' expects a query (batch, queries, features), a value (batch, keys, …) and a key (batch, keys, features). Received shapes {query}, {value} and {key}.");
    }

    private (Tensor, Tensor?) DotProduct(Tensor query, Tensor key, Tensor value, Tensor? mask, LayerCall call, bool drops)
    {
        var (q, k, v) = (Ops.ExpandDims(query, 2), Ops.ExpandDims(key, 2), Ops.ExpandDims(value, 2));
        if (!drops && !call.ReturnAttentionScores) return (Ops.Squeeze(Ops.DotProductAttention(q, k, v, mask, 1f, call.UseCausalMask), [2]), null);
        var (output, probabilities) = Ops.ComposedAttention(q, k, v, mask, 1f, call.UseCausalMask, drops ? Drop : null);
        return (Ops.Squeeze(output, [2]), Ops.Squeeze(probabilities, [1]));
    }

    private (Tensor, Tensor?) Weigh(Tensor scores, Tensor value, Tensor? mask, bool causal, bool drops)
    {
        if (mask is not null) mask = Ops.Squeeze(mask, [1]);
        if (causal) mask = Ops.CausalMask(mask, scores.Shape[1], scores.Shape[2]);

        // As Keras does it here: masked scores fall far behind the others.
        if (mask is not null) scores = Ops.Where(mask, scores, scores - 1e9f);
        var probabilities = Ops.Softmax(scores);
        return (Ops.MatMul(drops ? Drop(probabilities) : probabilities, value), probabilities);
    }

    private Tensor Drop(Tensor probabilities) => Ops.Dropout(probabilities, (float)Dropout, _random.Next(Seed));
}
