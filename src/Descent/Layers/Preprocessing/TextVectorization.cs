using System.Text.Json.Nodes;

namespace Descent.Layers;

/// <summary>A layer that turns texts into rows of word ids, or encodes their words. Strings are no tensors: it is called with them.</summary>
/// <remarks>Id 0 is padding, 1 an unknown word, then the words follow, the most frequent first. Functions of one's own in place of standardize and split are not supported.</remarks>
/// <example><code>
/// var vectorize = new TextVectorization { MaxTokens = 20000, OutputSequenceLength = 200 };
/// vectorize.Adapt(texts);
/// Tensor ids = vectorize.Apply(texts);   // int32 (texts, 200)
/// </code></example>
public sealed class TextVectorization : Layer
{
    private const string Lower = "lower";
    private const string StripPunctuation = "strip_punctuation";
    private const string LowerAndStripPunctuation = "lower_and_strip_punctuation";
    private const string Whitespace = "whitespace";
    private const string Character = "character";
    private const string Punctuation = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'";

    private static readonly char[] Spaces = [' ', '\t', '\n', '\v', '\f', '\r'];

    private readonly Lazy<StringLookup> _lookup;
    private readonly IReadOnlyList<string>? _vocabulary;

    /// <summary>Creates the layer.</summary>
    /// <param name="vocabulary">The words, with or without padding and unknown word in front; default null: learned by <see cref="Adapt"/>.</param>
    public TextVectorization(IReadOnlyList<string>? vocabulary = null)
    {
        _vocabulary = vocabulary;
        _lookup = new Lazy<StringLookup>(MakeLookup); // its options are known once the initializer has run
    }

    private TextVectorization(ConfigReader reader)
        : base(reader)
    {
        _lookup = new Lazy<StringLookup>(MakeLookup);
        if (reader.NullableArray("vocabulary") is not null) _vocabulary = reader.Strings("vocabulary");
        MaxTokens = reader.NullableInt("max_tokens");
        Standardize = reader.NullableString("standardize", Standardize);
        Split = reader.NullableString("split", Split);
        Ngrams = reader.Node("ngrams") switch { null => null, JsonArray => reader.Ints("ngrams"), _ => [.. Enumerable.Range(1, reader.Int("ngrams"))] };
        OutputMode = reader.String("output_mode", OutputMode);
        OutputSequenceLength = reader.NullableInt("output_sequence_length");
        PadToMaxTokens = reader.Bool("pad_to_max_tokens", PadToMaxTokens);
        if (reader.NullableArray("idf_weights") is not null) IdfWeights = reader.Doubles("idf_weights");
        Encoding = reader.String("encoding", Encoding);
        OutputModes.RefuseSparse(reader);
        if (reader.Bool("ragged", false)) throw new ArgumentException("Argument 'ragged' of TextVectorization must be false: there are no ragged tensors. Received: true.");
        reader.Ignore("vocabulary_size", "has_input_vocabulary");
    }

    /// <inheritdoc cref="IndexLookup{T}.MaxTokens"/>
    public int? MaxTokens { get; init; }

    /// <summary><c>"lower_and_strip_punctuation"</c> (the default), <c>"lower"</c>, <c>"strip_punctuation"</c>, or null for neither. Lower case is that of ASCII, as in Keras.</summary>
    /// <exception cref="ArgumentException">The value is another.</exception>
    public string? Standardize
    {
        get;
        init => field = value is null or Lower or StripPunctuation or LowerAndStripPunctuation ? value : throw new ArgumentException(
            $"Standardize must be '{LowerAndStripPunctuation}', '{Lower}', '{StripPunctuation}' or null. Received: '{value}'.", nameof(value));
    } = LowerAndStripPunctuation;

    /// <summary><c>"whitespace"</c> (the default), <c>"character"</c>, or null: a text is one word.</summary>
    /// <exception cref="ArgumentException">The value is another.</exception>
    public string? Split
    {
        get;
        init => field = value is null or Whitespace or Character ? value : throw new ArgumentException(
            $"Split must be '{Whitespace}', '{Character}' or null. Received: '{value}'.", nameof(value));
    } = Whitespace;

    /// <summary>The numbers of neighbouring words that become one, joined by spaces: <c>[1, 2]</c> for words and pairs. Default null: single words.</summary>
    public IReadOnlyList<int>? Ngrams { get; init; }

    /// <inheritdoc cref="IndexLookup{T}.OutputMode"/>
    public string OutputMode { get; init; } = OutputModes.Int;

    /// <summary>The length that rows of ids are cut or padded to; default null: that of the longest.</summary>
    public int? OutputSequenceLength { get; init; }

    /// <inheritdoc cref="IndexLookup{T}.PadToMaxTokens"/>
    public bool PadToMaxTokens { get; init; }

    /// <inheritdoc cref="IndexLookup{T}.IdfWeights"/>
    public IReadOnlyList<double>? IdfWeights { get; init; }

    /// <inheritdoc cref="StringLookup.Encoding"/>
    public string Encoding { get; init; } = "utf-8";

    /// <inheritdoc cref="IndexLookup{T}.VocabularySize"/>
    public int VocabularySize => _lookup.Value.VocabularySize;

    /// <inheritdoc cref="IndexLookup{T}.GetVocabulary"/>
    public IReadOnlyList<string> GetVocabulary(bool includeSpecialTokens = true) => _lookup.Value.GetVocabulary(includeSpecialTokens);

    /// <summary>Learns the vocabulary from texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <exception cref="InvalidOperationException">The vocabulary was given.</exception>
    public void Adapt(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        _lookup.Value.AdaptDocuments(texts.Select(Words));
    }

    /// <summary>The ids of the words of texts, or what <see cref="OutputMode"/> makes of them.</summary>
    /// <param name="texts">The texts.</param>
    /// <returns>int32 <c>(texts, length)</c>, or float32 <c>(texts, vocabulary)</c>.</returns>
    /// <exception cref="InvalidOperationException">There is no vocabulary.</exception>
    public Tensor Apply(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        string[][] rows = [.. texts.Select(Words)];
        var length = OutputSequenceLength ?? rows.Select(r => r.Length).DefaultIfEmpty().Max();
        var words = new string[rows.Length * length];
        Array.Fill(words, ""); // the mask token
        for (var i = 0; i < rows.Length; i++) rows[i].AsSpan(0, Math.Min(length, rows[i].Length)).CopyTo(words.AsSpan(i * length));
        return _lookup.Value.FindAll(words, [rows.Length, length]);
    }

    /// <summary>Not for tensors.</summary>
    /// <exception cref="NotSupportedException">Always: strings are no tensors.</exception>
    public override Tensor Call(Tensor x, bool training = false) =>
        throw new NotSupportedException($"Layer '{Name}' takes strings, which are no tensors. Call Apply with strings.");

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        var lookup = _lookup.Value.GetConfig();
        config["max_tokens"] = MaxTokens;
        config["standardize"] = Standardize;
        config["split"] = Split;
        config["ngrams"] = Ngrams is null ? null : KerasJson.Integers(Ngrams);
        config["output_mode"] = OutputMode;
        config["output_sequence_length"] = OutputSequenceLength;
        config["pad_to_max_tokens"] = PadToMaxTokens;
        config["sparse"] = false;
        config["ragged"] = false;
        config["vocabulary"] = lookup["vocabulary"]?.DeepClone();
        config["idf_weights"] = lookup["idf_weights"]?.DeepClone();
        config["encoding"] = Encoding;
        config["vocabulary_size"] = VocabularySize;
        return config;
    }

    /// <summary>Makes the layer from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new layer.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static TextVectorization FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new TextVectorization(reader));

    private StringLookup MakeLookup()
    {
        if (OutputMode != OutputModes.Int && OutputSequenceLength is not null)
            throw Refusal($"OutputSequenceLength of layer '{Name}' must not be set unless OutputMode is 'int'. Received: {OutputSequenceLength} with '{OutputMode}'.");
        return new StringLookup(_vocabulary)
        {
            Name = Name,
            MaxTokens = MaxTokens,
            MaskToken = "",
            OutputMode = OutputMode,
            PadToMaxTokens = PadToMaxTokens,
            IdfWeights = IdfWeights,
        };
    }

    private string[] Words(string text)
    {
        if (Standardize is Lower or LowerAndStripPunctuation) text = string.Concat(text.Select(c => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c));
        if (Standardize is StripPunctuation or LowerAndStripPunctuation) text = string.Concat(text.Where(c => !Punctuation.Contains(c)));
        string[] words = Split switch
        {
            Whitespace => text.Split(Spaces, StringSplitOptions.RemoveEmptyEntries),
            Character => [.. text.EnumerateRunes().Select(r => r.ToString())],
            _ => [text],
        };
        return Ngrams is null ? words : [.. Ngrams.SelectMany(n => Enumerable.Range(0, Math.Max(0, words.Length - n + 1)).Select(i => string.Join(' ', words[i..(i + n)])))];
    }
}
