using System.Buffers.Binary;
using System.IO.Compression;

namespace Descent.Hdf5.Reading;

/// <summary>The filters that a dataset's chunks went through on their way into the file.</summary>
internal sealed class FilterPipeline
{
    /// <summary>Deflate stores at most this many bytes in one.</summary>
    public const int MaxDeflateRatio = 1032;

    private const int GZip = 1, Shuffle = 2, Fletcher = 3;
    private const int MaxFilters = 32;

    private readonly (int Id, int ElementSize)[] _filters;

    private FilterPipeline((int, int)[] filters, string[] names) => (_filters, Names) = (filters, names);

    public static FilterPipeline None { get; } = new([], []);

    /// <summary>What the filters are called, in the order in which they were applied.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether what is stored may be smaller than what it holds.</summary>
    public bool Compresses => _filters.Any(filter => filter.Id is not (Shuffle or Fletcher));

    public static FilterPipeline Read(Block block)
    {
        const int FirstWithName = 256;
        var version = block.Version(1, 2);
        int count = block.Byte();
        if (count > MaxFilters) throw block.Refuse($"There must be at most {MaxFilters} filters", $"{count}");
        if (version == 1) block.Skip(6);
        var filters = new (int Id, int ElementSize)[count];
        var names = new string[count];
        for (var i = 0; i < count; i++)
        {
            int id = block.UInt16();
            int nameLength = version == 1 || id >= FirstWithName ? block.UInt16() : 0;
            block.Skip(sizeof(ushort)); // whether it may be left out
            int values = block.UInt16();
            block.Skip(nameLength);
            var data = block.Part((long)values * sizeof(uint), "The values of a filter");
            if (version == 1 && values % 2 != 0) block.Skip(sizeof(uint));
            var elementSize = id == Shuffle ? data.UInt32() : 1;
            if (elementSize is 0 or > int.MaxValue) throw block.Refuse("Shuffled elements must have at least one byte", $"{elementSize}");
            (filters[i], names[i]) = ((id, (int)elementSize), NameOf(id));
        }

        if (filters.Count(filter => filter.Id == GZip) > 1) throw block.Refuse("Chunks must be compressed once", "gzip twice");
        return new FilterPipeline(filters, names);
    }

    /// <summary>What a stored chunk holds.</summary>
    /// <param name="reader">Says where it stands when it refuses.</param>
    /// <param name="stored">The bytes of the file.</param>
    /// <param name="skipped">A bit for each filter that was not applied.</param>
    /// <param name="chunkBytes">How many bytes it must hold.</param>
    public Memory<byte> Decode(Reader reader, Memory<byte> stored, uint skipped, int chunkBytes)
    {
        var bytes = stored;
        for (var i = _filters.Length - 1; i >= 0; i--)
        {
            if ((skipped >> i & 1) != 0) continue;
            var (id, elementSize) = _filters[i];
            bytes = id switch
            {
                GZip => Inflate(reader, bytes, chunkBytes + (sizeof(uint) * ChecksumsBefore(i, skipped))),
                Shuffle => Unshuffle(bytes, elementSize),
                Fletcher => WithoutChecksum(reader, bytes),
                _ => throw reader.Refuse("Chunks must be stored with filters among gzip, shuffle and fletcher32", $"the filter {NameOf(id)}"),
            };
        }

        return bytes.Length == chunkBytes ? bytes : throw reader.Refuse($"A chunk must hold {chunkBytes} bytes", $"{bytes.Length}");
    }

    private static string NameOf(int id) => id switch
    {
        GZip => "gzip",
        Shuffle => "shuffle",
        Fletcher => "fletcher32",
        4 => "szip",
        5 => "nbit",
        6 => "scaleoffset",
        32000 => "lzf",
        32001 => "blosc",
        32004 => "lz4",
        32008 => "bitshuffle",
        32015 => "zstd",
        _ => $"number {id}",
    };

    private int ChecksumsBefore(int filter, uint skipped)
    {
        var count = 0;
        for (var i = 0; i < filter; i++)
        {
            if (_filters[i].Id == Fletcher && (skipped >> i & 1) == 0) count++;
        }

        return count;
    }

    private static byte[] Inflate(Reader reader, ReadOnlyMemory<byte> stored, int size)
    {
        var rule = $"A compressed chunk must hold {size} bytes";
        if (size > (long)stored.Length * MaxDeflateRatio) throw reader.Refuse(rule, $"{stored.Length} compressed ones, too few for them");
        var bytes = new byte[size];
        int count;
        bool hasMore;
        try
        {
            using var inflated = new ZLibStream(new MemoryStream(stored.ToArray()), CompressionMode.Decompress);
            count = inflated.ReadAtLeast(bytes, size, throwOnEndOfStream: false);
            hasMore = inflated.ReadByte() >= 0;
        }
        catch (InvalidDataException e)
        {
            throw reader.Refuse(rule, $"what cannot be decompressed ({e.Message.TrimEnd('.')})", e);
        }

        return count == size && !hasMore ? bytes : throw reader.Refuse(rule, hasMore ? "more" : $"{count}");
    }

    // First all first bytes of the elements, then all second ones, ...; what is left over at the end stands as it was.
    private static byte[] Unshuffle(ReadOnlyMemory<byte> shuffled, int elementSize)
    {
        var source = shuffled.Span;
        var bytes = source.ToArray();
        var count = source.Length / elementSize;
        for (var j = 0; j < elementSize && count > 1; j++)
        {
            var plane = source.Slice(j * count, count);
            for (var i = 0; i < plane.Length; i++) bytes[(i * elementSize) + j] = plane[i];
        }

        return bytes;
    }

    private static Memory<byte> WithoutChecksum(Reader reader, Memory<byte> bytes)
    {
        if (bytes.Length < sizeof(uint)) throw reader.Refuse("A chunk must end with its checksum", $"{bytes.Length} bytes");
        var data = bytes[..^sizeof(uint)];
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[^sizeof(uint)..]);
        var computed = Fletcher32.Hash(data.Span);
        return stored == computed || !reader.File.ChecksChecksums ? data : throw reader.Refuse($"A chunk's checksum must be {computed:x8}", $"{stored:x8}");
    }
}
