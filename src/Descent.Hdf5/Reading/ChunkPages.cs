namespace Descent.Hdf5.Reading;

/// <summary>Pages of the arrays that index chunks.</summary>
internal static class ChunkPages
{
    /// <summary>Whether a page has been written.</summary>
    public static bool IsWritten(ReadOnlyMemory<byte> map, long page) => (map.Span[(int)(page / 8)] & (0x80 >> (int)(page % 8))) != 0;

    /// <summary>The elements of a page, which ends with their checksum.</summary>
    public static Block Read(Reader reader, long at, long count, int elementSize)
    {
        var page = reader.Block(at, (count * elementSize) + sizeof(uint), "A page of a chunk index");
        page.Skip(count * elementSize);
        page.Checksum();
        return page.At(0);
    }
}
