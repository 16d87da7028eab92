using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that turns tokens into their places in a vocabulary, or encodes these places.</summary>
/// <remarks>
/// In a vocabulary for <c>"int"</c> the mask token comes first, if there is one, then the places of unknown tokens, then the tokens; the other modes leave the mask token out.
/// A vocabulary is given, read from a file with a token per line, or learned by <c>Adapt</c>. What was learned stands in the config, too, which Keras reads.
/// </remarks>
/// <typeparam name="T">The type of a token.</typeparam>
public abstract class IndexLookup<T> : Layer
    where T : notnull, IComparable<T>
{
    // Each has a token of its own.
    private const int MaxOovIndices = 1 << 20;

    private readonly Lock _settling = new();
    private readonly double[]? _givenWeights;
    private T[]? _given;
    private volatile Vocabulary? _vocabulary;

    private protected IndexLookup(IReadOnlyList<T>? vocabulary) => _given = vocabulary is null ? null : [.. vocabulary];

    private protected IndexLookup(ConfigReader reader)
        : base(reader)
    {
        Invert = reader.Bool("invert", Invert);
        MaxTokens = reader.NullableInt("max_tokens");
        NumOovIndices = reader.Int("num_oov_indices", NumOovIndices);
        OutputMode = reader.String("output_mode", OutputMode);
        OutputModes.RefuseSparse(reader);
        PadToMaxTokens = reader.Bool("pad_to_max_tokens", PadToMaxTokens);
        if (reader.String("oov_method", "floormod") is var method and not "floormod")
            throw new ArgumentException($"Argument 'oov_method' must be 'floormod': other ways to hash are not supported. Received: '{method}'.");
        if (reader.Node("salt") is { } salt)
            throw new ArgumentException($"Argument 'salt' must be null: salted hashes are not supported. Received: {KerasNames.Shorten(salt)}.");
        reader.Ignore("vocabulary_size", "has_input_vocabulary"); // these follow from the vocabulary
        if (reader.NullableArray("idf_weights") is not null) _givenWeights = reader.Doubles("idf_weights");
    }

    /// <summary>The largest size of the vocabulary, special tokens counted; 2 or more, default null: unlimited.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 2.</exception>
    public int? MaxTokens
    {
        get;
        init => field = value is { } given ? Check.AtLeast(2, given, nameof(MaxTokens)) : null;
    }

    /// <summary>How many places unknown tokens have, at most 2^20; 0: they are an error. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or too large.</exception>
    public int NumOovIndices
    {
        get;
        init => field = CheckOovIndices(value is >= 0 and <= MaxOovIndices ? value : throw Check.OutOfRange(nameof(NumOovIndices), $"in [0, {MaxOovIndices}]", value));
    } = 1;

    /// <summary>Whether the layer does the opposite: places become tokens. Default false.</summary>
    public bool Invert { get; init; }

    /// <summary><c>"int"</c> (the default), <c>"one_hot"</c>, <c>"multi_hot"</c>, <c>"count"</c>, or <c>"tf_idf"</c>: counts times <c>ln(1 + documents / (1 + documents with the token))</c>.</summary>
    /// <exception cref="ArgumentException">The value is another.</exception>
    public string OutputMode
    {
        get;
        init => field = OutputModes.Check(value, OutputModes.Int, OutputModes.OneHot, OutputModes.MultiHot, OutputModes.Count, OutputModes.TfIdf);
    } = OutputModes.Int;

    /// <summary>Whether encodings are <see cref="MaxTokens"/> long however short the vocabulary is. Default false.</summary>
    public bool PadToMaxTokens { get; init; }

    /// <summary>The weight of each token of the given vocabulary for <c>"tf_idf"</c>; default null: learned.</summary>
    public IReadOnlyList<double>? IdfWeights
    {
        get => _givenWeights;
        init => _givenWeights = value is null ? null : [.. value];
    }

    /// <summary>The size of the vocabulary, special tokens counted.</summary>
    public int VocabularySize => First + Settled.Tokens.Length;

    /// <inheritdoc/>
    protected override bool TakesIntegers => true;

    internal override DType OutputDType(DType input) => OutputMode == OutputModes.Int ? DType.Int32 : DType.Float32;

    /// <summary>The token that stands for nothing, if there is one.</summary>
    private protected abstract bool HasMask { get; }

    private protected abstract T Mask { get; }

    private protected abstract T Oov { get; }

    private bool MaskHasPlace => HasMask && OutputMode == OutputModes.Int;

    // The place of the first token that is no special one.
    private int First => (MaskHasPlace ? 1 : 0) + NumOovIndices;

    private int Depth => DepthOf(Settled);

    // What calls look at. It never changes: any number of threads may read it, also while another one learns.
    private Vocabulary Settled
    {
        get
        {
            if (_vocabulary is { } settled) return settled;
            lock (_settling) return _vocabulary ??= _given is null ? new Vocabulary([], [], null) : Settle(_given);
        }
    }

    /// <summary>The vocabulary, place by place.</summary>
    /// <param name="includeSpecialTokens">Whether mask and unknown tokens are part of it.</param>
    public IReadOnlyList<T> GetVocabulary(bool includeSpecialTokens = true)
    {
        var tokens = Settled.Tokens;
        return includeSpecialTokens ? [.. Special, .. tokens] : [.. tokens];
    }

    /// <summary>Learns the vocabulary: the most frequent tokens first, equal ones from high to low.</summary>
    private protected void Learn(IEnumerable<IReadOnlyList<T>> documents)
    {
        _ = Settled; // a given vocabulary that is bad says so first
        if (_given is not null)
            throw new InvalidOperationException($"Layer '{Name}' has a given vocabulary and cannot be adapted. Create it without one.");
        var counts = new Dictionary<T, Occurrence>();
        long total = 0;
        foreach (var document in documents)
        {
            total++;
            foreach (var token in document) counts[token] = counts.GetValueOrDefault(token) with { Times = counts.GetValueOrDefault(token).Times + 1 };
            foreach (var token in document.Distinct()) counts[token] = counts[token] with { Documents = counts[token].Documents + 1 };
        }

        if (HasMask) counts.Remove(Mask);
        counts.Remove(Oov);
        var order = Comparer<T>.Create(Compare);
        var sorted = counts.OrderByDescending(c => c.Value.Times).ThenByDescending(c => c.Key, order).Take(MaxTokens is { } most ? Math.Max(0, most - First) : int.MaxValue).ToArray();
        _vocabulary = Take(
            [.. sorted.Select(c => c.Key)],
            OutputMode == OutputModes.TfIdf ? Weigh([.. sorted.Select(c => Math.Log(1 + (double)total / (1 + c.Value.Documents)))]) : null);
    }

    /// <summary>The places of tokens, encoded.</summary>
    private protected Tensor Find(ReadOnlySpan<T> tokens, Shape shape)
    {
        if (Invert) throw new InvalidOperationException($"Layer '{Name}' is inverted: it turns places into tokens.");
        var vocabulary = Settled;
        if (vocabulary.Tokens.Length == 0) throw new InvalidOperationException($"Layer '{Name}' must have a vocabulary before it is called. Give it one, or call Adapt.");
        var ids = new int[tokens.Length];
        for (var i = 0; i < ids.Length; i++) ids[i] = PlaceOf(tokens[i], vocabulary);
        var encoded = OutputModes.Encode(this, Tensor.From(ids, shape), OutputMode, DepthOf(vocabulary));
        if (vocabulary.Weights is not { } given) return encoded;
        var weights = new float[DepthOf(vocabulary)];
        for (var i = 0; i < given.Length; i++) weights[i] = (float)given[i];
        return encoded * Tensor.From(weights);
    }

    /// <summary>The token at a place; the unknown one where there is none.</summary>
    private protected T TokenAt(int place)
    {
        var tokens = Settled.Tokens;
        return MaskHasPlace && place == 0 ? Mask : place >= First && place - First < tokens.Length ? tokens[place - First] : Oov;
    }

    /// <inheritdoc/>
    public override Shape ComputeOutputShape(Shape inputShape) => OutputModes.Encode(inputShape, OutputMode, OutputMode == OutputModes.Int ? 0 : Depth);

    /// <summary>Where several places stand for unknown tokens, which of them a token takes.</summary>
    private protected abstract int Hash(T token, int places);

    private protected virtual int CheckOovIndices(int count) => count;

    private protected virtual int Compare(T? x, T? y) => Comparer<T>.Default.Compare(x, y);

    private protected abstract JsonNode Write(T token);

    /// <summary>Gives the layer its vocabulary; it is checked when it is first needed, as options may follow.</summary>
    private protected void Give(IReadOnlyList<T> vocabulary) => _given = [.. vocabulary];

    private protected void WriteLookup(JsonObject config, string? vocabularyType)
    {
        var (tokens, _, weights) = Settled;
        config["invert"] = Invert;
        config["max_tokens"] = MaxTokens;
        config["num_oov_indices"] = NumOovIndices;
        config["oov_token"] = Write(Oov);
        config["mask_token"] = HasMask ? Write(Mask) : null;
        config["output_mode"] = OutputMode;
        config["sparse"] = false;
        config["pad_to_max_tokens"] = PadToMaxTokens;
        if (vocabularyType is not null) config["vocabulary_dtype"] = vocabularyType;
        config["idf_weights"] = weights is null ? null : KerasJson.Floats(_givenWeights ?? weights[First..]);
        config["vocabulary"] = tokens.Length == 0 ? null : new JsonArray([.. (_given ?? tokens).Select(Write)]);
        config["vocabulary_size"] = VocabularySize;
        config["oov_method"] = "floormod";
        config["salt"] = null;
    }

    private IEnumerable<T> Special => Enumerable.Repeat(Mask, MaskHasPlace ? 1 : 0).Concat(Enumerable.Repeat(Oov, NumOovIndices));

    private int DepthOf(Vocabulary vocabulary) => PadToMaxTokens && MaxTokens is { } most ? most : First + vocabulary.Tokens.Length;

    private int PlaceOf(T token, Vocabulary vocabulary)
    {
        if (HasMask && token.Equals(Mask)) return MaskHasPlace ? 0 : -1;
        if (vocabulary.Places.TryGetValue(token, out var place)) return First + place;
        return NumOovIndices switch
        {
            0 => throw Refusal($"All tokens must be in the vocabulary of layer '{Name}'. Received: '{token}'; set NumOovIndices to 1 or more for unknown ones."),
            1 => First - 1,
            _ => First - NumOovIndices + Hash(token, NumOovIndices),
        };
    }

    // Takes a given vocabulary, with or without its special tokens in front.
    private Vocabulary Settle(T[] given)
    {
        if (PadToMaxTokens && MaxTokens is null) throw Refusal($"PadToMaxTokens of layer '{Name}' needs MaxTokens.");
        if (Invert && OutputMode != OutputModes.Int) throw Refusal($"OutputMode of layer '{Name}' must be 'int' when it is inverted. Received: '{OutputMode}'.");
        T[] special = [.. Special];
        var hasSpecial = special.Length > 0 && given.Length >= special.Length && given.AsSpan(0, special.Length).SequenceEqual(special);
        T[] tokens = hasSpecial ? given[special.Length..] : given;
        if (tokens.Length == 0) throw Refusal($"The vocabulary of layer '{Name}' must hold a token. Received: none.");
        foreach (var token in tokens)
            if (token.Equals(Oov) || HasMask && token.Equals(Mask))
                throw Refusal($"Special tokens must stand at the start of the vocabulary of layer '{Name}', as in [{string.Join(", ", special)}], or not at all. Received: '{token}' elsewhere.");
        if (MaxTokens is { } most && First + tokens.Length > most)
            throw Refusal($"The vocabulary of layer '{Name}' must have at most {most} tokens, special ones counted. Received: {First + tokens.Length}.");
        if (OutputMode != OutputModes.TfIdf) return Take(tokens, null);
        if (_givenWeights?.Length != given.Length)
            throw Refusal($"IdfWeights of layer '{Name}' must hold a weight for each of the {given.Length} given tokens. Received: {_givenWeights?.Length ?? 0}.");
        return Take(tokens, hasSpecial ? _givenWeights : Weigh(_givenWeights));
    }

    private Vocabulary Take(T[] tokens, double[]? weights) => new(tokens, PlacesOf(tokens), weights);

    /// <summary>Where each token stands.</summary>
    /// <exception cref="ArgumentException">One stands there twice.</exception>
    private protected Dictionary<T, int> PlacesOf(IReadOnlyList<T> tokens)
    {
        var places = new Dictionary<T, int>(tokens.Count);
        for (var i = 0; i < tokens.Count; i++)
            if (!places.TryAdd(tokens[i], i))
                throw Refusal($"The vocabulary of layer '{Name}' must hold each token once. Received: '{tokens[i]}' twice.");
        return places;
    }

    // Special tokens are not among the tokens; places are those among them. Weights have those of special tokens in front.
    private sealed record Vocabulary(T[] Tokens, Dictionary<T, int> Places, double[]? Weights);

    private readonly record struct Occurrence(long Times, long Documents);

    // Unknown tokens weigh as much as the others on average.
    private double[] Weigh(double[] weights) => [.. Enumerable.Repeat(weights.DefaultIfEmpty().Average(), First), .. weights];
}
