namespace Descent.Hdf5.Reading;

/// <summary>A B-tree of version 2: records of one size, here in no particular order.</summary>
internal static class BTree2
{
    public const int HugeObjects = 1;
    public const int Chunks = 10;
    public const int FilteredChunks = 11;

    private const int MaxDepth = 16;
    private const int NodePrefix = 4 + 1 + 1;

    /// <summary>A type of records that refer to a heap.</summary>
    /// <param name="Type">The format's number.</param>
    /// <param name="BeforeHeapId">Bytes of a record before the reference.</param>
    public readonly record struct Records(int Type, int BeforeHeapId);

    /// <summary>Links by name: the hash of the name, then the reference.</summary>
    public static Records LinkNames { get; } = new(5, sizeof(uint));

    /// <summary>Attributes by name: the reference comes first.</summary>
    public static Records AttributeNames { get; } = new(8, 0);

    private static ReadOnlySpan<byte> HeaderSignature => "BTHD"u8;

    private static ReadOnlySpan<byte> InnerSignature => "BTIN"u8;

    private static ReadOnlySpan<byte> LeafSignature => "BTLF"u8;

    public static IEnumerable<Block> Read(Reader reader, long address, int type)
    {
        var tree = Header(reader, address, type);
        if (tree.Root.Address == Reader.Nowhere) yield break;
        var waiting = new Stack<Node>([tree.Root]);
        while (waiting.TryPop(out var node))
        {
            foreach (var record in Open(reader, tree, node, waiting)) yield return record;
        }
    }

    private static Tree Header(Reader reader, long address, int type)
    {
        var file = reader.File;
        var block = reader.Block(address, 22 + file.AddressSize + file.LengthSize, "The header of a B-tree");
        block.Signature(HeaderSignature);
        block.Version(0, 0);
        var received = block.Byte();
        long nodeSize = block.UInt32();
        int recordSize = block.UInt16(), depth = block.UInt16();
        block.Skip(2); // how full nodes get
        var root = new Node(block.Address(), block.UInt16(), depth);
        block.Length(); // the number of all records
        block.Checksum();
        if (received != type) throw block.Refuse($"Its type must be {type}", $"{received}");
        if (depth > MaxDepth) throw block.Refuse($"Its depth must be at most {MaxDepth}", $"{depth}");
        if (recordSize == 0 || nodeSize < NodePrefix + sizeof(uint) + recordSize)
            throw block.Refuse("Its nodes must have room for records", $"nodes of {nodeSize} bytes, records of {recordSize}");
        return new Tree(type, nodeSize, recordSize, CountSizes(nodeSize, recordSize, depth, file.AddressSize), root);
    }

    // A node's reference to a child says how many records that has, and how many all below it have, each in as few bytes as can hold the
    // largest number possible at that depth.
    private static int[] CountSizes(long nodeSize, int recordSize, int depth, int addressSize)
    {
        const int Prefix = NodePrefix + sizeof(uint);
        var most = (UInt128)((nodeSize - Prefix) / recordSize);
        var own = BytesFor(most);
        var sizes = new int[depth + 1]; // of the reference to a child, by the depth of the node that has it
        for (var level = 1; level <= depth; level++)
        {
            sizes[level] = own + (level > 1 ? BytesFor(most) : 0);
            var here = (UInt128)Math.Max(0, (nodeSize - Prefix - addressSize - sizes[level]) / (recordSize + addressSize + sizes[level]));
            most = UInt128.Min(((here + 1) * most) + here, ulong.MaxValue);
        }

        return sizes;
    }

    private static int BytesFor(UInt128 number) => (int)(UInt128.Log2(UInt128.Max(number, 1)) / 8) + 1;

    private static Block[] Open(Reader reader, Tree tree, Node node, Stack<Node> waiting)
    {
        var own = tree.ChildCountSize(node.Depth);
        var block = reader.Block(node.Address, tree.SizeOf(node, reader.File.AddressSize), "A node of a B-tree");
        block.Signature(node.Depth == 0 ? LeafSignature : InnerSignature);
        block.Version(0, 0);
        if (block.Byte() != tree.Type) throw block.Refuse("Its type must be that of its tree", "another");
        var records = new Block[node.Count];
        for (var i = 0; i < records.Length; i++) records[i] = block.Part(tree.RecordSize, "A record of a B-tree");
        if (node.Depth > 0)
        {
            for (var i = 0; i <= node.Count; i++)
            {
                var (child, count) = (block.Address(), block.Unsigned(own));
                block.Skip(tree.ReferenceSizes[node.Depth] - own);
                if (count > tree.NodeSize) throw block.Refuse("A node's records must fit into it", $"{count} in {tree.NodeSize} bytes");
                waiting.Push(new Node(child, (int)count, node.Depth - 1));
            }
        }

        block.Checksum();
        return records;
    }

    private readonly record struct Node(long Address, int Count, int Depth);

    private sealed record Tree(int Type, long NodeSize, int RecordSize, int[] ReferenceSizes, Node Root)
    {
        public int ChildCountSize(int depth) => depth == 0 ? 0 : ReferenceSizes[1];

        public long SizeOf(Node node, int addressSize) => NodePrefix + sizeof(uint) + ((long)node.Count * RecordSize)
            + (node.Depth == 0 ? 0 : (node.Count + 1L) * (addressSize + ReferenceSizes[node.Depth]));
    }
}
