namespace Descent.Hdf5.Reading;

/// <summary>How a dataset is cut into chunks.</summary>
internal sealed class ChunkGrid
{
    public ChunkGrid(Block layout, Dataspace space, int[] shape, int elementSize)
    {
        Space = space;
        Shape = shape;
        UInt128 bytes = (uint)elementSize;
        foreach (var dimension in shape)
        {
            bytes *= (UInt128)Math.Max(0, dimension);
            if (bytes == 0 || bytes > (UInt128)Array.MaxLength)
                throw layout.Refuse($"A chunk must have 1 to {Array.MaxLength} bytes", $"dimensions ({string.Join(", ", shape)})");
        }

        ChunkBytes = (int)bytes;
    }

    public Dataspace Space { get; }

    /// <summary>Elements of a chunk, by dimension.</summary>
    public int[] Shape { get; }

    public int ChunkBytes { get; }

    public int Rank => Shape.Length;

    /// <summary>Whether a chunk reaches beyond the dataset.</summary>
    public bool IsPartial(in Chunk chunk)
    {
        for (var i = 0; i < Rank; i++)
        {
            if (Space.Dimensions[i] - chunk.Start[i] < Shape[i]) return true;
        }

        return false;
    }

    /// <summary>Whether a chunk has elements in the dataset; those that do not are left over from when it was larger.</summary>
    public bool IsInside(in Chunk chunk)
    {
        for (var i = 0; i < Rank; i++)
        {
            if (chunk.Start[i] >= Space.Dimensions[i]) return false;
        }

        return true;
    }

    /// <summary>The first element of the chunk with a number; the dimension without limit, if given, counts slowest.</summary>
    public long[] StartOf(long number, int slowest = 0)
    {
        var start = new long[Rank];
        for (var i = Rank - 1; i >= 0; i--)
        {
            if (i == slowest) continue;
            var count = CountAlong(i);
            start[i] = number % count * Shape[i];
            number /= count;
        }

        start[slowest] = number > long.MaxValue / Shape[slowest] - 1 ? Space.Dimensions[slowest] : number * Shape[slowest];
        return start;
    }

    /// <summary>How many chunks the dataset may ever have, at most 2^63 - 1.</summary>
    public long MostChunks()
    {
        UInt128 count = 1;
        for (var i = 0; i < Rank; i++) count = UInt128.Min(count * (UInt128)CountAlong(i), long.MaxValue);
        return (long)count;
    }

    private long CountAlong(int dimension)
    {
        var limit = Space.Limits[dimension] == Reader.Nowhere ? long.MaxValue : Math.Max(Space.Limits[dimension], 1);
        return ((limit - 1) / Shape[dimension]) + 1;
    }
}
