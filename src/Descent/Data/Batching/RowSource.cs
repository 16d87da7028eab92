namespace Descent.Data;

/// <summary>
/// Samples that are read by their numbers, so that they need not be in memory: what other libraries call a map-style data set, or a random access data source.
/// <see cref="Batches.From(RowSource, int, bool, int?)"/> makes batches of it.
/// </summary>
/// <remarks>
/// <para><see cref="Idx.Open"/> and <see cref="CsvRows.Open"/> read files in this way; a class of your own reads whatever it can find by a number.
/// Where ranks train together, each reads only its own rows of each batch.</para>
/// <para>Reading may happen on another thread than training (<see cref="Batches.Prefetch"/>), and on several at once if several passes run.</para>
/// </remarks>
/// <example><code>
/// sealed class Pictures(string[] paths, int[] labels) : RowSource
/// {
///     public override int Count =&gt; paths.Length;
///
///     protected override Batch ReadCore(ReadOnlySpan&lt;int&gt; rows) { … } // the pictures of these paths, and their labels
/// }
/// </code></example>
public abstract class RowSource
{
    /// <summary>Gets the number of rows, which never changes.</summary>
    public abstract int Count { get; }

    /// <summary>
    /// Gets what tells these rows apart from others of the same number and shapes, such as the length of a file. It must be the same on all ranks, and when training
    /// goes on from a checkpoint. Default null: nothing is compared.
    /// </summary>
    public virtual string? Checksum => null;

    /// <summary>Reads rows.</summary>
    /// <param name="rows">Their numbers, each in [0, <see cref="Count"/>), in any order; at least one.</param>
    /// <returns>A batch of these rows, in the order of their numbers.</returns>
    /// <exception cref="ArgumentException">There are none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is not that of a row.</exception>
    /// <exception cref="InvalidDataException">What stands in a file is not what must stand there, or the file has changed.</exception>
    /// <exception cref="InvalidOperationException">A class of your own gave another number of rows.</exception>
    public Batch Read(params ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty) throw new ArgumentException("At least one row must be read. Received: none.", nameof(rows));
        foreach (var row in rows)
            if ((uint)row >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(rows), $"Rows must be in [0, {Count}). Received: {row}.");
        var batch = ReadCore(rows);
        return batch.Rows == rows.Length ? batch : throw new InvalidOperationException($"{GetType().Name} must give the {rows.Length} rows that were asked for. Received: {batch.Rows}.");
    }

    /// <summary>Reads rows, whose numbers are known to be in range.</summary>
    /// <param name="rows">Their numbers; at least one.</param>
    /// <returns>A batch of these rows, in the order of their numbers.</returns>
    protected abstract Batch ReadCore(ReadOnlySpan<int> rows);
}
