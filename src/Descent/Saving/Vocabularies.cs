using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Descent.Data;

namespace Descent.Saving;

/// <summary>Vocabularies that layers have learned, which Keras puts into texts beside the config of a <c>.keras</c> file: <c>assets/layers/string_lookup/vocabulary.txt</c>, a token per line.</summary>
internal static class Vocabularies
{
    private const int MaxBytes = 1 << 28;
    private const string Key = "vocabulary";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes them into the config of a model, where those that were given stand. The report says which layer has none.</summary>
    /// <exception cref="InvalidDataException">A text is damaged, or no vocabulary.</exception>
    public static void Complete(JsonObject model, ZipDirectory archive, LoadReport report, string group = "")
    {
        if (model["config"] is not JsonObject { } config) return;
        if (config["layers"] is JsonArray layers)
        {
            var used = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var layer in layers.OfType<JsonObject>())
                if (Text(layer["class_name"]) is { Length: > 0 } name) Complete(layer, archive, report, StateLayout.Join(group, $"layers/{StateLayout.Numbered(name, used)}"));
        }
        else if (Text(model["class_name"]) is "StringLookup" or "IntegerLookup" or "TextVectorization" && config[Key] is null)
        {
            var entry = $"assets/{group}/{Key}.txt";
            if (!archive.Contains(entry)) report.NoteList.Add($"layer '{Text(config["name"])}' has no vocabulary: the file has none for it");
            else config[Key] = Read(archive.ReadAll(entry, MaxBytes), $"'{entry}' of {report.File}", config, report);
        }
    }

    private static JsonArray? Read(ReadOnlySpan<byte> utf8, string place, JsonObject config, LoadReport report)
    {
        if (Text(config["output_mode"]) == "tf_idf")
            throw new InvalidDataException($"A vocabulary with weights must be given to its layer where that is made. Received: {place}, of which 'tf_idf' has learned the weights.");
        var areNumbers = Text(config["vocabulary_dtype"]) == "int64";
        try
        {
            var text = Strict.GetString(utf8).ReplaceLineEndings("\n").TrimEnd('\n');
            string[] tokens = text.Length == 0 ? [] : text.Split('\n');
            if (tokens.All(t => t.Length == 0 || t == Text(config["oov_token"]) || t == Text(config["mask_token"]) || t == "[UNK]"))
            {
                report.NoteList.Add($"layer '{Text(config["name"])}' has no vocabulary: it has learned none");
                return null;
            }

            return new JsonArray([.. tokens.Select(t => areNumbers ? (JsonNode)long.Parse(t, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : t)]);
        }
        catch (Exception e) when (e is DecoderFallbackException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"A vocabulary must have a {(areNumbers ? "number" : "token in UTF-8")} in each line. Received: {place}. {e.Message}", e);
        }
    }

    private static string? Text(JsonNode? node) => (node as JsonValue)?.ToString();
}
