namespace Descent.Hdf5.Reading;

/// <summary>The chunk index of datasets with limits: an array with an element for each chunk, in pages if it is long.</summary>
internal sealed class FixedArray(ChunkGrid grid, bool isFiltered, long address) : ChunkIndex(grid, isFiltered, address)
{
    private const string What = "A fixed array";
    private const int Prefix = 4 + 1 + 1;

    protected override IEnumerable<Chunk> Stored(Reader reader)
    {
        var file = reader.File;
        var header = reader.Block(Address, 12 + file.LengthSize + file.AddressSize, What);
        header.Signature("FAHD"u8);
        header.Version(0, 0);
        header.Skip(1); // whether the chunks are filtered
        int elementSize = header.Byte(), pageBits = header.Byte();
        var (count, data) = (header.Length(), header.Address());
        header.Checksum();
        CheckElement(header, elementSize);
        if (count > file.Length / elementSize) throw header.Refuse("Its elements must fit into the file", $"{count} of {elementSize} bytes");
        if (data == Reader.Nowhere) yield break;

        var pageLength = pageBits < 62 ? 1L << pageBits : long.MaxValue;
        var pages = count > pageLength ? ((count - 1) / pageLength) + 1 : 0;
        var mapSize = (pages + 7) / 8;
        var dataPrefix = Prefix + file.AddressSize + mapSize;
        var size = dataPrefix + (pages == 0 ? count * elementSize : 0) + sizeof(uint);
        var block = reader.Block(data, size, What);
        block.Signature("FADB"u8);
        block.Version(0, 0);
        block.Skip(1 + file.AddressSize);
        var map = block.Memory(mapSize);
        var elements = block.Part(pages == 0 ? count * elementSize : 0, What);
        block.Checksum();
        for (long i = 0; i < (pages == 0 ? count : 0); i++)
        {
            if (Element(elements, elementSize, i) is { } chunk) yield return chunk;
        }

        for (long page = 0, at = data + size; page < pages; page++, at += (pageLength * elementSize) + sizeof(uint))
        {
            var first = page * pageLength;
            if (!ChunkPages.IsWritten(map, page)) continue;
            foreach (var chunk in Page(reader, at, first, Math.Min(pageLength, count - first), elementSize)) yield return chunk;
        }
    }

    private IEnumerable<Chunk> Page(Reader reader, long at, long first, long count, int elementSize)
    {
        var elements = ChunkPages.Read(reader, at, count, elementSize);
        for (var i = 0; i < count; i++)
        {
            if (Element(elements, elementSize, first + i) is { } chunk) yield return chunk;
        }
    }
}
