using Descent.Data;

namespace Descent.Tests.Data;

/// <summary>The rows of arrays, which notes what is read.</summary>
internal sealed class RecordingRows(Tensor x, Tensor y) : RowSource
{
    private readonly List<int[]> _reads = [];

    public override int Count => x.Shape[0];

    /// <summary>The rows of each read.</summary>
    public int[][] Reads
    {
        get
        {
            lock (_reads) return [.. _reads];
        }
    }

    /// <summary>How many rows are left out of each read.</summary>
    public int Missing { get; init; }

    protected override Batch ReadCore(ReadOnlySpan<int> rows)
    {
        lock (_reads) _reads.Add(rows.ToArray());
        Tensor places = rows[..^Missing].ToArray();
        return new Batch(Ops.Take(x, places, axis: 0), Ops.Take(y, places, axis: 0));
    }
}
