using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Descent;

/// <summary>Reads the arguments of one class from its config, and objects to those that nobody asked for.</summary>
/// <remarks>
/// A class reads itself in a private constructor, where a property's current value is the default and need not be repeated:
/// <code>
/// public static Adam FromConfig(JsonObject config) =&gt; ConfigReader.Read(config, reader =&gt; new Adam(reader));
///
/// private Adam(ConfigReader reader) : base(reader) =&gt; Beta1 = reader.Double("beta_1", Beta1);
/// </code>
/// Methods without a default read a required argument. Integers are accepted where floats are expected, not the reverse.
/// All of them throw <see cref="ArgumentException"/> with the class, the key, and what was expected and received.
/// </remarks>
internal sealed class ConfigReader
{
    /// <summary>The key beside <c>"config"</c> of what only Descent has; Keras ignores it.</summary>
    public const string OwnKey = "descent";

    private readonly JsonObject _config;
    private readonly string _className;
    private readonly List<string> _known = [];

    private ConfigReader(JsonObject config, string className) => (_config, _className) = (config, className);

    /// <summary>Makes a <typeparamref name="T"/> from its config.</summary>
    /// <param name="config">The arguments.</param>
    /// <param name="make">Reads every argument that the class knows.</param>
    /// <param name="className">The class in messages; default its name.</param>
    /// <exception cref="ArgumentException">An argument is missing, of the wrong type, or was not read.</exception>
    public static T Read<T>(JsonObject config, Func<ConfigReader, T> make, string? className = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        var reader = new ConfigReader(config, className ?? typeof(T).Name);
        T made = make(reader);
        reader.RejectUnread();
        return made;
    }

    /// <summary>Reads some arguments of a config whose others are read elsewhere: by a class of the user's.</summary>
    public static ConfigReader Lenient(JsonObject config, string className)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new ConfigReader(config, className);
    }

    /// <summary>Reads the object <c>"descent"</c> beside a config, if there is one: what Keras' keys have no place for.</summary>
    /// <param name="json">The serialized object.</param>
    /// <param name="owner">What it is, for messages: <c>optimizer 'adam'</c>.</param>
    /// <param name="read">Reads every key that is known.</param>
    /// <exception cref="ArgumentException">It is no object, or a key is of the wrong type or not known.</exception>
    public static void ReadOwn(JsonObject json, string owner, Action<ConfigReader> read)
    {
        if (json[OwnKey] is not JsonNode own)
            return;

        string name = $"'{OwnKey}' of {owner}";
        var reader = new ConfigReader(own as JsonObject ?? throw new ArgumentException($"{name} must be an object. Received: {KerasNames.Shorten(own)}."), name);
        read(reader);
        reader.RejectUnread();
    }

    /// <summary>Tells whether an argument was given, null included.</summary>
    public bool Has(string key)
    {
        Know(key);
        return _config.ContainsKey(key);
    }

    /// <summary>Marks arguments as known whose values do not matter here.</summary>
    public void Ignore(params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
            Know(key);
    }

    /// <summary>An argument of any form; null if it is absent or null.</summary>
    public JsonNode? Node(string key)
    {
        Know(key);
        return _config[key];
    }

    /// <summary>A required float.</summary>
    public double Double(string key) => ToDouble(key, Required(key));

    /// <summary>A float, or the default if it is absent.</summary>
    public double Double(string key, double absent) => Has(key) ? Double(key) : absent;

    /// <summary>A float or null, or the default if it is absent.</summary>
    public double? NullableDouble(string key, double? absent = null)
        => Has(key) ? (Node(key) is JsonNode node ? ToDouble(key, node) : null) : absent;

    /// <summary>A required integer.</summary>
    public int Int(string key) => ToInteger<int>(key, Required(key));

    /// <summary>An integer, or the default if it is absent.</summary>
    public int Int(string key, int absent) => Has(key) ? Int(key) : absent;

    /// <summary>An integer or null, or the default if it is absent.</summary>
    public int? NullableInt(string key, int? absent = null)
        => Has(key) ? (Node(key) is JsonNode node ? ToInteger<int>(key, node) : null) : absent;

    /// <summary>A required 64-bit integer.</summary>
    public long Long(string key) => ToInteger<long>(key, Required(key));

    /// <summary>A 64-bit integer or null, a seed for example, or the default if it is absent.</summary>
    public long? NullableLong(string key, long? absent = null)
        => Has(key) ? (Node(key) is JsonNode node ? ToInteger<long>(key, node) : null) : absent;

    /// <summary>A 64-bit integer without a sign, or null.</summary>
    public ulong? NullableULong(string key) => Node(key) is JsonNode node ? ToInteger<ulong>(key, node) : null;

    /// <summary>A required boolean.</summary>
    public bool Bool(string key) => ToBool(key, Required(key));

    /// <summary>A boolean, or the default if it is absent.</summary>
    public bool Bool(string key, bool absent) => Has(key) ? Bool(key) : absent;

    /// <summary>A required string.</summary>
    public string String(string key) => ToText(key, Required(key));

    /// <summary>A string, or the default if it is absent.</summary>
    public string String(string key, string absent) => Has(key) ? String(key) : absent;

    /// <summary>A string or null, or the default if it is absent.</summary>
    public string? NullableString(string key, string? absent = null)
        => Has(key) ? (Node(key) is JsonNode node ? ToText(key, node) : null) : absent;

    /// <summary>An enum in Keras' spelling (<c>"sum_over_batch_size"</c> for <c>SumOverBatchSize</c>), or the default if it is absent.</summary>
    public TEnum Choice<TEnum>(string key, TEnum absent)
        where TEnum : struct, Enum
    {
        if (!Has(key))
            return absent;

        string text = String(key);
        foreach (TEnum value in Enum.GetValues<TEnum>())
        {
            if (KerasNames.Comparer.Equals(value.ToString(), text))
                return value;
        }

        string choices = string.Join(", ", Enum.GetNames<TEnum>().Select(n => $"'{KerasNames.ToSnakeCase(n)}'"));
        throw new ArgumentException($"Argument '{key}' of {_className} must be one of {choices}. Received: '{text}'.");
    }

    /// <summary>A required nested object.</summary>
    public JsonObject Object(string key) => Required(key) as JsonObject ?? throw Wrong(key, "an object", _config[key]);

    /// <summary>A nested object; null if it is absent or null.</summary>
    public JsonObject? NullableObject(string key) => Node(key) is null ? null : Object(key);

    /// <summary>A required array.</summary>
    public JsonArray Array(string key) => Required(key) as JsonArray ?? throw Wrong(key, "an array", _config[key]);

    /// <summary>An array; null if it is absent or null.</summary>
    public JsonArray? NullableArray(string key) => Node(key) is null ? null : Array(key);

    /// <summary>A required array of floats.</summary>
    public double[] Doubles(string key) => [.. Array(key).Select(e => ToDouble(key, e))];

    /// <summary>A required array of integers.</summary>
    public int[] Ints(string key) => [.. Array(key).Select(e => ToInteger<int>(key, e))];

    /// <summary>A required array of 64-bit integers.</summary>
    public long[] Longs(string key) => [.. Array(key).Select(e => ToInteger<long>(key, e))];

    /// <summary>An array of strings; empty if it is absent or null.</summary>
    public string[] Strings(string key) => [.. (NullableArray(key) ?? []).Select(e => e is not null ? ToText(key, e) : throw Wrong(key, "an array of strings", null))];

    /// <summary>An array of objects; empty if it is absent or null.</summary>
    public JsonObject[] Objects(string key) => [.. (NullableArray(key) ?? []).Select(e => e as JsonObject ?? throw Wrong(key, "an array of objects", e))];

    private void Know(string key)
    {
        if (!_known.Contains(key))
            _known.Add(key);
    }

    private JsonNode Required(string key) => Node(key) ?? throw new ArgumentException(_config.ContainsKey(key)
        ? $"Argument '{key}' of {_className} must not be null."
        : $"{_className} must be given the argument '{key}'. Received: {Quote(_config.Select(p => p.Key))}.");

    private double ToDouble(string key, JsonNode? node)
    {
        const string Expected = "a finite number";
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
            throw Wrong(key, Expected, node);

        // A value read from text gives a double at once; one made from an int or a decimal only by way of its text.
        if (!value.TryGetValue(out double number))
            number = double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
        return double.IsFinite(number) ? number : throw Wrong(key, Expected, node);
    }

    private TInteger ToInteger<TInteger>(string key, JsonNode? node)
        where TInteger : struct, IBinaryInteger<TInteger>
    {
        bool isInteger = TInteger.TryParse(KerasNames.Shorten(node), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out TInteger number);
        return isInteger ? number : throw Wrong(key, "an integer", node);
    }

    private bool ToBool(string key, JsonNode node)
        => node.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? node.GetValue<bool>() : throw Wrong(key, "true or false", node);

    private string ToText(string key, JsonNode node)
        => node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : throw Wrong(key, "a string", node);

    private ArgumentException Wrong(string key, string expected, JsonNode? received)
        => new($"Argument '{key}' of {_className} must be {expected}. Received: {KerasNames.Shorten(received)}.");

    private void RejectUnread()
    {
        string[] unread = [.. _config.Select(p => p.Key).Except(_known)];
        if (unread.Length > 0)
        {
            throw new ArgumentException(
                $"Argument(s) not recognized: {Quote(unread)}. {_className} knows: {Quote(_known)}.{string.Concat(unread.Select(key => Hint(key, unread.Length > 1)))}");
        }
    }

    private string Hint(string key, bool isOneOfSeveral)
    {
        string hint = KerasNames.DidYouMean(key, _known);
        return isOneOfSeveral && hint.Length > 0 ? hint.TrimEnd('?') + $" for '{key}'?" : hint;
    }

    private static string Quote(IEnumerable<string> keys) => string.Join(", ", keys.Select(k => $"'{k}'")) is { Length: > 0 } text ? text : "no arguments";
}
