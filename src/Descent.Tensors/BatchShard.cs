namespace Descent;

/// <summary>
/// The rows of a batch that this thread works on, while others work on the rest: for what depends on all rows, or on the place of a row among them.
/// All shards of a batch go the same way and meet in <see cref="Sum"/>.
/// </summary>
internal abstract class BatchShard
{
    [ThreadStatic]
    private static BatchShard? t_current;

    /// <summary>The shard that this thread works on; null if it works on whole batches.</summary>
    public static BatchShard? Current
    {
        get => t_current;
        protected set => t_current = value;
    }

    /// <summary>The place of the first row in the batch.</summary>
    public int FirstRow { get; protected set; }

    /// <summary>The number of rows. A shard without any works on one of another shard's, to go the same way, and counts nowhere.</summary>
    public int Rows { get; protected set; }

    /// <summary>The number of rows of the batch.</summary>
    public int TotalRows { get; protected set; }

    /// <summary>The part of the batch that these rows are.</summary>
    public float Share => (float)Rows / TotalRows;

    /// <summary>Whether layers change their own state in this shard: in one of those that share their layers.</summary>
    public abstract bool ChangesState { get; }

    private int Height => Math.Max(Rows, 1);

    /// <summary>Adds up values over all shards of the batch, in an order that depends on their number alone.</summary>
    /// <param name="values">Those of this shard, then the sums.</param>
    public abstract void Sum(Span<float> values);

    /// <summary>The place in a stream of random numbers that an operation takes: the same in every shard.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="next">Its next place, as it stands now: another shard may have been here.</param>
    public abstract ulong TakePlace(object stream, ulong next);

    /// <summary>How many elements the tensor of the whole batch has before those of one of this shard; 0 for a tensor that is not made of rows.</summary>
    public long FirstElement(int length) => length % Height == 0 ? (long)FirstRow * (length / Height) : 0;

    /// <summary>How many elements the tensor of the whole batch has.</summary>
    public long TotalElements(long length) => length / Height * TotalRows;
}
