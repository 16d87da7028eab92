namespace Descent.Hdf5.Reading;

/// <summary>Where the elements of a dataset are stored, and how they are read from there.</summary>
/// <param name="count">How many there are.</param>
internal abstract class Storage(long count)
{
    private const int Compact = 0, Contiguous = 1, Chunked = 2, Virtual = 3;

    /// <summary>How many elements there are.</summary>
    protected long Count => count;

    /// <summary>The largest number of bytes that the storage could hold, beyond which no dataset can be whole.</summary>
    public abstract long MostBytes { get; }

    /// <summary>Whether all elements stand in the file as they are, so that they take no less space there than in memory.</summary>
    public abstract bool IsPlain { get; }

    /// <summary>Reads all elements.</summary>
    public abstract void Read<T>(Reader reader, Conversion<T> conversion, Span<T> values) where T : unmanaged;

    /// <summary>Reads the storage of a dataset from the messages of its header.</summary>
    public static Storage Read(Reader reader, ObjectHeader header, Dataspace space, Datatype type, FilterPipeline filters)
    {
        if (header.All(MessageKind.ExternalFiles).Any()) throw reader.Refuse("The elements of a dataset must stand in its file", "a dataset in external files");
        var fill = FillValue.Read(reader, header, type.Size);
        var layout = header.Require(reader, MessageKind.Layout);
        var version = layout.Version(1, 4);
        if (version < 3) return ReadOld(layout, space, type, filters, fill);
        return layout.Byte() switch
        {
            Compact => new CompactStorage(space.Count, layout.Memory(layout.UInt16())),
            Contiguous => new ContiguousStorage(reader, space.Count, layout.Address(), layout.Length(), fill),
            Chunked => new ChunkedStorage(reader, space.Count, version == 3 ? ChunkLayout.ReadVersion3(layout, space, type) : ChunkLayout.ReadVersion4(layout, space, type, filters), filters, fill),
            Virtual => throw reader.Refuse("A dataset must be stored in its file", "a virtual dataset, which refers to others"),
            var other => throw layout.Refuse("A layout must be compact, contiguous or chunked", $"class {other}"),
        };
    }

    // Versions 1 and 2 state dimensions for every layout.
    private static Storage ReadOld(Block layout, Dataspace space, Datatype type, FilterPipeline filters, FillValue fill)
    {
        int rank = layout.Byte(), kind = layout.Byte();
        layout.Skip(5);
        var address = kind == Compact ? Reader.Nowhere : layout.Address();
        var dimensions = layout.Part((long)rank * sizeof(uint), "The dimensions of a layout");
        return kind switch
        {
            Compact => new CompactStorage(space.Count, layout.Memory(layout.UInt32())),
            Contiguous => new ContiguousStorage(layout.Reader, space.Count, address, (long)UInt128.Min((UInt128)space.Count * (UInt128)type.Size, long.MaxValue), fill),
            Chunked => new ChunkedStorage(layout.Reader, space.Count, ChunkLayout.OfTree(dimensions, rank, address, space, type), filters, fill),
            _ => throw layout.Refuse("A layout must be compact, contiguous or chunked", $"class {kind}"),
        };
    }

    /// <summary>The most bytes that a dataset may claim for elements that the file does not hold: as much as the file has, and a little.</summary>
    protected static long MostUnstored(Reader reader) => reader.File.Length + (1 << 20);

    /// <summary>Fills values with the bytes of one element, or with zeros.</summary>
    protected static void Fill<T>(FillValue fill, Conversion<T> conversion, Span<T> values) where T : unmanaged
    {
        if (fill.IsZero)
        {
            values.Clear();
            return;
        }

        Span<T> one = new T[conversion.ValuesOfElement];
        conversion.Convert(fill.Element.ToArray(), one);
        for (; values.Length > 0; values = values[one.Length..]) one.CopyTo(values);
    }
}
