namespace Descent.Distribution;

/// <summary>The fixed tree in which values of shards are added: each node halves its shards. What lies below a node can be added before it is sent.</summary>
internal static class ShardTree
{
    /// <summary>Whether two ranges of shards that follow each other are the two halves of a node.</summary>
    public static bool AreSiblings((int Start, int End) left, (int Start, int End) right, int shards)
    {
        var node = (Start: 0, End: shards);
        while (node.End - node.Start > 1)
        {
            var middle = (node.Start + node.End) / 2;
            if (node == (left.Start, right.End)) return middle == left.End;
            node = left.Start < middle ? (node.Start, middle) : (middle, node.End);
        }

        return false;
    }

    /// <summary>The largest nodes that lie within some shards, in order: what a rank that has these shards sends.</summary>
    public static IReadOnlyList<(int Start, int End)> Nodes(int start, int end, int shards)
    {
        var nodes = new List<(int Start, int End)>();
        for (var shard = start; shard < end; shard++)
        {
            nodes.Add((shard, shard + 1));
            while (nodes.Count > 1 && AreSiblings(nodes[^2], nodes[^1], shards))
            {
                nodes[^2] = (nodes[^2].Start, nodes[^1].End);
                nodes.RemoveAt(nodes.Count - 1);
            }
        }

        return nodes;
    }
}
