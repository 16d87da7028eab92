namespace Descent.Hdf5.Reading;

/// <summary>Where a dataset's chunks are stored; there is one kind of index per way in which a dataset may grow.</summary>
/// <param name="grid">How the dataset is cut.</param>
/// <param name="isFiltered">Whether the chunks go through filters, so that their sizes differ.</param>
/// <param name="address">Where the index stands, or <see cref="Reader.Nowhere"/> where nothing is stored.</param>
internal abstract class ChunkIndex(ChunkGrid grid, bool isFiltered, long address)
{
    protected ChunkGrid Grid => grid;

    protected bool IsFiltered => isFiltered;

    protected long Address => address;

    /// <summary>The chunks that are stored.</summary>
    public IEnumerable<Chunk> Chunks(Reader reader) => address == Reader.Nowhere ? [] : Stored(reader);

    protected abstract IEnumerable<Chunk> Stored(Reader reader);

    /// <summary>What an array of chunks holds of one of them; null for one that is not stored.</summary>
    protected Chunk? Element(Block elements, int elementSize, long number, int slowest = 0)
    {
        var element = elements.Part(elementSize, "An element of a chunk index");
        var at = element.Address();
        var (size, skipped) = ((long)grid.ChunkBytes, 0u);
        if (isFiltered) (size, skipped) = (element.Unsigned(Math.Min(element.Left - sizeof(uint), sizeof(long))), element.UInt32());
        return at == Reader.Nowhere ? null : new Chunk(at, size, skipped, grid.StartOf(number, slowest));
    }

    /// <summary>Throws unless an array's elements have room for what they must hold.</summary>
    protected void CheckElement(Block header, int size)
    {
        var addressSize = header.Reader.File.AddressSize;
        var (least, most) = isFiltered ? (addressSize + 1 + sizeof(uint), addressSize + sizeof(long) + sizeof(uint)) : (addressSize, addressSize);
        if (size < least || size > most) throw header.Refuse($"Its elements must have {least} to {most} bytes", $"{size}");
    }
}

/// <summary>The index of old files: a B-tree whose keys say what a chunk is.</summary>
internal sealed class TreeOfChunks(ChunkGrid grid, long address) : ChunkIndex(grid, isFiltered: true, address)
{
    protected override IEnumerable<Chunk> Stored(Reader reader)
    {
        var keySize = (2 * sizeof(uint)) + ((Grid.Rank + 1) * sizeof(long));
        foreach (var (key, child) in BTree1.Leaves(reader, Address, BTree1.ChunkNode, keySize))
        {
            var (size, skipped) = (key.UInt32(), key.UInt32());
            var start = new long[Grid.Rank];
            for (var i = 0; i < start.Length; i++)
            {
                start[i] = key.Unsigned(sizeof(long));
                if (start[i] % Grid.Shape[i] != 0) throw key.Refuse($"A chunk must begin at a multiple of {Grid.Shape[i]} in dimension {i}", $"{start[i]}");
            }

            yield return new Chunk(child, size, skipped, start);
        }
    }
}

/// <summary>The dataset is one chunk.</summary>
internal sealed class SingleChunk(ChunkGrid grid, long address, long storedBytes, uint skippedFilters) : ChunkIndex(grid, isFiltered: true, address)
{
    protected override IEnumerable<Chunk> Stored(Reader reader) => [new Chunk(Address, storedBytes, skippedFilters, new long[Grid.Rank])];
}

/// <summary>All chunks stand one after another, without filters.</summary>
internal sealed class ImplicitIndex(ChunkGrid grid, long address) : ChunkIndex(grid, isFiltered: false, address)
{
    protected override IEnumerable<Chunk> Stored(Reader reader)
    {
        var count = Grid.MostChunks();
        if (count > reader.File.Length / Grid.ChunkBytes) throw reader.Refuse("The chunks of a dataset must fit into the file", $"{count} of {Grid.ChunkBytes} bytes");
        for (long i = 0; i < count; i++) yield return new Chunk(Address + (i * Grid.ChunkBytes), Grid.ChunkBytes, 0, Grid.StartOf(i));
    }
}

/// <summary>A B-tree of version 2, for datasets that may grow without limit in several dimensions.</summary>
internal sealed class NewTreeOfChunks(ChunkGrid grid, bool isFiltered, long address) : ChunkIndex(grid, isFiltered, address)
{
    protected override IEnumerable<Chunk> Stored(Reader reader)
    {
        foreach (var record in BTree2.Read(reader, Address, IsFiltered ? BTree2.FilteredChunks : BTree2.Chunks))
        {
            var at = record.Address();
            var (size, skipped) = ((long)Grid.ChunkBytes, 0u);
            if (IsFiltered)
            {
                var sizeOfSize = record.Left - sizeof(uint) - (Grid.Rank * sizeof(long));
                if (sizeOfSize is < 1 or > sizeof(long)) throw record.Refuse("The size of a chunk must have 1 to 8 bytes", $"{sizeOfSize}");
                (size, skipped) = (record.Unsigned(sizeOfSize), record.UInt32());
            }

            var start = new long[Grid.Rank];
            for (var i = 0; i < start.Length; i++)
            {
                var number = record.Unsigned(sizeof(long));
                start[i] = number <= Grid.Space.Dimensions[i] / Grid.Shape[i] ? number * Grid.Shape[i] : Grid.Space.Dimensions[i];
            }

            yield return new Chunk(at, size, skipped, start);
        }
    }
}
