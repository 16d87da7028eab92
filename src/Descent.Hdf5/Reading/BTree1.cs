namespace Descent.Hdf5.Reading;

/// <summary>A B-tree of version 1: of a group's symbol nodes, or of a dataset's chunks.</summary>
internal static class BTree1
{
    public const int GroupNode = 0;
    public const int ChunkNode = 1;

    private static ReadOnlySpan<byte> Signature => "TREE"u8;

    /// <summary>What the lowest nodes refer to, in order, each with the key before it.</summary>
    public static IEnumerable<(Block Key, long Child)> Leaves(Reader reader, long root, int type, int keySize)
    {
        const string What = "A node of a B-tree";
        if (root == Reader.Nowhere) yield break;
        var prefixSize = 8 + (2 * reader.File.AddressSize);
        var waiting = new Stack<(long Address, int? Level)>([(root, null)]);
        while (waiting.TryPop(out var next))
        {
            var prefix = reader.Block(next.Address, prefixSize, What);
            prefix.Signature(Signature);
            if (prefix.Byte() is var received && received != type) throw prefix.Refuse($"Its type must be {type}", $"{received}");
            int level = prefix.Byte();
            if (next.Level is { } expected && level != expected) throw prefix.Refuse($"Its level must be {expected}, one less than that of the node above", $"{level}");
            int count = prefix.UInt16();
            var entries = reader.Block(next.Address + prefixSize, (long)count * (keySize + reader.File.AddressSize), What);
            if (level == 0)
            {
                for (var i = 0; i < count; i++) yield return (entries.Part(keySize, "A key of a B-tree"), entries.Address());
                continue;
            }

            var children = new long[count];
            for (var i = 0; i < count; i++)
            {
                entries.Skip(keySize);
                children[i] = entries.Address();
            }

            for (var i = count - 1; i >= 0; i--) waiting.Push((children[i], level - 1));
        }
    }
}
