using System.Buffers;
using System.Text;
using CsvHelper;
using Descent.Distribution;

namespace Descent.Data;

/// <summary>The records of a CSV file, read at their places.</summary>
internal sealed class CsvRecords
{
    private readonly char _separator;
    private readonly long _first; // where the first record begins
    private long[] _starts = []; // of all records, and last the end of the file

    /// <summary>Opens a file and reads its first record.</summary>
    public CsvRecords(string path, bool? hasHeader)
    {
        File = new RowFile(path);
        (Head, _separator, _first) = ReadHead(hasHeader);
    }

    public RowFile File { get; }

    public CsvHead Head { get; }

    /// <summary>The number of rows, once they are found.</summary>
    public int Count => _starts.Length - 1 - Before;

    // Records that are no rows.
    private int Before => Head.IsNamed ? 1 : 0;

    /// <summary>Finds all rows.</summary>
    /// <param name="communicator">The ranks that share the work.</param>
    public void Find(Communicator communicator)
    {
        StartCheck.Compare(communicator, "CsvRows.Open", ("CSV file", File.Checksum));
        _starts = CsvIndex.Of(File, _first, _separator, communicator);
        if (Count == 0) throw Head.NoRows();
    }

    /// <summary>A column, by its name.</summary>
    public CsvRecordColumn Column(string name, bool isText) => new(CsvTable.Find(name, Head.Names, File.Path), name, isText);

    /// <summary>The line of the file, from 1, in which a row begins.</summary>
    public long LineOf(int row) => CsvIndex.LineOf(File, Start(row));

    /// <summary>Reads cells.</summary>
    /// <param name="rows">The rows, in the order in which the cells come.</param>
    /// <param name="cells">The columns, with room for as many cells.</param>
    /// <exception cref="InvalidDataException">A row has too few or too many fields, a cell does not hold what it must, or the file has changed.</exception>
    public void Read(ReadOnlySpan<int> rows, ReadOnlySpan<CsvCells> cells)
    {
        File.RequireUnchanged();
        var length = 0L;
        foreach (var (first, _, count) in new RowRuns(rows)) length += Start(first + count) - Start(first) + 1;
        var buffer = ArrayPool<byte>.Shared.Rent(checked((int)length));
        try
        {
            var end = 0;
            foreach (var (first, _, count) in new RowRuns(rows))
            {
                var piece = buffer.AsSpan(end, (int)(Start(first + count) - Start(first)));
                File.Read(piece, Start(first));
                end += piece.Length;
                buffer[end++] = (byte)'\n'; // which the last row of a file may lack
            }

            using var reader = CsvReader.Create(buffer.AsMemory(0, end), CsvTableReader.Rules with { Separator = _separator });
            var start = 0L;
            foreach (var (first, place, count) in new RowRuns(rows))
            {
                for (var i = 0; i < count; i++)
                {
                    var row = first + i;
                    if (!reader.Read() || reader.ByteOffset != start)
                        throw File.Refuse("The file must stay as it was when it was opened", $"no row where row {row}, counted from 0, was");
                    if (reader.FieldCount != Head.Names.Length) throw Head.WrongWidth(reader.FieldCount, LineOf(row));
                    foreach (var column in cells)
                        if (!column.Take(reader, place + i)) throw Refuse(column.Column, reader.GetSpan(column.Column.Index), row);
                    start += Start(row + 1) - Start(row);
                }

                start++;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private long Start(int row) => _starts[Before + row];

    private InvalidDataException Refuse(CsvRecordColumn column, ReadOnlySpan<byte> field, int row)
    {
        var line = LineOf(row);
        string text;
        try
        {
            text = CsvTableReader.Strict.GetString(field);
        }
        catch (DecoderFallbackException exception)
        {
            return CsvTableReader.NoText(File.Path, $"in row {line}", exception);
        }

        var (rule, remedy) = CsvCell.IsMissing(text) ? (CsvCell.HoldsValue, "Fill it in, or delete the row")
            : CsvCell.TryParse(text, out _) ? (CsvCell.IsFinite, "Correct it, or delete the row")
            : (CsvCell.IsNumber, "Correct it; a column of text needs an encoder, or classes if it is the target");
        return CsvCell.Refuse(rule, text, File.Path, line, column.Name, remedy);
    }

    private (CsvHead Head, char Separator, long First) ReadHead(bool? hasHeader)
    {
        RefuseOtherThanText();
        try
        {
            using var reader = CsvReader.Create(File.From(0), CsvTableReader.RulesFor(File.Path) with { MaxRecordSize = CsvIndex.MaxRecordBytes });
            if (!reader.Read()) throw CsvHead.Empty(File.Path);
            var fields = new string[reader.FieldCount];
            for (var i = 0; i < fields.Length; i++) fields[i] = CsvTableReader.Strict.GetString(reader.GetSpan(i));
            return (CsvHead.Of(File.Path, reader.LineNumber, fields, hasHeader), reader.Separator, reader.ByteOffset);
        }
        catch (CsvFormatException exception)
        {
            throw CsvTableReader.NoCsv(File.Path, exception);
        }
        catch (DecoderFallbackException exception)
        {
            throw CsvTableReader.NoText(File.Path, "in the first row", exception);
        }
    }

    private void RefuseOtherThanText()
    {
        var start = new byte[(int)Math.Min(4, File.Length)];
        File.Read(start, 0);
        var received = start switch
        {
            [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] or [0, 0, 0xFE, 0xFF] => "the byte order mark of another encoding",
            [0x1F, 0x8B, ..] => "data compressed by gzip",
            _ => null,
        };
        if (received is not null) throw File.Refuse("A file must be text in UTF-8 for its rows to be found by their places", received);
    }
}
