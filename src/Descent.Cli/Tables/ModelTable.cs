using Descent.Data;

namespace Descent.Cli.Tables;

/// <summary>A table read as the inputs of a network.</summary>
/// <param name="Inputs">Of shape <c>(rows, features)</c>.</param>
/// <param name="Actual">The column that the network predicts, as it stands there; null if the table has none.</param>
/// <param name="Lines">The line of the file in which each row begins.</param>
/// <param name="Notes">What the user should know, a sentence each.</param>
internal sealed record ModelTable(Tensor Inputs, CsvColumn? Actual, IReadOnlyList<long> Lines, IReadOnlyList<string> Notes)
{
    private const int MostNames = 10;

    /// <summary>Reads the columns that a form names, wherever they stand.</summary>
    /// <exception cref="InvalidDataException">A column is missing, or a cell has no value or not that of its column.</exception>
    public static ModelTable Read(string path, TableForm form)
    {
        string[] ignored = [];
        var known = form.Encoder.Columns.ToDictionary(column => column.Name, column => column is StandardizedColumn ? CsvReading.Numbers : CsvReading.Text, StringComparer.Ordinal);
        known.TryAdd(form.Target.Name, CsvReading.Raw);
        var table = new CsvTableReader(path).Read(form.HasHeader, names =>
        {
            foreach (var column in form.Encoder.Columns)
            {
                if (!names.Contains(column.Name))
                    throw new InvalidDataException($"'{path}' must have the {form.Encoder.Columns.Count} columns that the network was trained on. Received: none named '{column.Name}'. The nearest of its {names.Length} columns: {NearestNames.Of(column.Name, names)}.");
            }

            ignored = [.. names.Where(name => !known.ContainsKey(name))];
            return [.. names.Select(name => known.GetValueOrDefault(name, CsvReading.None))];
        });
        var notes = new List<string>();
        if (ignored.Length > 0) notes.Add($"Ignored, as the network was not trained on {(ignored.Length == 1 ? "it" : "them")}: {List(ignored)}.");
        notes.AddRange(form.Encoder.Columns.OfType<OneHotColumn>().Select(column => UnknownCategories(column, table)).OfType<string>());
        return new ModelTable(form.Encoder.Transform(table), table.Columns.FirstOrDefault(column => column.Name == form.Target.Name), table.Lines, notes);
    }

    /// <summary>Reads all columns, for a network that has no form.</summary>
    /// <param name="path">The table.</param>
    /// <param name="model">The file of the network, for messages.</param>
    /// <param name="count">How many inputs the network takes.</param>
    /// <exception cref="InvalidDataException">There are more or fewer columns, or a cell holds no number.</exception>
    public static ModelTable Read(string path, string model, int count)
    {
        var table = new CsvTableReader(path).Read(hasHeader: null, names => names.Length == count
            ? [.. names.Select(_ => CsvReading.Numbers)]
            : throw new InvalidDataException($"'{path}' must have {count} columns, the inputs of the network in their order, as '{model}' does not name them. Received: {names.Length}."));
        return new ModelTable(table.ToArray(), Actual: null, table.Lines, [$"'{model}' does not say which columns it was trained on: those of '{path}' are taken as they stand."]);
    }

    private static string? UnknownCategories(OneHotColumn column, CsvTable table)
    {
        var categories = column.Categories.ToHashSet(StringComparer.Ordinal);
        var texts = table[column.Name].Texts;
        var unknown = Enumerable.Range(0, texts.Length).Where(row => !categories.Contains(texts[row])).ToList();
        return unknown.Count == 0 ? null : FormattableString.Invariant(
            $"{unknown.Count} of {texts.Length} rows have a category in column '{column.Name}' that the network was not trained on, the first '{texts[unknown[0]]}' in row {table.Lines[unknown[0]]}: they count as none of its {categories.Count}.");
    }

    private static string List(string[] names)
    {
        var more = names.Length - MostNames;
        return $"{string.Join(", ", names.Take(MostNames).Select(name => $"'{name}'"))}{(more > 0 ? FormattableString.Invariant($" and {more} more") : "")}";
    }
}
