using Descent.Data;

namespace Descent.Distribution;

/// <summary>Cuts the rows of this rank out of each batch.</summary>
internal sealed class BatchCut(Communicator communicator, ShardCut cut)
{
    /// <summary>The number of rows of the batch that the ranks work on, over all of them.</summary>
    public int TotalRows { get; set; }

    /// <summary>The rows of this rank in a batch. A rank that gets none takes the first, to go the same way as the others; it counts nowhere.</summary>
    /// <param name="rows">How many the batch has.</param>
    public (int First, int Count) Of(int rows)
    {
        var first = cut.FirstRow(cut.First, rows);
        var count = cut.FirstRow(cut.First + cut.Count, rows) - first;
        return count > 0 ? (first, count) : (0, 1);
    }

    /// <summary>The rows of this rank, on which it works next.</summary>
    public Batch Take(Batch batch)
    {
        var (first, count) = Of(TotalRows = batch.Rows);
        return Rows(batch, first, count);
    }

    /// <summary>Some rows of a batch.</summary>
    public static Batch Rows(Batch batch, int first, int count) => batch.Rows == count
        ? batch
        : new Batch(Rows(batch.Inputs, first, count), Rows(batch.Targets, first, count), batch.SampleWeights is { } weights ? Rows(weights, first, count) : null);

    /// <summary>A seed that all ranks have: rank 0 draws it, and its seeds are those of all from then on.</summary>
    public ulong Agree(Func<ulong> draw)
    {
        var seed = communicator.Rank == 0 ? draw() : 0;
        var (chosen, taken) = RandomSeed.Position;
        long[] drawn = [(long)seed, chosen, (long)taken];
        communicator.Broadcast<long>(drawn);
        if (communicator.Rank > 0) RandomSeed.Position = (drawn[1], (ulong)drawn[2]);
        return (ulong)drawn[0];
    }

    private static Tensors Rows(Tensors tensors, int first, int count)
    {
        var rows = new Tensor[tensors.Count];
        for (var i = 0; i < rows.Length; i++) rows[i] = Rows(tensors[i], first, count);
        return rows;
    }

    private static Tensor Rows(Tensor tensor, int first, int count)
    {
        if (tensor.DType == DType.Bool) tensor = Ops.Cast(tensor, DType.Float32); // a row of bools does not end on a cell
        var rows = Tensor.New(Shape.Create([count, .. tensor.Shape.Dimensions[1..]]), tensor.DType);
        var length = rows.Length / count;
        tensor.Cells.Slice(first * length, rows.Length).CopyTo(rows.Cells);
        return rows;
    }
}
