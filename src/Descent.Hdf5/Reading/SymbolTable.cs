namespace Descent.Hdf5.Reading;

/// <summary>The names of an old group: a tree of nodes with symbols, whose names stand in a heap of their own.</summary>
internal static class SymbolTable
{
    private static ReadOnlySpan<byte> Signature => "SNOD"u8;

    public static IEnumerable<Link> Links(Block message)
    {
        const int BeforeEntries = 8, BeforeTarget = 8, Target = 16;
        var reader = message.Reader;
        var (tree, heap) = (message.Address(), LocalHeap.Read(reader, message.Address()));
        foreach (var (_, address) in BTree1.Leaves(reader, tree, BTree1.GroupNode, reader.File.LengthSize))
        {
            var prefix = reader.Block(address, BeforeEntries, "A symbol node");
            prefix.Signature(Signature);
            prefix.Version(1, 1);
            prefix.Skip(1);
            int count = prefix.UInt16();
            var size = (2 * reader.File.AddressSize) + BeforeTarget + Target;
            var entries = reader.Block(address + BeforeEntries, (long)count * size, "A symbol node");
            for (var i = 0; i < count; i++) yield return Entry(entries.Part(size, "A symbol"), heap);
        }
    }

    private static Link Entry(Block entry, LocalHeap heap)
    {
        const int SoftLink = 2;
        var (name, address) = (heap.Text(entry.Address(), "A name"), entry.Address());
        var isSoft = entry.UInt32() == SoftLink;
        entry.Skip(sizeof(uint));
        return isSoft
            ? new Link(name, Reader.Nowhere, $"a soft link to '{heap.Text(entry.UInt32(), "The target of a soft link")}'")
            : new Link(name, address);
    }
}
