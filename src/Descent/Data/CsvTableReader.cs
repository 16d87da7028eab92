using System.Globalization;
using System.Text;
using CsvHelper;

namespace Descent.Data;

/// <summary>Reads a file into a <see cref="CsvTable"/> and names the place of everything that is wrong with it.</summary>
internal sealed class CsvTableReader(string path)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly record struct Record(long Line, string[] Fields);

    /// <summary>Reads the file.</summary>
    /// <param name="hasHeader">Whether the first row names the columns; null: if none of its fields is a number.</param>
    /// <param name="choose">Says for the names of all columns how each is read.</param>
    public CsvTable Read(bool? hasHeader, Func<string[], IReadOnlyList<CsvReading>> choose)
    {
        var records = ReadRecords();
        if (records.Count == 0)
            throw new InvalidDataException($"A table must have at least one row. Received: '{path}', which is empty.");

        var first = records[0];
        var named = hasHeader ?? !first.Fields.Any(field => TryParse(field, out _));
        var names = named ? first.Fields : [.. first.Fields.Select((_, index) => $"column_{index}")];
        if (named)
        {
            CheckNames(first);
            records.RemoveAt(0);
            if (records.Count == 0)
                throw new InvalidDataException($"A table must have at least one row. Received: '{path}', which has a header and nothing below it.");
        }

        CheckWidths(records, names.Length);
        var readings = choose(names);
        var columns = Enumerable.Range(0, names.Length)
            .Where(index => readings[index] != CsvReading.None)
            .Select(index => ReadColumn(names[index], index, records, readings[index]))
            .ToList();
        return columns.Count > 0 ? new CsvTable(path, named, columns, [.. records.Select(record => record.Line)]) : throw CsvTable.NoColumnLeft(path);
    }

    private List<Record> ReadRecords()
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"The path must be that of a CSV file. Received: '{path}', which does not exist.", path);

        var options = new CsvReaderOptions
        {
            HasHeader = false,
            TrimWhitespace = true,
            TrackLineNumbers = true,
            PoolStrings = true,
            OnMalformedRecord = RefuseOpenQuote,
        };
        var records = new List<Record>();
        try
        {
            // Bytes that are no text would become marks that look alike, and with them whole categories. A byte order mark of UTF-16 or UTF-32 is followed.
            using var reader = CsvReader.Create(new StreamReader(path, Strict), options);
            while (reader.Read())
            {
                var fields = new string[reader.FieldCount];
                for (var i = 0; i < fields.Length; i++)
                    fields[i] = reader.GetString(i);
                records.Add(new Record(reader.LineNumber, fields));
            }
        }
        catch (CsvFormatException exception)
        {
            throw new InvalidDataException($"'{path}' must be a CSV file. {exception.Message}", exception);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"'{path}' must be text in UTF-8. Received: the byte 0x{exception.BytesUnknown?[0]:X2} after row {records.LastOrDefault().Line}, which is none. Save the file as UTF-8.", exception);
        }
        return records;
    }

    /// <summary>An open quote would swallow the rest of the file; any other stray quote is kept as text.</summary>
    private void RefuseOpenQuote(CsvMalformedRecord record)
    {
        if (record.Reason == CsvMalformedReason.UnterminatedQuote)
            throw new InvalidDataException($"A quoted field must end with a quote. Received: a quote that is never closed in the record that starts in row {record.LineNumber} of '{path}'.");
    }

    private void CheckNames(Record header)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < header.Fields.Length; i++)
        {
            var name = header.Fields[i];
            if (name.Length == 0)
                throw new InvalidDataException($"Every column must have a name. Received: an empty name for column {i + 1} in row {header.Line} of '{path}'.");
            if (!seen.TryAdd(name, i))
                throw new InvalidDataException($"Column names must be distinct. Received: '{name}' for columns {seen[name] + 1} and {i + 1} in row {header.Line} of '{path}'. Rename one of them; if the file has no header, give it one.");
        }
    }

    private void CheckWidths(List<Record> records, int width)
    {
        foreach (var record in records)
        {
            if (record.Fields.Length != width)
                throw new InvalidDataException($"Every row must have {width} fields, as the first one has. Received: {record.Fields.Length} in row {record.Line} of '{path}'.");
        }
    }

    private CsvColumn ReadColumn(string name, int index, List<Record> records, CsvReading reading)
    {
        var texts = new string[records.Count];
        for (var row = 0; row < texts.Length; row++)
        {
            texts[row] = records[row].Fields[index];
            if (reading != CsvReading.Raw && IsMissing(texts[row]))
                throw Refused("Every cell must hold a value", row, reading == CsvReading.Guessed ? "Fill it in, delete the row, or leave the column out" : "Fill it in, or delete the row");
        }
        return reading is CsvReading.Text or CsvReading.Raw || ReadNumbers() is not { } numbers ? new CsvColumn(name, texts) : new CsvColumn(name, numbers);

        double[]? ReadNumbers()
        {
            var numbers = new double[texts.Length];
            var others = new List<int>();
            for (var row = 0; row < texts.Length; row++)
            {
                if (!TryParse(texts[row], out numbers[row]))
                    others.Add(row);
            }
            if (others.Count > 0)
            {
                // A typing error in a column of numbers must not turn it into thousands of categories.
                var strays = reading == CsvReading.Numbers || others.Count * 10 <= texts.Length && others.DistinctBy(row => texts[row]).Count() == others.Count;
                if (reading == CsvReading.Guessed && texts.All(HasDecimalComma))
                    throw Refused("Every number must be written with a decimal point and no other mark", 0, "Write 0.5, not 0,5, or read the column as categorical");
                return strays ? throw Refused("Every cell of a numeric column must be a number", others[0], reading == CsvReading.Numbers ? "Correct it" : "Correct it, or read the column as categorical") : null;
            }
            var infinite = Array.FindIndex(numbers, number => !float.IsFinite((float)number));
            return infinite < 0 ? numbers : throw Refused("Every number must be finite in float32", infinite, "Correct it, delete the row, or leave the column out");
        }

        InvalidDataException Refused(string rule, int row, string remedy) =>
            new($"{rule}. Received: '{texts[row]}' in row {records[row].Line}, column '{name}' of '{path}'. {remedy}.");
    }

    /// <summary>Whether a cell holds no value.</summary>
    public static bool IsMissing(string field) =>
        field.Length <= 4 && field.ToUpperInvariant() is "" or "?" or "NA" or "N/A" or "NAN" or "NULL";

    /// <summary>Whether a cell is a number of which nobody knows if its comma stands for the decimal point or between thousands.</summary>
    private static bool HasDecimalComma(string field) => field.Contains(',', StringComparison.Ordinal) && TryParse(field.Replace(',', '.'), out _);

    /// <summary>Parses a number; infinity counts as one, so that it is refused by name and not read as text.</summary>
    private static bool TryParse(string field, out double number)
    {
        if (double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
            return true;
        if (!field.TrimStart('+', '-').Equals("inf", StringComparison.OrdinalIgnoreCase))
            return false;
        number = double.PositiveInfinity;
        return true;
    }
}
