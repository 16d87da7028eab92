using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>Attention of several heads, each with queries, keys and values of its own.</summary>
/// <example><code>
/// var attention = new MultiHeadAttention(numHeads: 4, keyDim: 32);
/// Tensor y = attention.Apply([x, x]);                                                    // self-attention
/// Tensor z = attention.Apply([x, x], new LayerCall(training: true) { UseCausalMask = true });
/// </code></example>
/// <seealso href="https://arxiv.org/abs/1706.03762">Vaswani et al., Attention Is All You Need (2017)</seealso>
public sealed class MultiHeadAttention : AttentionHeads
{
    private int[]? _axes;

    /// <summary>Creates the layer.</summary>
    /// <param name="numHeads">The number of heads, 1 or more.</param>
    /// <param name="keyDim">The size of each head for queries and keys, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    public MultiHeadAttention(int numHeads, int keyDim)
    {
        NumHeads = Check.AtLeast(1, numHeads, nameof(NumHeads));
        KeyDim = Check.AtLeast(1, keyDim, nameof(KeyDim));
    }

    private MultiHeadAttention(ConfigReader reader)
        : base(reader)
    {
        NumHeads = Check.AtLeast(1, reader.Int("num_heads"), nameof(NumHeads));
        KeyDim = Check.AtLeast(1, reader.Int("key_dim"), nameof(KeyDim));
        ValueDim = reader.NullableInt("value_dim");
        OutputShape = reader.Node("output_shape") switch
        {
            null => null,
            JsonArray shape => ConfigShapes.Read(shape),
            _ => [reader.Int("output_shape")],
        };
        AttentionAxes = reader.Node("attention_axes") switch
        {
            null => null,
            JsonArray => reader.Ints("attention_axes"),
            _ => [reader.Int("attention_axes")],
        };
    }

    private protected override bool HasPublicProjections => true;

    /// <summary>The number of heads.</summary>
    public int NumHeads { get; }

    /// <summary>The size of each head for queries and keys.</summary>
    public int KeyDim { get; }

    /// <summary>The size of each head for values, 1 or more; default that of <see cref="KeyDim"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int? ValueDim { get => field ?? KeyDim; init => field = value is { } size ? Check.AtLeast(1, size, nameof(ValueDim)) : null; }

    /// <summary>The axes of the output behind those of the queries; default null: the features of the query.</summary>
    public Shape? OutputShape { get; init; }

    /// <summary>The axes over which queries attend to keys, batch axis counted; default null: all but the first and the last.</summary>
    public IReadOnlyList<int>? AttentionAxes
    {
        get => _axes;
        init => _axes = value is null ? null : [.. value];
    }

    private protected override (int Heads, int Groups, int Depth, int ValueDepth) Sizes => (NumHeads, NumHeads, KeyDim, ValueDim!.Value);

    private protected override Shape? OutputFeatures => OutputShape;

    /// <inheritdoc/>
    public override void Build(IReadOnlyList<Shape> inputShapes)
    {
        ArgumentNullException.ThrowIfNull(inputShapes);
        base.Build(inputShapes);
        var rank = inputShapes[0].Rank;
        _axes = _axes is null ? [.. Enumerable.Range(1, rank - 2)] : [.. _axes.Select(a => inputShapes[0].Axis(a, nameof(AttentionAxes)))];
        if (_axes.Any(a => a == 0 || a == rank - 1) || _axes.Distinct().Count() < _axes.Length)
            throw Refusal($"AttentionAxes of layer '{Name}' must be different axes between the first and the last. Received: [{string.Join(", ", _axes)}] for shape {inputShapes[0]}.");
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["num_heads"] = NumHeads;
        config["key_dim"] = KeyDim;
        config["value_dim"] = ValueDim;
        config["dropout"] = KerasJson.Float(Dropout);
        config["use_bias"] = UseBias;
        config["use_gate"] = UseGate;
        config["output_shape"] = OutputShape is null ? null : ConfigShapes.Write(OutputShape);
        config["attention_axes"] = _axes is null ? null : KerasJson.Integers(_axes);
        config["sliding_window"] = SlidingWindow;
        WriteWeights(config);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static MultiHeadAttention FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new MultiHeadAttention(reader));

    private protected override void CheckShapes(Shape query, Shape key, Shape value)
    {
        if (query.Rank == 3)
        {
            base.CheckShapes(query, key, value);
            return;
        }

        if (query.Rank < 3 || key.Rank != query.Rank || value.Rank != query.Rank || !key.Dimensions[1..^1].SequenceEqual(value.Dimensions[1..^1]) || query[^1] < 0 || key[^1] < 0 || value[^1] < 0)
            throw Refusal($"Layer '{Name}' expects a query (batch, …, features), and a value and a key of the same rank that differ in the last axis at most. Received shapes {query}, {value} and {key}.");
    }

    private protected override Shape ScoresShape(Shape query, Shape key) =>
        Shape.Create([.. Others(query.Rank - 1).Select(a => query[a]), NumHeads, .. _axes!.Select(a => query[a]), .. _axes!.Select(a => key[a])]);

    // The axes that attention does not go over, of so many.
    private int[] Others(int count) => [.. Enumerable.Range(0, count).Except(_axes!)];

    // Attention over some of several axes: those it goes over become one, the others more samples.
    private protected override (Tensor Output, Tensor? Scores) Attend(Tensor query, Tensor key, Tensor value, Tensor? mask, LayerCall call)
    {
        if (query.Rank == 4) return base.Attend(query, key, value, mask, call);
        if (call.UseCausalMask || SlidingWindow is not null)
            throw Refusal($"Layer '{Name}' takes causal masks and sliding windows over one axis of time only. Received a query of shape {query.Shape}.");
        var others = Others(query.Rank - 2);
        int[] order = [.. others, .. _axes!, query.Rank - 2, query.Rank - 1];
        var batch = Shape.Create([.. others.Select(a => query.Shape[a])]);
        int[] queries = [.. _axes!.Select(a => query.Shape[a])], keys = [.. _axes!.Select(a => key.Shape[a])];
        if (mask is not null)
        {
            if (mask.Rank == batch.Rank + 1 + queries.Length + keys.Length) mask = Ops.Squeeze(mask, [batch.Rank]);
            mask = Ops.BroadcastTo(mask, [.. batch, .. queries, .. keys]);
            mask = Ops.Reshape(mask, [batch.Size, 1, Shape.Create(queries).Size, Shape.Create(keys).Size]);
        }

        var (output, scores) = base.Attend(Flatten(query), Flatten(key), Flatten(value), mask, call);
        output = Ops.Transpose(Ops.Reshape(output, [.. batch, .. queries, NumHeads, ValueDim!.Value]), Ops.Inverse(order));
        return (output, scores is null ? null : Ops.Reshape(scores, [.. batch, NumHeads, .. queries, .. keys]));

        Tensor Flatten(Tensor x) => Ops.Reshape(Ops.Transpose(x, order), [batch.Size, -1, x.Shape[^2], x.Shape[^1]]);
    }
}
