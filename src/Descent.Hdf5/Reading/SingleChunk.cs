namespace Descent.Hdf5.Reading;

/// <summary>The dataset is one chunk.</summary>
internal sealed class SingleChunk(ChunkGrid grid, long address, long storedBytes, uint skippedFilters) : ChunkIndex(grid, isFiltered: true, address)
{
    protected override IEnumerable<Chunk> Stored(Reader reader) => [new Chunk(Address, storedBytes, skippedFilters, new long[Grid.Rank])];
}
