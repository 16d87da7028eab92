namespace Descent.Hdf5.Reading;

/// <summary>The dimensions of a dataset or an attribute.</summary>
internal sealed class Dataspace
{
    private const int MaxRank = 32;

    private Dataspace(long[] dimensions, long[] limits, long count) => (Dimensions, Limits, Count) = (dimensions, limits, count);

    /// <summary>The dimensions; none for a scalar. An empty space, which holds nothing, has one of zero.</summary>
    public long[] Dimensions { get; }

    /// <summary>How far each dimension may grow; <see cref="Reader.Nowhere"/> is without limit.</summary>
    public long[] Limits { get; }

    /// <summary>How many elements it holds.</summary>
    public long Count { get; }

    public static Dataspace Read(Block block)
    {
        const int Empty = 2;
        var version = block.Version(1, 2);
        int rank = block.Byte();
        var hasLimits = (block.Byte() & 1) != 0;
        var type = block.Byte();
        if (version == 1) block.Skip(sizeof(uint));
        else if (type == Empty) return new Dataspace([0], [0], 0);
        if (rank > MaxRank) throw block.Refuse($"The number of dimensions must be in [0, {MaxRank}]", $"{rank}");

        var dimensions = new long[rank];
        for (var i = 0; i < rank; i++) dimensions[i] = block.Length();
        var limits = dimensions;
        if (hasLimits)
        {
            limits = new long[rank];
            for (var i = 0; i < rank; i++) limits[i] = block.LengthOrNone();
        }

        return new Dataspace(dimensions, limits, CountOf(dimensions, block));
    }

    private static long CountOf(long[] dimensions, Block block)
    {
        if (Array.IndexOf(dimensions, 0) >= 0) return 0;
        UInt128 count = 1;
        foreach (var dimension in dimensions)
        {
            count *= (UInt128)dimension;
            if (count > long.MaxValue)
                throw block.Refuse("The number of elements must be less than 2^63", $"dimensions ({string.Join(", ", dimensions)})");
        }

        return (long)count;
    }
}
