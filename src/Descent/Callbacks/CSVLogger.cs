using System.Globalization;
using System.Text.Json.Nodes;

namespace Descent.Callbacks;

/// <summary>Writes the values of each epoch to a CSV file, as soon as it ends.</summary>
/// <remarks>Columns are <c>epoch</c> and the names in order, with <c>val_…</c> of each; a value that an epoch does not have is written <c>NA</c>.</remarks>
public sealed class CSVLogger : Callback
{
    private const string Missing = "NA";

    private string[]? _columns;
    private bool _begun;

    /// <summary>Creates the callback.</summary>
    /// <param name="filename">The file.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public CSVLogger(string filename)
    {
        ArgumentException.ThrowIfNullOrEmpty(filename);
        Filename = filename;
    }

    /// <summary>The file.</summary>
    public string Filename { get; }

    /// <summary>What stands between values; default a comma.</summary>
    public char Separator { get; init; } = ',';

    /// <summary>Whether lines are added to an existing file; default false: it is replaced.</summary>
    public bool Append { get; init; }

    /// <inheritdoc/>
    public override void OnTrainBegin()
    {
        (_columns, _begun) = (null, Append);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        // The file is open only while a line is written, so that nothing is lost or locked when training fails.
        // What was there before goes only now: a training that continues still needs it when it begins.
        using var writer = new StreamWriter(Filename, append: _begun) { NewLine = "\n" };
        _begun = true;
        if (_columns is null)
        {
            _columns = [.. logs.Keys.Order(StringComparer.Ordinal)];
            if (!_columns.Any(c => c.StartsWith("val_", StringComparison.Ordinal))) _columns = [.. _columns, .. _columns.Select(c => "val_" + c)];
            if (writer.BaseStream.Length == 0) WriteLine(writer, ["epoch", .. _columns]);
        }

        WriteLine(writer, [epoch.ToString(CultureInfo.InvariantCulture), .. _columns.Select(c => logs.TryGetValue(c, out var value) ? value.ToString(CultureInfo.InvariantCulture) : Missing)]);
    }

    /// <inheritdoc/>
    public override TrainingState GetState() => new()
    {
        Values =
        {
            ["columns"] = _columns is null ? null : new JsonArray([.. _columns.Select(c => (JsonNode)c)]),
            ["begun"] = _begun,
            ["length"] = File.Exists(Filename) ? new FileInfo(Filename).Length : 0,
        },
    };

    /// <inheritdoc/>
    public override void SetState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var reader = state.Reader(nameof(CSVLogger));
        (_columns, _begun) = (reader.NullableArray("columns") is null ? null : reader.Strings("columns"), reader.Bool("begun"));
        var length = reader.Long("length");
        if (!_begun || !File.Exists(Filename)) return;

        // Lines of steps that are taken again are written again.
        using var file = new FileStream(Filename, FileMode.Open, FileAccess.Write);
        if (file.Length > length) file.SetLength(length);
    }

    private void WriteLine(StreamWriter writer, IEnumerable<string> fields) => writer.WriteLine(string.Join(Separator, fields.Select(Quoted)));

    private string Quoted(string field) =>
        field.AsSpan().ContainsAny(Separator, '"', '\n') ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
