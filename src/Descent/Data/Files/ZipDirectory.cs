using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Descent.Data;

/// <summary>The entries of a zip archive, read where they stand: nothing is extracted, so that names are keys and never paths.</summary>
/// <remarks>.NET's own reader does not let a stored entry be read at any position, which a file within a file needs.</remarks>
internal sealed class ZipDirectory
{
    private const int EndLength = 22;
    private const int End64LocatorLength = 20;
    private const int HeaderLength = 46;
    private const int LocalHeaderLength = 30;
    private const uint EndMark = 0x06054b50;
    private const uint End64LocatorMark = 0x07064b50;
    private const uint End64Mark = 0x06064b50;
    private const uint HeaderMark = 0x02014b50;
    private const uint LocalHeaderMark = 0x04034b50;
    private const int MaxEntries = 1 << 16;
    private const int MaxDirectoryBytes = 1 << 24;

    // Weights hardly shrink. What grows more than this is made to fill memory.
    private const int MaxExpansion = 100;
    private const long FreeExpansion = 1 << 24;

    private readonly FileStream _file;
    private readonly string _place;
    private readonly OrderedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <param name="file">The archive; it must stay open.</param>
    /// <param name="place">What messages call it.</param>
    /// <exception cref="InvalidDataException">The file is no zip archive, or a damaged one.</exception>
    public ZipDirectory(FileStream file, string place)
    {
        (_file, _place) = (file, place);
        var (count, offset, length) = FindDirectory();
        if (count > MaxEntries || length > MaxDirectoryBytes || offset < 0 || length < 0 || offset > file.Length - length) throw Refuse("its directory lies outside of the file or is too large");
        var directory = ReadAt(offset, (int)length);
        var rest = directory.AsSpan();
        for (var i = 0L; i < count; i++) rest = rest[ReadHeader(rest)..];
        RefuseOverlaps(offset);
    }

    /// <summary>The names, as the archive has them.</summary>
    public IEnumerable<string> Names => _entries.Keys;

    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>The bytes of an entry, decompressed.</summary>
    /// <exception cref="InvalidDataException">There is no such entry.</exception>
    public long SizeOf(string name) => Find(name).Size;

    /// <summary>Opens an entry without verifying it; at any position if it is not compressed.</summary>
    /// <exception cref="InvalidDataException">There is no such entry, or it is not where the directory says.</exception>
    public Stream Open(string name) => Open(name, Find(name));

    /// <summary>Reads an entry to verify its size and checksum, and keeps nothing.</summary>
    /// <exception cref="InvalidDataException">There is no such entry, or it is damaged.</exception>
    public void Verify(string name)
    {
        using var source = OpenSource(name, $"'{name}' of {_place}");
        source.SkipToEnd();
    }

    /// <summary>Verifies all entries.</summary>
    /// <exception cref="InvalidDataException">One is damaged.</exception>
    public void VerifyAll()
    {
        foreach (var name in Names) Verify(name);
    }

    /// <summary>Reads a whole entry, and verifies its checksum.</summary>
    /// <param name="name">The name.</param>
    /// <param name="limit">The most bytes that it may have.</param>
    /// <exception cref="InvalidDataException">There is no such entry, or it is damaged or too large.</exception>
    public byte[] ReadAll(string name, long limit)
    {
        var entry = Find(name);
        if (entry.Size > limit) throw Refuse($"the entry '{name}' states a size of {entry.Size} bytes, and {limit} are the most that it may have");
        if (entry.Size > FreeExpansion && entry.Size > entry.Stored * MaxExpansion)
            throw Refuse($"the entry '{name}' would grow from {entry.Stored} to {entry.Size} bytes, more than {MaxExpansion} times");
        using var source = OpenSource(name, $"'{name}' of {_place}");
        var bytes = source.ReadBytes(entry.Size, $"The entry '{name}'");
        source.RequireEnd();
        return bytes;
    }

    /// <summary>Opens an entry for reading from its beginning to its end, where its checksum is verified.</summary>
    /// <param name="name">The name.</param>
    /// <param name="place">What messages call the entry.</param>
    /// <exception cref="InvalidDataException">There is no such entry, or it is not where the archive says.</exception>
    public ByteSource OpenSource(string name, string place)
    {
        var entry = Find(name);
        return new ByteSource(Open(name, entry), place, entry.Size, entry.Checksum);
    }

    /// <summary>Opens an entry for reading at any position, and verifies its checksum. One that is compressed is decompressed into memory.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="InvalidDataException">There is no such entry, or it is damaged or larger than an array can be.</exception>
    public Stream OpenSeekable(string name)
    {
        var entry = Find(name);
        if (entry.IsDeflated) return new MemoryStream(ReadAll(name, Array.MaxLength), writable: false);
        Verify(name);
        return Open(name, entry);
    }

    private Entry Find(string name) => _entries.TryGetValue(name, out var entry) ? entry : throw Refuse(
        $"it has no entry '{name}', only {string.Join(", ", _entries.Keys.Take(20).Select(n => $"'{n}'"))}");

    private Stream Open(string name, Entry entry)
    {
        var header = ReadAt(entry.Offset, LocalHeaderLength);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalHeaderMark) throw Refuse("an entry is not where the directory says");
        var nameLength = UInt16(header, 26);
        if (Encoding.UTF8.GetString(ReadAt(entry.Offset + LocalHeaderLength, nameLength)) != name) throw Refuse($"the entry '{name}' has another name where it stands");
        var start = entry.Offset + LocalHeaderLength + nameLength + UInt16(header, 28);
        if (start > _file.Length - entry.Stored) throw Refuse("an entry goes beyond the end of the file");
        var part = new FilePart(_file.SafeFileHandle, start, entry.Stored);
        return entry.IsDeflated ? new DeflateStream(part, CompressionMode.Decompress) : part;
    }

    // Entries that share bytes unfold to more than the file could hold, and mean one thing to one reader and another to the next.
    private void RefuseOverlaps(long directory)
    {
        var end = 0L;
        foreach (var (name, entry) in _entries.OrderBy(e => e.Value.Offset))
        {
            if (entry.Offset < end) throw Refuse($"the entry '{name}' shares bytes with another");
            end = entry.Offset + LocalHeaderLength + entry.Stored;
        }

        if (end > directory) throw Refuse("the last entry shares bytes with the directory");
    }

    // The end of the archive is found from behind: a comment may follow it.
    private (long Count, long Offset, long Length) FindDirectory()
    {
        var length = (int)Math.Min(_file.Length, EndLength + ushort.MaxValue);
        var tail = ReadAt(_file.Length - length, length);
        for (var i = length - EndLength; i >= 0; i--)
        {
            if (UInt32(tail, i) != EndMark || i + EndLength + UInt16(tail, i + 20) != length) continue;
            var at = _file.Length - length + i;
            if (at >= End64LocatorLength && ReadAt(at - End64LocatorLength, End64LocatorLength) is var locator && UInt32(locator, 0) == End64LocatorMark)
            {
                var end = ReadAt(Int64(locator, 8), 56);
                return UInt32(end, 0) == End64Mark ? (Int64(end, 32), Int64(end, 48), Int64(end, 40)) : throw Refuse("its zip64 directory is not where the file says");
            }

            return (UInt16(tail, i + 10), UInt32(tail, i + 16), UInt32(tail, i + 12));
        }

        throw Refuse("it has no directory at its end");
    }

    // Returns the length of the header.
    private int ReadHeader(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderLength || UInt32(header, 0) != HeaderMark) throw Refuse("its directory is damaged");
        var (nameLength, extraLength) = (UInt16(header, 28), UInt16(header, 30));
        var length = HeaderLength + nameLength + extraLength + UInt16(header, 32);
        if (header.Length < length) throw Refuse("its directory is damaged");
        var name = Encoding.UTF8.GetString(header.Slice(HeaderLength, nameLength));
        var (stored, size, offset) = ((long)UInt32(header, 20), (long)UInt32(header, 24), (long)UInt32(header, 42));
        ReadZip64(header.Slice(HeaderLength + nameLength, extraLength), ref size, ref stored, ref offset);
        var method = UInt16(header, 10);
        if ((UInt16(header, 8) & 1) != 0) throw Refuse($"the entry '{name}' is encrypted");
        if (method is not (0 or 8)) throw Refuse($"the entry '{name}' is compressed by method {method}, neither stored nor deflated");
        if (stored < 0 || size < 0 || offset < 0 || stored > _file.Length || offset > _file.Length - LocalHeaderLength || (method == 0 ? size != stored : size > ByteSource.MaxInflated(stored)))
            throw Refuse($"the entry '{name}' states {stored} bytes for {size}, which cannot be");
        if (!_entries.TryAdd(name, new Entry(offset, stored, size, UInt32(header, 16), method == 8))) throw Refuse($"the entry '{name}' stands there twice");
        return length;
    }

    // Fields that are too small for a number say so, and the number follows in this one.
    private static void ReadZip64(ReadOnlySpan<byte> extra, ref long size, ref long stored, ref long offset)
    {
        while (extra.Length >= 4)
        {
            var length = Math.Min(UInt16(extra, 2), extra.Length - 4);
            if (UInt16(extra, 0) == 1)
            {
                var field = extra.Slice(4, length);
                Take(ref field, ref size);
                Take(ref field, ref stored);
                Take(ref field, ref offset);
                return;
            }

            extra = extra[(4 + length)..];
        }

        static void Take(ref ReadOnlySpan<byte> field, ref long value)
        {
            if (value != uint.MaxValue || field.Length < sizeof(long)) return;
            value = Int64(field, 0);
            field = field[sizeof(long)..];
        }
    }

    private byte[] ReadAt(long offset, int length)
    {
        if (offset < 0 || offset > _file.Length - length) throw Refuse("a part of it lies outside of the file");
        var bytes = new byte[length];
        for (var read = 0; read < length;)
        {
            var count = RandomAccess.Read(_file.SafeFileHandle, bytes.AsSpan(read), offset + read);
            if (count == 0) throw Refuse("it ends too early");
            read += count;
        }

        return bytes;
    }

    private InvalidDataException Refuse(string what) => new($"The file must be a whole zip archive. Received: {_place}, of which {what}.");

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Int64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private sealed record Entry(long Offset, long Stored, long Size, uint Checksum, bool IsDeflated);
}
