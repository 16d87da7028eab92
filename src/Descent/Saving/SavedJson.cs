using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Descent.Saving;

/// <summary>JSON of files that nobody trusts.</summary>
internal static class SavedJson
{
    /// <summary>How deep objects and arrays may lie within each other. Deeply nested models need some 8 levels each.</summary>
    public const int MaxDepth = 96;

    /// <summary>The most bytes that JSON in a file may have.</summary>
    public const int MaxBytes = 1 << 26;

    /// <summary>Reads an object.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="place">What messages call it.</param>
    /// <exception cref="InvalidDataException">It is no JSON object, or too deep.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> utf8, string place)
    {
        if (!Utf8.IsValid(utf8)) throw new InvalidDataException($"{place} must be JSON in UTF-8. Received: bytes that are none."); // the parser looks at texts only when they are asked for
        try
        {
            var node = JsonNode.Parse(utf8, documentOptions: new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            if (node is JsonObject json) _ = json.Count; // names that are no text show here
            return node as JsonObject ?? throw new InvalidDataException($"{place} must be a JSON object. Received: {KerasNames.Shorten(node)}.");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or DecoderFallbackException)
        {
            throw new InvalidDataException($"{place} must be JSON of at most {MaxDepth} levels. Received: {e.Message}", e);
        }
    }

    /// <summary>Reads an object.</summary>
    /// <exception cref="InvalidDataException">It is no JSON object, or too deep.</exception>
    public static JsonObject Parse(string json, string place) => Parse(Encoding.UTF8.GetBytes(json), place);

    /// <summary>The numbers of an array that has nothing but whole ones; null if it is anything else.</summary>
    public static ulong[]? ULongs(JsonNode? node) =>
        node is JsonArray list && list.All(item => item is JsonValue value && value.TryGetValue(out ulong _)) ? [.. list.Select(item => item!.GetValue<ulong>())] : null;

    /// <summary>Runs what follows a config, whose complaints are about the file then.</summary>
    /// <exception cref="InvalidDataException">A config does not do.</exception>
    public static void Run(string place, Action action) => Read(place, () =>
    {
        action();
        return true;
    });

    /// <summary>Runs what reads configs, whose complaints are about the file then.</summary>
    /// <exception cref="InvalidDataException">A config has another form, or names a class that is not known.</exception>
    public static T Read<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException and not OtherTrainingException or NotSupportedException or FormatException or OverflowException or KeyNotFoundException or RegexMatchTimeoutException)
        {
            throw new InvalidDataException($"What {place} describes cannot be made. {e.Message}", e);
        }
    }
}
