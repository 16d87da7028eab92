using Descent.Distribution;

namespace Descent.Data;

/// <summary>
/// The rows of a CSV file, read when they are needed: for tables that memory does not hold, and for ranks that train together, each of which reads its own rows alone.
/// In memory is where each row begins, in 8 bytes.
/// </summary>
/// <example><code>
/// var sample = CsvTable.Read("flights.csv", maxRows: 10_000);
/// var rows = CsvRows.Open("flights.csv", target: "delay", encoder: TableEncoder.Fit(sample.Without("delay")));
/// model.Fit(Batches.From(rows, batchSize: 256, shuffle: true).Prefetch(), epochs: 5);
/// </code></example>
public sealed class CsvRows : RowSource
{
    private readonly CsvRecords _records;
    private readonly TableEncoder? _encoder;
    private readonly CsvRecordColumn[] _columns;
    private readonly CsvRecordColumn? _target;
    private readonly Dictionary<string, int>? _classes;

    private CsvRows(CsvRecords records, string? target, TableEncoder? encoder, IReadOnlyList<string>? classes, IReadOnlyCollection<string> without)
    {
        _records = records;
        _encoder = encoder;
        _target = target is null ? null : records.Column(target, isText: classes is not null);
        _classes = classes is null ? null : Numbered(classes);
        _columns = encoder is not null ? [.. encoder.Columns.Select(c => records.Column(c.Name, isText: c is OneHotColumn))] : Others([.. without, .. target is null ? Array.Empty<string>() : [target]]);
        FeatureNames = encoder?.FeatureNames ?? [.. _columns.Select(column => column.Name)];
    }

    /// <inheritdoc/>
    public override int Count => _records.Count;

    /// <summary>Gets the names of the features, in the order in which a row has them: those of the encoder, or the columns.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <inheritdoc/>
    public override string Checksum => _records.File.Checksum;

    /// <summary>
    /// Opens a file and finds its rows, by the rules of <see cref="CsvTable.Read"/>, but in UTF-8 alone. What stands in a row is looked at when the row is read.
    /// </summary>
    /// <remarks>
    /// The file stays open as long as somebody holds the result; there is nothing to dispose. It must not change meanwhile.
    /// X of a batch has shape <c>(batch, FeatureNames.Count)</c>, float32; Y has shape <c>(batch)</c>: int32 with <paramref name="classes"/>, float32 without.
    /// </remarks>
    /// <param name="path">The path of the file.</param>
    /// <param name="target">The name of the column to predict. Default null: the batches have no targets.</param>
    /// <param name="encoder">
    /// What makes features of the columns that it knows; fit it on a sample (<c>maxRows</c> of <see cref="CsvTable.Read"/>). A category that is not in it is none. Default null:
    /// all other columns hold numbers, which are taken as they stand.
    /// </param>
    /// <param name="classes">The values that the target may have, each a class whose number is its place: <see cref="CsvColumn.Categories"/> of a sample. Default null: the target is a number.</param>
    /// <param name="hasHeader">Whether the first row names the columns. Default null: if none of its fields is a number.</param>
    /// <param name="without">Names of columns to leave out, where there is no encoder. Default: none.</param>
    /// <param name="communicator">Ranks that share the search for rows: all of them call this together, with the same file. Default null: this process looks through the whole file.</param>
    /// <returns>The rows, for <see cref="Batches.From(RowSource, int, bool, int?)"/>.</returns>
    /// <exception cref="ArgumentException">A name is not that of a column, no column is left, there are classes without a target, or an encoder and columns to leave out.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file is not UTF-8 or is compressed, has no rows, a header with an empty or repeated name, or a quote that is never closed. Reading throws it, too, for a row with too few or too many fields, and for a cell that does not hold what it must.</exception>
    /// <exception cref="InvalidOperationException">The ranks have different files.</exception>
    public static CsvRows Open(
        string path, string? target = null, TableEncoder? encoder = null, IReadOnlyList<string>? classes = null, bool? hasHeader = null, IReadOnlyCollection<string>? without = null,
        Communicator? communicator = null)
    {
        if (classes is not null && target is null) throw new ArgumentException("classes are those of a target. Received: classes, and no target.", nameof(classes));
        if (encoder is not null && without is not null) throw new ArgumentException("An encoder says which columns are read. Received: an encoder, and columns to leave out. Leave them out of the table that the encoder is fitted on.", nameof(without));
        communicator ??= new LocalCommunicator();
        CsvRows rows;
        try
        {
            rows = new CsvRows(new CsvRecords(path, hasHeader), target, encoder, classes, without ?? []); // a name that is wrong is found before the file is searched
        }
        catch (Exception exception)
        {
            StartCheck.Refuse(communicator, exception); // the others would wait
            throw;
        }

        rows._records.Find(communicator);
        return rows;
    }

    /// <inheritdoc/>
    protected override Batch ReadCore(ReadOnlySpan<int> rows)
    {
        var cells = new CsvCells[_columns.Length + (_target is null ? 0 : 1)];
        for (var i = 0; i < cells.Length; i++) cells[i] = new CsvCells(i < _columns.Length ? _columns[i] : _target!, rows.Length);
        _records.Read(rows, cells);
        var features = cells.AsSpan(0, _columns.Length);
        var x = _encoder is null ? Numbers(features, rows.Length) : Encode(features, rows.Length);
        if (_target is null) return new Batch(x);
        return new Batch(x, _classes is null ? Array.ConvertAll(cells[^1].Numbers!, number => (float)number) : Codes(cells[^1].Texts!, rows));
    }

    private static float[,] Numbers(ReadOnlySpan<CsvCells> cells, int rows)
    {
        var numbers = new float[rows, cells.Length];
        for (var row = 0; row < rows; row++)
            for (var i = 0; i < cells.Length; i++) numbers[row, i] = (float)cells[i].Numbers![row];
        return numbers;
    }

    private float[,] Encode(ReadOnlySpan<CsvCells> cells, int rows)
    {
        var columns = new CsvColumn[cells.Length];
        for (var i = 0; i < columns.Length; i++) columns[i] = cells[i].ToColumn();
        return _encoder!.Transform(TableEncoder.All(rows), columns);
    }

    private int[] Codes(string[] texts, ReadOnlySpan<int> rows)
    {
        var codes = new int[texts.Length];
        for (var i = 0; i < codes.Length; i++)
        {
            // Categories of numbers are written in their shortest form.
            if (_classes!.TryGetValue(texts[i], out codes[i]) || (CsvCell.TryParse(texts[i], out var number) && _classes.TryGetValue(CsvColumn.Format(number), out codes[i]))) continue;
            throw CsvCell.Refuse($"The target must be one of {_classes.Count} classes", texts[i], _records.File.Path, _records.LineOf(rows[i]), _target!.Name, "Correct it, or add it to the classes");
        }

        return codes;
    }

    private CsvRecordColumn[] Others(HashSet<string> without)
    {
        foreach (var name in without) _records.Column(name, isText: false); // which throws for a name that the file has not
        CsvRecordColumn[] columns = [.. _records.Head.Names.Where(name => !without.Contains(name)).Select(name => _records.Column(name, isText: false))];
        return columns.Length > 0 ? columns : throw CsvTable.NoColumnLeft(_records.File.Path);
    }

    private static Dictionary<string, int> Numbered(IReadOnlyList<string> classes)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in classes)
            if (!numbers.TryAdd(name, numbers.Count)) throw new ArgumentException($"Classes must be distinct. Received: '{name}' twice.", nameof(classes));
        return numbers;
    }
}
