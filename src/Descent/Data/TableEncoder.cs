namespace Descent.Data;

/// <summary>
/// Turns the columns of a <see cref="CsvTable"/> into features of a network: standardised numbers and one-hot text,
/// as learned from the training rows alone.
/// </summary>
/// <remarks>
/// Columns that identify a row rather than describe it are left out, each with a line in <see cref="Notes"/>:
/// a text column in which more than half of the training rows, and more than 10, have a value of their own;
/// a text column of more categories than the limit; and a numeric column called <c>id</c>, or something that ends in
/// <c>_id</c>, whose numbers are whole and all distinct.
/// </remarks>
public sealed class TableEncoder
{
    private const int FewCategories = 10;

    /// <summary>Creates an encoder from what another one has learned.</summary>
    /// <param name="columns">The columns to encode, in the order of their features; at least one.</param>
    /// <exception cref="ArgumentException"><paramref name="columns"/> is empty.</exception>
    public TableEncoder(IReadOnlyList<EncodedColumn> columns)
        : this(columns, [])
    {
        if (columns.Count == 0)
            throw new ArgumentException("An encoder must have at least one column. Received: none.", nameof(columns));
    }

    private TableEncoder(IReadOnlyList<EncodedColumn> columns, IReadOnlyList<string> notes)
    {
        (Columns, Notes) = (columns, notes);
        FeatureNames = [.. columns.SelectMany(column => column.FeatureNames)];
    }

    /// <summary>Gets the encoded columns, in the order of their features.</summary>
    public IReadOnlyList<EncodedColumn> Columns { get; }

    /// <summary>Gets the names of the features: <c>age</c> for a number, <c>colour=red</c> for a category.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>Gets a sentence for every column that was left out, saying why.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Learns means, deviations and categories from the training rows.</summary>
    /// <param name="table">The table, without the column to predict.</param>
    /// <param name="rows">The indices of the training rows, from 0. Default null: all rows.</param>
    /// <param name="maxCategories">The largest number of categories that a text column is encoded with, 1 or more. Default 256.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="ArgumentException"><paramref name="rows"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in the table, or <paramref name="maxCategories"/> is less than 1.</exception>
    /// <exception cref="InvalidDataException">Every column had to be left out.</exception>
    public static TableEncoder Fit(CsvTable table, int[]? rows = null, int maxCategories = 256)
    {
        Check.AtLeast(1, maxCategories, nameof(maxCategories));
        rows = Checked(rows, table);
        if (rows.Length == 0)
            throw new ArgumentException("An encoder must be fitted on at least one row. Received: none.", nameof(rows));

        var columns = new List<EncodedColumn>();
        var notes = new List<string>();
        foreach (var column in table.Columns)
        {
            if (column.IsNumeric)
            {
                if (IsIdentifier(column))
                    notes.Add($"Column '{column.Name}' is left out: it numbers the rows.");
                else
                    columns.Add(StandardizedColumn.Fit(column, rows));
                continue;
            }

            string[] categories = [.. rows.Select(row => column.Texts[row]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            if (categories.Length > FewCategories && categories.Length > rows.Length / 2)
                notes.Add($"Column '{column.Name}' is left out: it identifies rows ({categories.Length} different texts in {rows.Length} rows).");
            else if (categories.Length > maxCategories)
                notes.Add($"Column '{column.Name}' is left out: it has {categories.Length} categories, more than the limit of {maxCategories}.");
            else
                columns.Add(new OneHotColumn(column.Name, categories));
        }
        return columns.Count > 0 ? new TableEncoder(columns, notes) : throw new InvalidDataException(
            $"At least one column of '{table.Path}' must be usable as a feature. Received: none. {string.Join(' ', notes)}");
    }

    /// <summary>Encodes rows of a table that has the columns the encoder was fitted on; other columns are ignored.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">The indices of the rows to encode, from 0, in the order wanted. Default null: all rows.</param>
    /// <returns>An array of shape <c>(rows, FeatureNames.Count)</c>.</returns>
    /// <exception cref="ArgumentException">The table lacks a column.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in the table.</exception>
    /// <exception cref="InvalidDataException">A column that held numbers holds text.</exception>
    public float[,] Transform(CsvTable table, int[]? rows = null)
    {
        rows = Checked(rows, table);
        return Transform(rows, [.. Columns.Select(encoded =>
        {
            var column = table[encoded.Name];
            return encoded is OneHotColumn || column.IsNumeric ? column : throw new InvalidDataException(
                $"Column '{column.Name}' must hold numbers, as in the rows the encoder was fitted on. Received: text in '{table.Path}', such as '{column.Texts[0]}'.");
        })]);
    }

    /// <summary>Encodes rows of the columns that the encoder was fitted on, in their order.</summary>
    internal float[,] Transform(int[] rows, CsvColumn[] columns)
    {
        var features = new float[rows.Length, FeatureNames.Count];
        var offset = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            Columns[i].Write(columns[i], rows, features, offset);
            offset += Columns[i].FeatureNames.Count;
        }

        return features;
    }

    private static bool IsIdentifier(CsvColumn column) =>
        (column.Name.Equals("id", StringComparison.OrdinalIgnoreCase) || column.Name.EndsWith("_id", StringComparison.OrdinalIgnoreCase))
        && column.Numbers.All(double.IsInteger)
        && column.Numbers.Distinct().Count() == column.RowCount;

    internal static int[] All(int rows) => [.. Enumerable.Range(0, rows)];

    private static int[] Checked(int[]? rows, CsvTable table)
    {
        if (rows is null)
            return All(table.RowCount);
        foreach (var row in rows)
        {
            if ((uint)row >= (uint)table.RowCount)
                throw new ArgumentOutOfRangeException(nameof(rows), $"Row indices must be in [0, {table.RowCount}). Received: {row}.");
        }
        return rows;
    }
}
