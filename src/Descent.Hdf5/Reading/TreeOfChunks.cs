namespace Descent.Hdf5.Reading;

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
