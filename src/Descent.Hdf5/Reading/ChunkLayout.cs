namespace Descent.Hdf5.Reading;

/// <summary>How a dataset is cut into chunks and where these are: the part of a layout message that is about chunks.</summary>
/// <param name="Grid">The chunks' shape.</param>
/// <param name="Index">The chunks' places.</param>
/// <param name="LeavesPartialChunks">Whether chunks that reach beyond the dataset go through no filters.</param>
internal sealed record ChunkLayout(ChunkGrid Grid, ChunkIndex Index, bool LeavesPartialChunks = false)
{
    public static ChunkLayout ReadVersion3(Block layout, Dataspace space, Datatype type)
    {
        int rank = layout.Byte();
        var address = layout.Address();
        return OfTree(layout, rank, address, space, type);
    }

    public static ChunkLayout ReadVersion4(Block layout, Dataspace space, Datatype type, FilterPipeline filters)
    {
        const byte LeavesPartial = 1 << 0, SingleIsFiltered = 1 << 1;
        var flags = layout.Byte();
        int rank = layout.Byte(), sizeOfDimension = layout.Byte();
        if (sizeOfDimension is 0 or > sizeof(long)) throw layout.Refuse("A dimension must have 1 to 8 bytes", $"{sizeOfDimension}");
        var grid = ReadGrid(layout, rank, sizeOfDimension, space, type);
        var isFiltered = filters.Names.Count > 0;
        var kind = layout.Byte();
        ChunkIndex index;
        switch (kind)
        {
            case 1:
                var (stored, skipped) = (flags & SingleIsFiltered) != 0 ? (layout.Length(), layout.UInt32()) : (grid.ChunkBytes, 0u);
                index = new SingleChunk(grid, layout.Address(), stored, skipped);
                break;
            case 2:
                index = new ImplicitIndex(grid, layout.Address());
                break;
            case 3:
                layout.Skip(1);
                index = new FixedArray(grid, isFiltered, layout.Address());
                break;
            case 4:
                layout.Skip(5);
                index = new ExtensibleArray(grid, isFiltered, layout.Address());
                break;
            case 5:
                layout.Skip(6);
                index = new NewTreeOfChunks(grid, isFiltered, layout.Address());
                break;
            default:
                throw layout.Refuse("The kind of a chunk index must be in [1, 5]", $"{kind}");
        }

        return new ChunkLayout(grid, index, (flags & LeavesPartial) != 0);
    }

    /// <summary>The layout of versions 1 to 3: the dimensions, and a B-tree.</summary>
    public static ChunkLayout OfTree(Block dimensions, int rank, long address, Dataspace space, Datatype type)
    {
        var grid = ReadGrid(dimensions, rank, sizeof(uint), space, type);
        return new ChunkLayout(grid, new TreeOfChunks(grid, address));
    }

    // The last dimension is an element's size.
    private static ChunkGrid ReadGrid(Block block, int rank, int sizeOfDimension, Dataspace space, Datatype type)
    {
        if (rank < 2 || rank != space.Dimensions.Length + 1)
            throw block.Refuse($"A chunk must have the dataset's {space.Dimensions.Length} dimensions, at least one, and that of its elements", $"{rank} dimensions");
        var shape = new int[rank - 1];
        for (var i = 0; i < shape.Length; i++)
        {
            var dimension = block.Unsigned(sizeOfDimension);
            shape[i] = dimension is > 0 and <= int.MaxValue ? (int)dimension : throw block.Refuse($"A chunk's dimension must be in [1, {int.MaxValue}]", $"{dimension}");
        }

        var elementSize = block.Unsigned(sizeOfDimension);
        if (elementSize != type.Size) throw block.Refuse($"An element of a chunk must have {type.Size} bytes", $"{elementSize}");
        return new ChunkGrid(block, space, shape, type.Size);
    }
}
