using CsvHelper;
using Descent.Distribution;

namespace Descent.Data;

/// <summary>Finds where the records of a CSV file begin. Ranks look through a part of the file each.</summary>
internal sealed class CsvIndex
{
    // More is an open quote, which would have the rest of the file read into memory.
    public const int MaxRecordBytes = 1 << 26;

    private readonly RowFile _file;
    private readonly char _separator;
    private readonly List<long> _starts = [];

    private CsvIndex(RowFile file, char separator) => (_file, _separator) = (file, separator);

    /// <summary>Finds the records.</summary>
    /// <param name="file">The file.</param>
    /// <param name="first">Where its first record begins.</param>
    /// <param name="separator">What separates fields.</param>
    /// <param name="communicator">The ranks that share the work; all of them get all places.</param>
    /// <returns>Where each record begins, and last the length of the file.</returns>
    /// <exception cref="InvalidDataException">A quote is open to the end of the file; on all ranks.</exception>
    public static long[] Of(RowFile file, long first, char separator, Communicator communicator) => new CsvIndex(file, separator).Scan(first, communicator);

    /// <summary>The line, from 1, in which a byte stands.</summary>
    public static long LineOf(RowFile file, long offset)
    {
        using var stream = file.From(0);
        var buffer = new byte[1 << 16];
        var (line, last) = (1L, (byte)0);
        for (var left = offset; left > 0;)
        {
            var count = stream.Read(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
            if (count == 0) break;
            foreach (var next in buffer.AsSpan(0, count))
            {
                if (next == '\r' || (next == '\n' && last != '\r')) line++;
                last = next;
            }

            left -= count;
        }

        return line;
    }

    /// <remarks>
    /// Whether a line break ends a record or stands in a quoted field, only who has read all before it knows. So a rank begins at the first line break of its part, as if it were
    /// the end of a record, which it nearly always is; then the ranks compare, and who began where the rank before did not end, begins again there.
    /// </remarks>
    private long[] Scan(long first, Communicator communicator)
    {
        var (rank, size) = (communicator.Rank, communicator.Size);
        long CutOf(int part) => first + (long)((Int128)(_file.Length - first) * part / size);
        var end = CutOf(rank + 1);
        var part = Find(rank == 0 ? first : LineAfter(Math.Max(first, CutOf(rank) - 1)), end);
        while (true)
        {
            var ends = Gather(communicator, [part.First, part.Next]);
            long Before(int ofRank) => ends[2 * ofRank - 1]; // where the rank before ended
            var settled = 1;
            while (settled < size && ends[2 * settled] == Before(settled)) settled++;
            if (Before(settled) < 0) throw CsvTableReader.OpenQuote(_file.Path, LineOf(_file, ~Before(settled)));
            if (settled == size) break;
            if (rank >= settled && part.First != Before(rank) && Before(rank) >= 0) part = Find(Before(rank), end);
        }

        return [.. Gather(communicator, [.. _starts]), _file.Length];
    }

    /// <summary>Finds the records that begin before the end of a part.</summary>
    /// <param name="from">Where a record begins, or the space before it.</param>
    /// <param name="end">The end of the part.</param>
    /// <returns>Where the first record from there on begins, and the first one that is not of this part; of one that is part of it and never ends, the complement.</returns>
    private (long First, long Next) Find(long from, long end)
    {
        _starts.Clear();
        if (from >= end) return (from, from);
        var isOpen = false;
        using var reader = CsvReader.Create(_file.From(from), CsvTableReader.Rules with
        {
            Separator = _separator,
            MaxRecordSize = MaxRecordBytes,
            OnMalformedRecord = record => isOpen |= record.Reason == CsvMalformedReason.UnterminatedQuote,
        });
        var next = _file.Length;
        try
        {
            while (reader.Read())
            {
                next = from + reader.ByteOffset;
                if (next >= end) break;
                _starts.Add(next);
                next = isOpen ? ~next : _file.Length;
            }
        }
        catch (CsvFormatException exception)
        {
            next = ~(from + exception.ByteOffset);
        }

        return (_starts.Count > 0 ? _starts[0] : next < 0 ? from : next, next);
    }

    /// <summary>The place after the first line break from a place on.</summary>
    private long LineAfter(long from)
    {
        using var stream = _file.From(from);
        var buffer = new byte[1 << 12];
        for (var place = from; ;)
        {
            var count = stream.Read(buffer);
            if (count == 0) return _file.Length;
            if (buffer.AsSpan(0, count).IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var found) return place + found + 1;
            place += count;
        }
    }

    private static long[] Gather(Communicator communicator, long[] own)
    {
        var counts = new long[communicator.Size];
        counts[communicator.Rank] = own.Length;
        communicator.AllReduce(counts.AsMemory());
        var all = new long[checked((int)counts.Sum())];
        communicator.AllGather<long>(own, all, Array.ConvertAll(counts, count => (int)count));
        return all;
    }
}
