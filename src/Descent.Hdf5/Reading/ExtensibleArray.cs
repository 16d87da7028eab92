using System.Numerics;

namespace Descent.Hdf5.Reading;

/// <summary>
/// The chunk index of datasets that may grow without limit in one dimension: an array in blocks that grow. The first elements stand in
/// the index block, the next in data blocks that it refers to, all others in data blocks that "super blocks" refer to.
/// </summary>
internal sealed class ExtensibleArray(ChunkGrid grid, bool isFiltered, long address) : ChunkIndex(grid, isFiltered, address)
{
    private const string What = "An extensible array";
    private const int Prefix = 4 + 1 + 1;

    protected override IEnumerable<Chunk> Stored(Reader reader)
    {
        var sizes = Header(reader);
        if (sizes.IndexBlock == Reader.Nowhere) yield break;
        var slowest = Math.Max(0, Array.IndexOf(Grid.Space.Limits, Reader.Nowhere));
        var addressSize = reader.File.AddressSize;
        var superBlocks = 1 + sizes.IndexBits - BitOperations.Log2((uint)sizes.FirstBlockLength);
        var ownSuperBlocks = Math.Min(superBlocks, 2 * BitOperations.Log2((uint)sizes.FirstPointers));
        var ownPointers = 2 * (sizes.FirstPointers - 1);

        var elementBytes = sizes.InIndexBlock * sizes.ElementSize;
        var block = reader.Block(sizes.IndexBlock, Prefix + addressSize + elementBytes + ((ownPointers + superBlocks - ownSuperBlocks) * addressSize) + sizeof(uint), What);
        block.Signature("EAIB"u8);
        block.Version(0, 0);
        block.Skip(1 + addressSize);
        var elements = block.Part(elementBytes, What);
        var pointers = block.Part(ownPointers * addressSize, What);
        var further = block.Part((superBlocks - ownSuperBlocks) * addressSize, What);
        block.Checksum();

        long number = 0;
        for (; number < sizes.InIndexBlock; number++)
        {
            if (Element(elements, sizes.ElementSize, number, slowest) is { } chunk) yield return chunk;
        }

        for (var i = 0; i < superBlocks && number < sizes.Length; i++)
        {
            var dataBlocks = 1L << (i / 2);
            var length = (long)sizes.FirstBlockLength << ((i + 1) / 2);
            var pages = length > sizes.PageLength ? length / sizes.PageLength : 0;
            var (addresses, map) = i < ownSuperBlocks ? (pointers, default) : SuperBlock(reader, further.Address(), dataBlocks, pages, sizes);
            if (addresses is null)
            {
                number += dataBlocks * length;
                continue;
            }

            for (var j = 0L; j < dataBlocks && number < sizes.Length; j++, number += length)
            {
                var at = addresses.Address();
                if (at == Reader.Nowhere) continue;
                foreach (var (place, page) in Data(reader, at, length, pages, map, j, sizes))
                {
                    for (var k = 0L; page.Left >= sizes.ElementSize; k++)
                    {
                        if (Element(page, sizes.ElementSize, number + place + k, slowest) is { } chunk) yield return chunk;
                    }
                }
            }
        }
    }

    private Sizes Header(Reader reader)
    {
        const int MostBits = 60;
        var file = reader.File;
        var header = reader.Block(Address, 16 + (6 * file.LengthSize) + file.AddressSize, What);
        header.Signature("EAHD"u8);
        header.Version(0, 0);
        header.Skip(1); // whether the chunks are filtered
        int elementSize = header.Byte(), bits = header.Byte(), inIndex = header.Byte(), first = header.Byte(), pointers = header.Byte(), pageBits = header.Byte();
        for (var i = 0; i < 4; i++) header.Length(); // statistics
        var length = header.Length();
        header.Length();
        var sizes = new Sizes(elementSize, bits, inIndex, first, pointers, pageBits < MostBits ? 1L << pageBits : long.MaxValue, length, header.Address());
        header.Checksum();
        CheckElement(header, elementSize);
        if (bits is 0 or > MostBits || first == 0 || !BitOperations.IsPow2(first) || pointers < 2 || !BitOperations.IsPow2(pointers) || BitOperations.Log2((uint)first) > bits)
            throw header.Refuse("Its sizes must be powers of two", $"blocks of {first}, {pointers} references, 2^{bits} elements");
        return sizes;
    }

    private static (Block? Addresses, ReadOnlyMemory<byte> Map) SuperBlock(Reader reader, long at, long dataBlocks, long pages, Sizes sizes)
    {
        if (at == Reader.Nowhere) return default;
        var file = reader.File;
        var mapSize = dataBlocks * ((pages + 7) / 8);
        if (dataBlocks > file.Length / file.AddressSize || mapSize > file.Length) throw reader.Refuse("A super block of a chunk index must fit into the file", $"one with {dataBlocks} references");
        var block = reader.Block(at, Prefix + file.AddressSize + sizes.OffsetSize + mapSize + (dataBlocks * file.AddressSize) + sizeof(uint), What);
        block.Signature("EASB"u8);
        block.Version(0, 0);
        block.Skip(1 + file.AddressSize + sizes.OffsetSize);
        var map = block.Memory(mapSize);
        var addresses = block.Part(dataBlocks * file.AddressSize, What);
        block.Checksum();
        return (addresses, map);
    }

    // The written parts of a data block, each with the number of its first element in the block.
    private static IEnumerable<(long First, Block Elements)> Data(Reader reader, long at, long length, long pages, ReadOnlyMemory<byte> map, long dataBlock, Sizes sizes)
    {
        var file = reader.File;
        if (length > file.Length / sizes.ElementSize) throw reader.Refuse("A data block of a chunk index must fit into the file", $"one with {length} elements");
        var size = Prefix + file.AddressSize + sizes.OffsetSize + (pages == 0 ? length * sizes.ElementSize : 0) + sizeof(uint);
        var block = reader.Block(at, size, What);
        block.Signature("EADB"u8);
        block.Version(0, 0);
        block.Skip(1 + file.AddressSize + sizes.OffsetSize);
        var elements = block.Part(pages == 0 ? length * sizes.ElementSize : 0, What);
        block.Checksum();
        if (pages == 0) yield return (0, elements);
        for (var page = 0L; page < pages; page++)
        {
            var isWritten = map.IsEmpty || ChunkPages.IsWritten(map, (dataBlock * pages) + page);
            if (isWritten) yield return (page * sizes.PageLength, ChunkPages.Read(reader, at + size + (page * ((sizes.PageLength * sizes.ElementSize) + sizeof(uint))), sizes.PageLength, sizes.ElementSize));
        }
    }

    private sealed record Sizes(int ElementSize, int IndexBits, int InIndexBlock, int FirstBlockLength, int FirstPointers, long PageLength, long Length, long IndexBlock)
    {
        public int OffsetSize => (IndexBits + 7) / 8;
    }
}
