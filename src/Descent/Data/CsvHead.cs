namespace Descent.Data;

/// <summary>The columns of a CSV file, as its first record tells.</summary>
internal sealed class CsvHead
{
    private readonly string _path;

    private CsvHead(string path, string[] names, bool isNamed) => (_path, Names, IsNamed) = (path, names, isNamed);

    /// <summary>The names of the columns.</summary>
    public string[] Names { get; }

    /// <summary>Whether the first record holds them, and no row.</summary>
    public bool IsNamed { get; }

    /// <summary>Takes the first record for names, or for a row.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="line">The line in which the record begins.</param>
    /// <param name="fields">The record.</param>
    /// <param name="hasHeader">Whether it holds names; null: if none of its fields is a number.</param>
    public static CsvHead Of(string path, long line, string[] fields, bool? hasHeader)
    {
        if (hasHeader == false || (hasHeader is null && fields.Any(field => CsvCell.TryParse(field, out _))))
            return new CsvHead(path, [.. fields.Select((_, index) => $"column_{index}")], isNamed: false);
        CheckNames(path, line, fields);
        return new CsvHead(path, fields, isNamed: true);
    }

    /// <summary>For a file without any record.</summary>
    public static InvalidDataException Empty(string path) => new($"A table must have at least one row. Received: '{path}', which is empty.");

    /// <summary>For a file of names alone.</summary>
    public InvalidDataException NoRows() => new($"A table must have at least one row. Received: '{_path}', which has a header and nothing below it.");

    /// <summary>Throws for a row that has too few or too many fields.</summary>
    public void RequireWidth(int fields, long line)
    {
        if (fields != Names.Length) throw WrongWidth(fields, line);
    }

    /// <summary>For a row that has too few or too many fields.</summary>
    public InvalidDataException WrongWidth(int fields, long line) =>
        new($"Every row must have {Names.Length} fields, as the first one has. Received: {fields} in row {line} of '{_path}'.");

    private static void CheckNames(string path, long line, string[] names)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i];
            if (name.Length == 0)
                throw new InvalidDataException($"Every column must have a name. Received: an empty name for column {i + 1} in row {line} of '{path}'.");
            if (!seen.TryAdd(name, i))
                throw new InvalidDataException($"Column names must be distinct. Received: '{name}' for columns {seen[name] + 1} and {i + 1} in row {line} of '{path}'. Rename one of them; if the file has no header, give it one.");
        }
    }
}
