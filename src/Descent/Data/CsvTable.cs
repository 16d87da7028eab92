namespace Descent.Data;

/// <summary>A CSV file in memory, as columns of numbers or text.</summary>
/// <example>
/// <code>
/// var table = CsvTable.Read("iris.csv");
/// int[] labels = table["species"].Codes();
/// var (train, test) = TrainTestSplit.Stratified(labels, testFraction: 0.2, seed: 1);
/// var encoder = TableEncoder.Fit(table.Without("species"), train);
/// float[,] x = encoder.Transform(table, train);
/// </code>
/// </example>
public sealed class CsvTable
{
    internal CsvTable(string path, bool hasHeader, IReadOnlyList<CsvColumn> columns, IReadOnlyList<long> lines) =>
        (Path, HasHeader, Columns, Lines) = (path, hasHeader, columns, lines);

    /// <summary>Gets the path the table was read from.</summary>
    public string Path { get; }

    /// <summary>Gets whether the first row of the file was taken for the names of the columns.</summary>
    public bool HasHeader { get; }

    /// <summary>Gets the columns, in the order of the file.</summary>
    public IReadOnlyList<CsvColumn> Columns { get; }

    /// <summary>Gets the number of rows, the header not counted; 1 or more.</summary>
    public int RowCount => Columns[0].RowCount;

    /// <summary>The line of the file, from 1, in which each row begins: what messages call its number.</summary>
    internal IReadOnlyList<long> Lines { get; }

    /// <summary>Gets a column by its name.</summary>
    /// <param name="name">The name, in the case of the file.</param>
    /// <exception cref="ArgumentException">No column has that name.</exception>
    public CsvColumn this[string name] => Columns[Find(name, [.. Columns.Select(column => column.Name)], Path)];

    /// <summary>
    /// Reads a CSV file: UTF-8 (or the encoding of its byte order mark), separated by <c>,</c> <c>;</c> tab or <c>|</c>
    /// (found by itself), fields in double quotes where they hold separators, quotes (doubled) or line breaks.
    /// </summary>
    /// <remarks>
    /// Numbers have a decimal point, whatever the culture of the machine. Space around fields and empty lines are ignored.
    /// A column is numeric if every cell is a number. If nine cells in ten or more are numbers and no other text stands
    /// in the column twice, that text is taken for a mistake and refused; in any other case the column is text.
    /// Empty cells, <c>NA</c>, <c>N/A</c>, <c>NaN</c>, <c>null</c> (in any case) and <c>?</c> are missing values and refused.
    /// </remarks>
    /// <param name="path">The path of the file.</param>
    /// <param name="hasHeader">
    /// Whether the first row names the columns; without a header they are <c>column_0</c>, <c>column_1</c>, …
    /// Default null: the first row is a header if none of its fields is a number.
    /// </param>
    /// <param name="without">Names of columns to leave out unread, so that what is missing in them does not matter. Default: none.</param>
    /// <param name="categorical">Names of columns to keep as text though they hold numbers, such as postal codes. Default: none.</param>
    /// <param name="maxRows">How many rows to read at most, from the beginning, 1 or more: a sample of a large file. Default null: all.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException"><paramref name="without"/> or <paramref name="categorical"/> holds a name that the file has not, or no column is left.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxRows"/> is less than 1.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file has no rows, a header with an empty or repeated name, a row with too few or too many fields, a quote that is
    /// never closed, a missing value, or a number that is not finite in float32. The message names the row (the line in the
    /// file, counted from 1) and the column.
    /// </exception>
    public static CsvTable Read(
        string path, bool? hasHeader = null, IReadOnlyCollection<string>? without = null, IReadOnlyCollection<string>? categorical = null, int? maxRows = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Check.AtLeast(1, maxRows ?? 1, nameof(maxRows));
        return new CsvTableReader(path).Read(hasHeader, names =>
        {
            var left = (without ?? []).Select(name => Find(name, names, path)).ToHashSet();
            var text = (categorical ?? []).Select(name => Find(name, names, path)).ToHashSet();
            return [.. names.Select((_, index) => left.Contains(index) ? CsvReading.None : text.Contains(index) ? CsvReading.Text : CsvReading.Guessed)];
        }, maxRows);
    }

    /// <summary>Returns the table without some of its columns; the columns that stay are shared.</summary>
    /// <param name="names">Names of columns.</param>
    /// <returns>A table of the other columns.</returns>
    /// <exception cref="ArgumentException">No column has one of the names, or no column is left.</exception>
    public CsvTable Without(params IReadOnlyCollection<string> names)
    {
        var left = Columns.ToList();
        foreach (var name in names)
            left.Remove(this[name]);
        return left.Count > 0 ? new CsvTable(Path, HasHeader, left, Lines) : throw NoColumnLeft(Path);
    }

    /// <summary>Copies the numbers of a table without text columns; <see cref="TableEncoder"/> takes tables with text too.</summary>
    /// <returns>An array of shape <c>(RowCount, Columns.Count)</c>.</returns>
    /// <exception cref="InvalidOperationException">A column holds text.</exception>
    public float[,] ToArray()
    {
        var array = new float[RowCount, Columns.Count];
        for (var column = 0; column < Columns.Count; column++)
        {
            var numbers = Columns[column].Numbers;
            for (var row = 0; row < numbers.Length; row++)
                array[row, column] = (float)numbers[row];
        }
        return array;
    }

    /// <summary>Finds a name among the columns of a file, or says which names are near.</summary>
    internal static int Find(string name, string[] columns, string path)
    {
        var index = Array.IndexOf(columns, name);
        return index >= 0 ? index : throw new ArgumentException(
            $"The name must be that of a column of '{path}'. Received: '{name}'. The nearest of its {columns.Length} columns: {NearestNames.Of(name, columns)}.");
    }

    internal static ArgumentException NoColumnLeft(string path) =>
        new($"At least one column of '{path}' must be left. Received: the names of all of them.");
}
