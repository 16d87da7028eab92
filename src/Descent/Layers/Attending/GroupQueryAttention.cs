using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>Attention in which groups of heads share keys and values: fewer of them have to be computed and kept.</summary>
/// <example><code>new GroupQueryAttention(headDim: 32, numQueryHeads: 8, numKeyValueHeads: 2).Apply([x, x])</code></example>
/// <seealso href="https://arxiv.org/abs/2305.13245">Ainslie et al., GQA: Training Generalized Multi-Query Transformer Models (2023)</seealso>
public sealed class GroupQueryAttention : AttentionHeads
{
    /// <summary>The name of the class in Keras' code, which exports it under a shorter one. No other class has two.</summary>
    internal const string LongName = "GroupedQueryAttention";

    /// <summary>Creates the layer.</summary>
    /// <param name="headDim">The size of each head, 1 or more.</param>
    /// <param name="numQueryHeads">The number of heads, 1 or more.</param>
    /// <param name="numKeyValueHeads">The number of groups, which divides that of heads.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the heads.</exception>
    public GroupQueryAttention(int headDim, int numQueryHeads, int numKeyValueHeads) =>
        (HeadDim, NumQueryHeads, NumKeyValueHeads) = Checked(headDim, numQueryHeads, numKeyValueHeads);

    private GroupQueryAttention(ConfigReader reader)
        : base(reader) =>
        (HeadDim, NumQueryHeads, NumKeyValueHeads) = Checked(reader.Int("head_dim"), reader.Int("num_query_heads"), reader.Int("num_key_value_heads"));

    /// <summary>The size of each head.</summary>
    public int HeadDim { get; }

    /// <summary>The number of heads.</summary>
    public int NumQueryHeads { get; }

    /// <summary>The number of groups of heads.</summary>
    public int NumKeyValueHeads { get; }

    internal override string ClassName => LongName;

    private protected override (int Heads, int Groups, int Depth, int ValueDepth) Sizes => (NumQueryHeads, NumKeyValueHeads, HeadDim, HeadDim);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["head_dim"] = HeadDim;
        config["num_query_heads"] = NumQueryHeads;
        config["num_key_value_heads"] = NumKeyValueHeads;
        config["use_bias"] = UseBias;
        config["use_gate"] = UseGate;
        config["sliding_window"] = SlidingWindow;
        config["dropout"] = KerasJson.Float(Dropout);
        WriteWeights(config);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static GroupQueryAttention FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new GroupQueryAttention(reader));

    private static (int, int, int) Checked(int headDim, int heads, int groups)
    {
        Check.AtLeast(1, headDim, nameof(HeadDim));
        Check.AtLeast(1, heads, nameof(NumQueryHeads));
        Check.AtLeast(1, groups, nameof(NumKeyValueHeads));
        return heads % groups == 0 ? (headDim, heads, groups) : throw new ArgumentException(
            $"NumQueryHeads must be divisible by NumKeyValueHeads. Received: {heads} and {groups}.");
    }
}
