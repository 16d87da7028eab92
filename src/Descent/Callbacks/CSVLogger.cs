using System.Globalization;

namespace Descent.Callbacks;

/// <summary>Writes the values of each epoch to a CSV file, as soon as it ends.</summary>
/// <remarks>Columns are <c>epoch</c> and the names in order, with <c>val_…</c> of each; a value that an epoch does not have is written <c>NA</c>.</remarks>
public sealed class CSVLogger : Callback
{
    private const string Missing = "NA";

    private string[]? _columns;

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
        _columns = null;
        if (!Append) File.WriteAllText(Filename, "");
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        // The file is open only while a line is written, so that nothing is lost or locked when training fails.
        using var writer = new StreamWriter(Filename, append: true) { NewLine = "\n" };
        if (_columns is null)
        {
            _columns = [.. logs.Keys.Order(StringComparer.Ordinal)];
            if (!_columns.Any(c => c.StartsWith("val_", StringComparison.Ordinal))) _columns = [.. _columns, .. _columns.Select(c => "val_" + c)];
            if (writer.BaseStream.Length == 0) WriteLine(writer, ["epoch", .. _columns]);
        }

        WriteLine(writer, [epoch.ToString(CultureInfo.InvariantCulture), .. _columns.Select(c => logs.TryGetValue(c, out var value) ? value.ToString(CultureInfo.InvariantCulture) : Missing)]);
    }

    private void WriteLine(StreamWriter writer, IEnumerable<string> fields) => writer.WriteLine(string.Join(Separator, fields.Select(Quoted)));

    private string Quoted(string field) =>
        field.AsSpan().ContainsAny(Separator, '"', '\n') ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
