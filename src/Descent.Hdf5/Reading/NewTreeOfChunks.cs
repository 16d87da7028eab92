namespace Descent.Hdf5.Reading;

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
