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
