using System.Numerics;

namespace Descent.Hdf5.Reading;

/// <summary>
/// A heap of links or attributes: one row of addresses after another, cut into blocks that double in size from row to row; an object's
/// identifier is its offset and length there. Large objects stand outside, tiny ones in the identifier itself.
/// </summary>
internal sealed class FractalHeap
{
    private const string What = "A fractal heap";
    private const byte HasBlockChecksums = 1 << 1;

    private readonly Reader _reader;
    private readonly Dictionary<long, Block> _indirect = [];
    private readonly Dictionary<long, ReadOnlyMemory<byte>> _direct = [];
    private readonly Dictionary<long, (long Address, long Length)> _huge = [];
    private readonly byte _flags;
    private readonly long _largestObject;
    private readonly int _width;
    private readonly long _firstBlock;
    private readonly long _largestBlock;
    private readonly int _offsetSize;
    private readonly int _lengthSize;
    private readonly int _directRows;
    private readonly long _root;
    private readonly int _rootRows;

    private FractalHeap(Block block)
    {
        _reader = block.Reader;
        block.Signature("FRHP"u8);
        block.Version(0, 0);
        IdSize = block.UInt16();
        int filters = block.UInt16();
        _flags = block.Byte();
        _largestObject = block.UInt32();
        block.LengthOrNone(); // the next identifier of a huge object
        var huge = block.Address();
        block.LengthOrNone(); // free space
        block.Address(); // its manager
        for (var i = 0; i < 8; i++) block.LengthOrNone(); // statistics
        _width = block.UInt16();
        _firstBlock = block.Length();
        _largestBlock = block.Length();
        int bits = block.UInt16();
        block.Skip(sizeof(ushort)); // rows to begin with
        _root = block.Address();
        _rootRows = block.UInt16();
        if (filters > 0) throw block.Refuse("It must have no filters", "a filter pipeline, which is not supported");
        block.Checksum();

        if (_width == 0 || !BitOperations.IsPow2(_width) || !IsBlockSize(_firstBlock) || !IsBlockSize(_largestBlock) || _largestBlock < _firstBlock || bits is 0 or > 63 || IdSize == 0)
            throw block.Refuse("Its sizes must be powers of two", $"{_width} blocks of {_firstBlock} to {_largestBlock} bytes a row, of 2^{bits} in all");
        _offsetSize = (bits + 7) / 8;
        _lengthSize = Math.Min(BytesFor(_largestBlock), BytesFor(_largestObject));
        _directRows = BitOperations.Log2((ulong)_largestBlock) - BitOperations.Log2((ulong)_firstBlock) + 2;
        if (huge != Reader.Nowhere) ReadHuge(huge);
    }

    /// <summary>Bytes of an identifier.</summary>
    public int IdSize { get; }

    public static FractalHeap Read(Reader reader, long address) =>
        new(reader.Block(address, 26 + (12 * reader.File.LengthSize) + (3 * reader.File.AddressSize), What));

    /// <summary>The object of an identifier.</summary>
    public Block Object(ReadOnlyMemory<byte> id)
    {
        const int Managed = 0, Huge = 1, Tiny = 2;
        var block = new Block(_reader, id, "An identifier in a heap");
        var first = block.Byte();
        if (first >> 6 != 0) throw block.Refuse("Its version must be 0", $"{first >> 6}");
        return ((first >> 4) & 3) switch
        {
            Managed => ManagedObject(block.Unsigned(_offsetSize), block.Unsigned(_lengthSize)),
            Huge => HugeObject(block),
            Tiny => TinyObject(block, first & 0xF),
            _ => throw block.Refuse("Its type must be in [0, 2]", "3"),
        };
    }

    private static bool IsBlockSize(long size) => size is > 0 and <= int.MaxValue && BitOperations.IsPow2(size);

    private static int BytesFor(long number) => (BitOperations.Log2((ulong)Math.Max(number, 1)) / 8) + 1;

    private Block TinyObject(Block id, int lengthLessOne)
    {
        const int LongestShort = 16;
        var length = IdSize - 1 <= LongestShort ? lengthLessOne + 1 : ((lengthLessOne << 8) | id.Byte()) + 1;
        return id.Part(length, "A tiny object");
    }

    private Block HugeObject(Block id)
    {
        var file = _reader.File;
        var isDirect = IdSize > file.AddressSize + file.LengthSize;
        if (isDirect) return _reader.Block(id.Address(), id.Length(), "A huge object");
        var key = id.Unsigned(Math.Min(id.Left, sizeof(long)));
        return _huge.TryGetValue(key, out var place)
            ? _reader.Block(place.Address, place.Length, "A huge object")
            : throw id.Refuse("It must be that of a huge object in the heap", $"{key}");
    }

    private void ReadHuge(long tree)
    {
        if (IdSize > _reader.File.AddressSize + _reader.File.LengthSize) return; // identifiers say where the objects are
        foreach (var record in BTree2.Read(_reader, tree, BTree2.HugeObjects))
        {
            var (address, length) = (record.Address(), record.Length());
            _huge[record.Length()] = (address, length);
        }
    }

    private Block ManagedObject(long offset, long length)
    {
        _reader.Take(length, "An object in a heap");
        var (start, bytes) = BlockAt(offset);
        var block = new Block(_reader, bytes, What);
        block.Skip(offset - start);
        return block.Part(length, "An object in a heap");
    }

    // Down from the root, through a chain of indirect blocks, to the direct block that has the offset.
    private (long Start, ReadOnlyMemory<byte> Bytes) BlockAt(long offset)
    {
        var (address, rows, start) = (_root, _rootRows, 0L);
        if (rows == 0) return (0, Direct(address, _firstBlock));
        while (true)
        {
            var (row, rowStart, size) = RowOf(offset - start, rows);
            var column = (offset - start - rowStart) / size;
            address = Child(address, rows, (row * _width) + (int)column);
            start += rowStart + (column * size);
            if (row < _directRows) return (start, Direct(address, size));
            rows = BitOperations.Log2((ulong)size) - BitOperations.Log2((ulong)(_firstBlock * _width)) + 1;
        }
    }

    private (int Row, long Start, long BlockSize) RowOf(long offset, int rows)
    {
        var (start, size) = (0L, _firstBlock);
        for (var row = 0; row < rows; row++)
        {
            var end = start + (size * _width);
            if (offset < end) return (row, start, size);
            start = end;
            if (row > 0) size *= 2;
            if (size > long.MaxValue / (4L * _width)) break;
        }

        throw _reader.Refuse($"{What} must hold what refers to it", $"an offset of {offset}, beyond its end");
    }

    // An indirect block refers to its direct blocks first, then to further indirect ones.
    private long Child(long address, int rows, int index)
    {
        if (!_indirect.TryGetValue(address, out var block))
        {
            var file = _reader.File;
            var count = (long)rows * _width;
            block = _reader.Block(address, 9 + file.AddressSize + _offsetSize + (count * file.AddressSize), "An indirect block of a heap");
            block.Signature("FHIB"u8);
            block.Version(0, 0);
            block.Skip(file.AddressSize + _offsetSize);
            var children = block.Memory(count * file.AddressSize);
            block.Checksum();
            _indirect.Add(address, block = new Block(_reader, children, "An indirect block of a heap"));
        }

        return block.At(index * _reader.File.AddressSize).Address();
    }

    private ReadOnlyMemory<byte> Direct(long address, long size)
    {
        if (_direct.TryGetValue(address, out var bytes)) return bytes;
        var file = _reader.File;
        var block = _reader.Block(address, size, "A direct block of a heap");
        bytes = block.At(0).Memory(size);
        block.Signature("FHDB"u8);
        block.Version(0, 0);
        block.Skip(file.AddressSize + _offsetSize);
        if ((_flags & HasBlockChecksums) != 0) block.ChecksumWithin();
        _direct.Add(address, bytes);
        return bytes;
    }
}
