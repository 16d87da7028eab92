namespace Descent.Hdf5.Reading;

/// <summary>The superblock: where the file begins and ends, how wide its addresses are, and where its root group stands.</summary>
internal static class Superblock
{
    private const int FirstPlaceAfterUserBlock = 512;
    private const int SharedPart = 16; // what every version has before its addresses
    private const int MostBytes = 16 + 8 + 4 + (6 * sizeof(long)); // version 1, up to the root's address

    /// <summary>What a file begins with.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads it, arranges the file accordingly, and returns the address of the root group's header.</summary>
    public static long Read(FileBytes file)
    {
        var reader = Reader.OfStructures(file, "/");
        var start = Find(file, reader);
        var block = reader.Peek(start, MostBytes, "The superblock");
        block.Skip(Signature.Length);
        return block.Version(0, 3) is var version && version < 2
            ? ReadOld(file, block, start, version)
            : ReadNew(file, block, start);
    }

    private static long ReadOld(FileBytes file, Block block, long start, int version)
    {
        block.Skip(4); // versions of parts that exist in version 0 only, and a reserved byte
        int addressSize = block.Byte(), lengthSize = block.Byte();
        block.Skip(1 + (2 * sizeof(ushort)) + sizeof(uint)); // reserved, sizes of full nodes, consistency flags
        if (version == 1) block.Skip(2 * sizeof(ushort));
        Arrange(file, block, start, addressSize, lengthSize);
        block.Address(); // driver information
        block.Address(); // the root's name
        return block.Address();
    }

    private static long ReadNew(FileBytes file, Block block, long start)
    {
        int addressSize = block.Byte(), lengthSize = block.Byte();
        block.Skip(1); // consistency flags
        Arrange(file, block, start, addressSize, lengthSize);
        var root = block.Address();
        block.Checksum();
        return root;
    }

    private static void Arrange(FileBytes file, Block block, long start, int addressSize, int lengthSize)
    {
        if (addressSize is not (2 or 4 or 8) || lengthSize is not (2 or 4 or 8))
            throw block.Refuse("Addresses and lengths must have 2, 4 or 8 bytes", $"{addressSize} and {lengthSize}");
        var available = file.Length;
        file.Arrange(0, available, addressSize, lengthSize);
        var origin = block.Address();
        block.Address(); // free space, or the extension
        var end = block.Address();
        // A file may have been put behind other bytes as it is: addresses then count from its superblock.
        if (origin != start) (origin, end) = (start, end - origin + start);
        if (end < start || end > available)
            throw block.Refuse($"The file must end within its {available} bytes", $"an end at {end}: it is cut off or damaged");
        file.Arrange(origin, end - origin, addressSize, lengthSize);
    }

    // At the front, or behind a user block of 512 bytes or a larger power of two.
    private static long Find(FileBytes file, Reader reader)
    {
        Span<byte> bytes = stackalloc byte[Signature.Length];
        for (long start = 0; start <= file.Length - SharedPart; start = start == 0 ? FirstPlaceAfterUserBlock : 2 * start)
        {
            file.Read(start, bytes);
            if (bytes.SequenceEqual(Signature)) return start;
        }

        throw reader.Refuse("The file must be an HDF5 file, with its signature at the front or behind a user block", $"{file.Length} bytes without it");
    }
}
