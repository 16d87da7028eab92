using Descent.RandomNumbers;

namespace Descent.Training;

/// <summary>Which rows come in which batch of a pass.</summary>
internal sealed class RowOrder(RowPlan plan, int start = 0)
{
    private readonly int[] _rows = new int[plan.IsShuffled ? plan.Count : Math.Min(plan.BatchSize, plan.Count)];
    private int _count; // of the batch

    /// <summary>The place in the pass where the next batch begins.</summary>
    public int Next { get; set; }

    /// <summary>The rows of the batch.</summary>
    public ReadOnlySpan<int> Batch => _rows.AsSpan(plan.IsShuffled ? Next - _count : 0, _count);

    /// <summary>Gives the pass the order that follows from a seed; without a call rows come as they stand.</summary>
    public void Shuffle(ulong seed, uint pass)
    {
        Number(_rows, start);
        new Philox(seed, pass).Shuffle(_rows.AsSpan());
    }

    /// <summary>Goes to the next batch; false at the end of the pass.</summary>
    public bool MoveNext()
    {
        _count = Math.Min(plan.BatchSize, plan.Count - Next);
        if (_count == 0) return false;
        if (!plan.IsShuffled) Number(_rows.AsSpan(0, _count), start + Next);
        Next += _count;
        return true;
    }

    private static void Number(Span<int> rows, int first)
    {
        for (var i = 0; i < rows.Length; i++) rows[i] = first + i;
    }
}
