namespace Descent.Distribution;

/// <summary>How batches are cut into shards, and which shards a rank has: contiguous ones, as even as can be, earlier ones larger.</summary>
internal readonly struct ShardCut(int shards, int ranks, int rank)
{
    /// <summary>The number of shards of a batch.</summary>
    public int Shards => shards;

    /// <summary>The number of ranks.</summary>
    public int Ranks => ranks;

    /// <summary>The first shard of this rank.</summary>
    public int First => FirstOf(rank);

    /// <summary>How many shards this rank has.</summary>
    public int Count => FirstOf(rank + 1) - First;

    /// <summary>The first shard of a rank; for the number of ranks, that of shards.</summary>
    public int FirstOf(int ofRank) => Start(ofRank, shards, ranks);

    /// <summary>The first row of a shard in a batch; for the number of shards, that of rows.</summary>
    public int FirstRow(int shard, int rows) => Start(shard, rows, shards);

    // The first part has items whenever there are any.
    private static int Start(int part, int items, int parts) => (int)(((long)part * items + parts - 1) / parts);
}
