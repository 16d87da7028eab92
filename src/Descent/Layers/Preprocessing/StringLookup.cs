using System.Text.Json.Nodes;
using Descent.Data;

namespace Descent.Layers;

/// <summary>A layer that turns strings into their places in a vocabulary. Strings are no tensors: it is called with them, and gives int32 or float32 tensors.</summary>
/// <inheritdoc cref="IndexLookup{T}" path="/remarks"/>
/// <example><code>
/// var lookup = new StringLookup(["a", "b"]);
/// Tensor ids = lookup.Apply(["b", "z", "a"]);   // 2 0 1: 0 is the unknown token
/// </code></example>
public sealed class StringLookup : IndexLookup<string>
{
    /// <summary>Creates the layer.</summary>
    /// <param name="vocabulary">The tokens, with or without the special ones in front; default null: learned by <see cref="Adapt"/>.</param>
    /// <exception cref="ArgumentException">A token stands there twice.</exception>
    public StringLookup(IReadOnlyList<string>? vocabulary = null)
        : base(vocabulary)
    {
        if (vocabulary is not null) PlacesOf(vocabulary); // special tokens, too, stand there once
    }

    private StringLookup(ConfigReader reader)
        : base(reader)
    {
        Encoding = reader.String("encoding", Encoding);
        OovToken = reader.String("oov_token", OovToken);
        MaskToken = reader.NullableString("mask_token");
        reader.Ignore("vocabulary_dtype");
        if (reader.NullableArray("vocabulary") is not null) Give(reader.Strings("vocabulary"));
    }

    /// <summary>The token of unknown strings; default <c>"[UNK]"</c>.</summary>
    public string OovToken { get; init; } = "[UNK]";

    /// <summary>The token that stands for nothing: place 0 of <c>"int"</c>, left out by the other modes. Default null: none.</summary>
    public string? MaskToken { get; init; }

    /// <summary>The encoding of text, for configs; .NET's strings have none. Default <c>"utf-8"</c>.</summary>
    public string Encoding { get; init; } = "utf-8";

    private protected override bool HasMask => MaskToken is not null;

    private protected override string Mask => MaskToken ?? "";

    private protected override string Oov => OovToken;

    /// <summary>Reads a vocabulary from a file with a token per line.</summary>
    /// <param name="path">The file, in UTF-8.</param>
    /// <exception cref="InvalidDataException">The file has bytes that are no UTF-8; the message says where.</exception>
    public static StringLookup FromFile(string path) => new(TextFile.ReadLines(path));

    /// <summary>Learns the vocabulary from tokens.</summary>
    /// <param name="tokens">The tokens, each a document of its own.</param>
    /// <exception cref="InvalidOperationException">The vocabulary was given.</exception>
    public void Adapt(IEnumerable<string> tokens) => AdaptDocuments((tokens ?? throw new ArgumentNullException(nameof(tokens))).Select(t => (IReadOnlyList<string>)[t]));

    /// <summary>The places of tokens, or what <see cref="IndexLookup{T}.OutputMode"/> makes of them.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <returns>int32 <c>(tokens)</c>; one-hot <c>(tokens, vocabulary)</c>; the other modes <c>(vocabulary)</c>.</returns>
    /// <exception cref="InvalidOperationException">There is no vocabulary.</exception>
    /// <exception cref="ArgumentException">A token is unknown, and these have no place.</exception>
    public Tensor Apply(IEnumerable<string> tokens)
    {
        string[] all = [.. tokens];
        return Find(all, [all.Length]);
    }

    /// <summary>The tokens at places: what the layer does with <see cref="IndexLookup{T}.Invert"/>.</summary>
    /// <param name="ids">An int32 tensor of any shape.</param>
    /// <returns>The tokens, row-major.</returns>
    public IReadOnlyList<string> Decode(Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return [.. ids.AsInt32Span().ToArray().Select(TokenAt)];
    }

    /// <summary>Not for tensors.</summary>
    /// <exception cref="NotSupportedException">Always: strings are no tensors.</exception>
    public override Tensor Call(Tensor x, bool training = false) =>
        throw new NotSupportedException($"Layer '{Name}' takes strings, which are no tensors. Call Apply with strings, or Decode with places.");

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["encoding"] = Encoding;
        WriteLookup(config, null);
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static StringLookup FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new StringLookup(reader));

    internal void AdaptDocuments(IEnumerable<IReadOnlyList<string>> documents) => Learn(documents);

    internal Tensor FindAll(string[] tokens, Shape shape) => Find(tokens, shape);

    private protected override int CheckOovIndices(int count) => count <= 1 ? count : throw new ArgumentOutOfRangeException(
        nameof(NumOovIndices), $"NumOovIndices of a StringLookup must be 0 or 1: Keras' hash of strings is not supported. Received: {count}.");

    private protected override int Hash(string token, int places) => 0;

    private protected override int Compare(string? x, string? y) => string.CompareOrdinal(x, y);

    private protected override JsonNode Write(string token) => token;
}
