using Descent.Data;

namespace Descent.Distribution;

/// <summary>One of the shards of this rank: its rows, and its place in streams of random numbers.</summary>
internal sealed class Shard(ShardCrew crew, ShardCut cut, int index) : BatchShard
{
    private readonly Dictionary<object, ulong> _taken = new(ReferenceEqualityComparer.Instance);

    /// <summary>Which of all shards of the batch this is.</summary>
    public int Index => index;

    public override bool ChangesState => index == cut.First;

    public override void Sum(Span<float> values)
    {
        if (Rows == 0) values.Clear();
        crew.Meet(this, values);
    }

    public override ulong TakePlace(object stream, ulong next)
    {
        if (cut.Count == 1) return next;
        var taken = _taken[stream] = _taken.GetValueOrDefault(stream) + 1;
        return crew.FirstPlace(stream, next) + taken - 1;
    }

    /// <summary>Takes this shard's rows of the batch, and works on them.</summary>
    /// <param name="batch">The rows of this rank.</param>
    /// <param name="totalRows">How many the batch has over all ranks.</param>
    /// <param name="work">What to do with them.</param>
    public void Run(Batch batch, int totalRows, Action<Shard, Batch> work)
    {
        _taken.Clear();
        TotalRows = totalRows;
        FirstRow = cut.FirstRow(index, totalRows);
        Rows = cut.FirstRow(index + 1, totalRows) - FirstRow;
        var first = Rows == 0 ? 0 : FirstRow - cut.FirstRow(cut.First, totalRows);
        Current = this;
        try
        {
            work(this, BatchCut.Rows(batch, first, Math.Max(Rows, 1)));
        }
        finally
        {
            Current = null;
        }
    }
}
