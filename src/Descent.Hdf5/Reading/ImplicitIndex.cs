namespace Descent.Hdf5.Reading;

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
