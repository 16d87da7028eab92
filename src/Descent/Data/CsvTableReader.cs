using System.Text;
using CsvHelper;

namespace Descent.Data;

/// <summary>Reads a file into a <see cref="CsvTable"/> and names the place of everything that is wrong with it.</summary>
internal sealed class CsvTableReader(string path)
{
    /// <summary>The encoding of all files that do not say otherwise.</summary>
    public static UTF8Encoding Strict { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>How a file is cut into rows and fields.</summary>
    public static CsvReaderOptions Rules { get; } = new() { HasHeader = false, TrimWhitespace = true };

    /// <summary>The same for a file from its beginning on. An open quote would swallow its rest; any other stray quote is kept as text.</summary>
    public static CsvReaderOptions RulesFor(string path) => Rules with
    {
        TrackLineNumbers = true,
        OnMalformedRecord = record =>
        {
            if (record.Reason == CsvMalformedReason.UnterminatedQuote) throw OpenQuote(path, record.LineNumber);
        },
    };

    private readonly record struct Record(long Line, string[] Fields);

    /// <summary>Reads the file.</summary>
    /// <param name="hasHeader">Whether the first row names the columns; null: if none of its fields is a number.</param>
    /// <param name="choose">Says for the names of all columns how each is read.</param>
    /// <param name="maxRows">How many rows are read at most; null: all.</param>
    public CsvTable Read(bool? hasHeader, Func<string[], IReadOnlyList<CsvReading>> choose, int? maxRows = null)
    {
        var records = ReadRecords(maxRows + 1L ?? long.MaxValue); // the first may be a header
        if (records.Count == 0)
            throw CsvHead.Empty(path);

        var head = CsvHead.Of(path, records[0].Line, records[0].Fields, hasHeader);
        var names = head.Names;
        if (head.IsNamed)
        {
            records.RemoveAt(0);
            if (records.Count == 0) throw head.NoRows();
        }
        else if (records.Count > maxRows)
        {
            records.RemoveAt(records.Count - 1);
        }

        foreach (var record in records) head.RequireWidth(record.Fields.Length, record.Line);
        var readings = choose(names);
        var columns = Enumerable.Range(0, names.Length)
            .Where(index => readings[index] != CsvReading.None)
            .Select(index => ReadColumn(names[index], index, records, readings[index]))
            .ToList();
        return columns.Count > 0 ? new CsvTable(path, head.IsNamed, columns, [.. records.Select(record => record.Line)]) : throw CsvTable.NoColumnLeft(path);
    }

    private List<Record> ReadRecords(long most)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"The path must be that of a CSV file. Received: '{path}', which does not exist.", path);

        var records = new List<Record>();
        try
        {
            // Bytes that are no text would become marks that look alike, and with them whole categories. A byte order mark of UTF-16 or UTF-32 is followed.
            using var reader = CsvReader.Create(new StreamReader(path, Strict), RulesFor(path) with { PoolStrings = true });
            while (records.Count < most && reader.Read())
            {
                var fields = new string[reader.FieldCount];
                for (var i = 0; i < fields.Length; i++)
                    fields[i] = reader.GetString(i);
                records.Add(new Record(reader.LineNumber, fields));
            }
        }
        catch (CsvFormatException exception)
        {
            throw NoCsv(path, exception);
        }
        catch (DecoderFallbackException exception)
        {
            throw NoText(path, $"after row {records.LastOrDefault().Line}", exception);
        }
        return records;
    }

    /// <summary>For a file in which a quote is open to its end.</summary>
    public static InvalidDataException OpenQuote(string path, long line) =>
        new($"A quoted field must end with a quote. Received: a quote that is never closed in the record that starts in row {line} of '{path}'.");

    /// <summary>For a file that cannot be cut into rows.</summary>
    public static InvalidDataException NoCsv(string path, CsvFormatException cause) => new($"'{path}' must be a CSV file. {cause.Message}", cause);

    /// <summary>For a file of bytes that are no text.</summary>
    public static InvalidDataException NoText(string path, string place, DecoderFallbackException cause) =>
        new($"'{path}' must be text in UTF-8. Received: the byte 0x{cause.BytesUnknown?[0]:X2} {place}, which is none. Save the file as UTF-8.", cause);

    private CsvColumn ReadColumn(string name, int index, List<Record> records, CsvReading reading)
    {
        var texts = new string[records.Count];
        for (var row = 0; row < texts.Length; row++)
        {
            texts[row] = records[row].Fields[index];
            if (reading != CsvReading.Raw && CsvCell.IsMissing(texts[row]))
                throw Refused(CsvCell.HoldsValue, row, reading == CsvReading.Guessed ? "Fill it in, delete the row, or leave the column out" : "Fill it in, or delete the row");
        }
        return reading is CsvReading.Text or CsvReading.Raw || ReadNumbers() is not { } numbers ? new CsvColumn(name, texts) : new CsvColumn(name, numbers);

        double[]? ReadNumbers()
        {
            var numbers = new double[texts.Length];
            var others = new List<int>();
            for (var row = 0; row < texts.Length; row++)
            {
                if (!CsvCell.TryParse(texts[row], out numbers[row]))
                    others.Add(row);
            }
            if (others.Count > 0)
            {
                // A typing error in a column of numbers must not turn it into thousands of categories.
                var strays = reading == CsvReading.Numbers || others.Count * 10 <= texts.Length && others.DistinctBy(row => texts[row]).Count() == others.Count;
                if (reading == CsvReading.Guessed && texts.All(CsvCell.HasDecimalComma))
                    throw Refused("Every number must be written with a decimal point and no other mark", 0, "Write 0.5, not 0,5, or read the column as categorical");
                return strays ? throw Refused(CsvCell.IsNumber, others[0], reading == CsvReading.Numbers ? "Correct it" : "Correct it, or read the column as categorical") : null;
            }
            var infinite = Array.FindIndex(numbers, number => !float.IsFinite((float)number));
            return infinite < 0 ? numbers : throw Refused(CsvCell.IsFinite, infinite, "Correct it, delete the row, or leave the column out");
        }

        InvalidDataException Refused(string rule, int row, string remedy) =>
            CsvCell.Refuse(rule, texts[row], path, records[row].Line, name, remedy);
    }
}
