namespace Descent.Hdf5.Writing;

/// <summary>Writes the names of a group: a heap with the names, nodes with symbols, and a B-tree over these.</summary>
internal static class SymbolTableWriter
{
    /// <summary>Half of the symbols in a full node; as the superblock states it.</summary>
    public const int LeafK = 4;

    /// <summary>Half of the children of a full node of the B-tree; as the superblock states it.</summary>
    public const int InnerK = 16;

    private const int MostSymbols = 2 * LeafK;
    private const int MostChildren = 2 * InnerK;
    private const int EntrySize = 40;
    private const int NodePrefix = 8;
    private const int TreePrefix = 24;

    /// <summary>A child of a group.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Header">Its header's address.</param>
    /// <param name="Table">For a group, where its names stand, which is repeated beside the symbol.</param>
    public readonly record struct Symbol(byte[] Name, int Header, (int Tree, int Heap)? Table);

    // A part of the tree: where it stands, and the last name in it, as an offset into the heap.
    private readonly record struct Part(int Address, int LastName);

    /// <summary>Writes the table of symbols that are sorted by name.</summary>
    public static (int Tree, int Heap) Write(Image image, IReadOnlyList<Symbol> symbols)
    {
        var (heap, names) = WriteHeap(image, symbols);
        var parts = WriteNodes(image, symbols, names);
        var level = 0;
        do parts = WriteLevel(image, parts, level++);
        while (parts.Count > 1);
        return (parts[0].Address, heap);
    }

    /// <summary>Writes what refers to an object.</summary>
    public static void WriteEntry(ref Fields fields, int nameOffset, int header, (int Tree, int Heap)? table)
    {
        const int ScratchSize = 16;
        fields.Int64(nameOffset);
        fields.Int64(header);
        fields.UInt32(table is null ? 0 : 1);
        fields.Skip(4);
        if (table is not var (tree, heap))
        {
            fields.Skip(ScratchSize);
            return;
        }

        fields.Int64(tree);
        fields.Int64(heap);
    }

    private static (int Address, int[] Offsets) WriteHeap(Image image, IReadOnlyList<Symbol> symbols)
    {
        const int HeaderSize = 32, NoFreeSpace = 1;
        var offsets = new int[symbols.Count];
        var size = 8; // the empty name stands first: it sorts before all others
        for (var i = 0; i < symbols.Count; i++)
        {
            offsets[i] = size;
            size = checked(size + Image.Aligned(symbols[i].Name.Length + 1));
        }

        var address = image.Reserve(HeaderSize + size);
        var fields = image.At(address);
        fields.Bytes("HEAP\0\0\0\0"u8);
        fields.Int64(size);
        fields.Int64(NoFreeSpace);
        fields.Int64(address + HeaderSize);
        fields.Skip(8);
        foreach (var symbol in symbols) fields.Name(symbol.Name);
        return (address, offsets);
    }

    private static List<Part> WriteNodes(Image image, IReadOnlyList<Symbol> symbols, int[] names)
    {
        var nodes = new List<Part>();
        for (var first = 0; first < symbols.Count; first += MostSymbols)
        {
            var count = Math.Min(MostSymbols, symbols.Count - first);
            var address = image.Reserve(NodePrefix + (MostSymbols * EntrySize));
            var fields = image.At(address);
            fields.Bytes("SNOD\x01\0"u8);
            fields.UInt16(count);
            for (var i = first; i < first + count; i++) WriteEntry(ref fields, names[i], symbols[i].Header, symbols[i].Table);
            nodes.Add(new Part(address, names[first + count - 1]));
        }

        return nodes;
    }

    // Nodes have keys around their children: the last name before, and the last name in each.
    private static List<Part> WriteLevel(Image image, List<Part> children, int level)
    {
        const int Size = TreePrefix + (((2 * MostChildren) + 1) * sizeof(long));
        var nodes = new List<Part>();
        var count = Math.Max(1, (children.Count + MostChildren - 1) / MostChildren);
        var start = image.Reserve(count * Size);
        for (var i = 0; i < count; i++)
        {
            var first = i * MostChildren;
            var inNode = Math.Min(MostChildren, children.Count - first);
            var fields = image.At(start + (i * Size));
            fields.Bytes("TREE\0"u8);
            fields.Byte(level);
            fields.UInt16(inNode);
            fields.Int64(i > 0 ? start + ((i - 1) * Size) : Fields.Nowhere);
            fields.Int64(i < count - 1 ? start + ((i + 1) * Size) : Fields.Nowhere);
            var key = first > 0 ? children[first - 1].LastName : 0;
            fields.Int64(key);
            foreach (var child in children.GetRange(first, inNode))
            {
                fields.Int64(child.Address);
                fields.Int64(key = child.LastName);
            }

            nodes.Add(new Part(start + (i * Size), key));
        }

        return nodes;
    }
}
