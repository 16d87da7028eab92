using System.Globalization;
using System.Text.Json.Nodes;
using Descent.Data;

namespace Descent.Layers;

/// <summary>A layer that turns integers into their places in a vocabulary, or the other way round.</summary>
/// <inheritdoc cref="IndexLookup{T}" path="/remarks"/>
/// <example><code>new IntegerLookup([12, 36, 1138]).Apply(Tensor.From([36, 7]))   // 2 0: 0 is the unknown token</code></example>
public sealed class IntegerLookup : IndexLookup<int>
{
    /// <summary>Creates the layer.</summary>
    /// <param name="vocabulary">The tokens, with or without the special ones in front; default null: learned by <see cref="Adapt"/>.</param>
    public IntegerLookup(IReadOnlyList<int>? vocabulary = null)
        : base(vocabulary)
    {
    }

    private IntegerLookup(ConfigReader reader)
        : base(reader)
    {
        OovToken = reader.Int("oov_token", OovToken);
        MaskToken = reader.NullableInt("mask_token");
        if (reader.String("vocabulary_dtype", "int64") is var type and not "int64")
            throw new ArgumentException($"Argument 'vocabulary_dtype' of IntegerLookup must be 'int64'. Received: '{type}'.");
        if (reader.NullableArray("vocabulary") is not null) Give(reader.Ints("vocabulary"));
    }

    /// <summary>The token of unknown integers; default -1.</summary>
    public int OovToken { get; init; } = -1;

    /// <summary>The token that stands for nothing: place 0 of <c>"int"</c>, left out by the other modes. Default null: none.</summary>
    public int? MaskToken { get; init; }

    private protected override bool HasMask => MaskToken is not null;

    private protected override int Mask => MaskToken ?? 0;

    private protected override int Oov => OovToken;

    /// <summary>Reads a vocabulary from a file with an integer per line.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">A line is no integer of 32 bits; the message says which.</exception>
    /// <exception cref="InvalidDataException">The file has bytes that are no UTF-8.</exception>
    public static IntegerLookup FromFile(string path) => new([.. TextFile.ReadLines(path).Select((line, i) =>
        int.TryParse(line, NumberStyles.Integer, CultureInfo.InvariantCulture, out var token) ? token : throw new FormatException(
            $"The vocabulary '{path}' must have an int32 on every line. Received: '{line}' on line {i + 1}."))]);

    /// <summary>Learns the vocabulary from data.</summary>
    /// <param name="data">An int32 tensor; each row is a document.</param>
    /// <exception cref="InvalidOperationException">The vocabulary was given.</exception>
    public void Adapt(Tensor data)
    {
        ArgumentNullException.ThrowIfNull(data);
        Learn(data.AsInt32Span().ToArray().Chunk(data.Rank > 1 ? Math.Max(1, data.Shape[1..].Size) : 1));
    }

    /// <inheritdoc/>
    public override Tensor Call(Tensor x, bool training = false)
    {
        var tokens = Ops.Cast(x, DType.Int32).AsInt32Span();
        if (!Invert) return Find(tokens, x.Shape);
        var values = new int[tokens.Length];
        for (var i = 0; i < values.Length; i++) values[i] = TokenAt(tokens[i]);
        return Tensor.From(values, x.Shape);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        WriteLookup(config, "int64");
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static IntegerLookup FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new IntegerLookup(reader));

    private protected override int Hash(int token, int places) => (token % places + places) % places;

    private protected override JsonNode Write(int token) => token;
}
