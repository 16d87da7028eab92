using System.Collections;
using Descent.RandomNumbers;
using Descent.Training;

namespace Descent.Data;

/// <summary>
/// A sequence of batches for <c>Fit</c>, built step by step: from arrays or any sequence, mapped, shuffled, repeated, shortened, and prepared
/// in the background while the model trains. Each pass begins anew; the same seeds give the same batches on every machine.
/// </summary>
/// <example><code>
/// var batches = Batches.From(x, y, batchSize: 128, shuffle: true, seed: 1)
///     .Map(batch =&gt; batch with { X = batch.X / 255f })
///     .Prefetch(2);
/// model.Fit(batches, epochs: 5);
/// </code></example>
public sealed partial class Batches : IEnumerable<Batch>
{
    private readonly Func<PassStart, IEnumerator<BatchPart>> _begin;

    private readonly Shuffling[] _shufflings;

    private Batches(Func<PassStart, IEnumerator<BatchPart>> begin, int? count, BatchOrigin? origin = null, params Shuffling[] shufflings) =>
        (_begin, Count, Origin, _shufflings) = (begin, count, origin, shufflings);

    /// <summary>Gets the number of batches in one pass; null if nobody knows, or if there is no end.</summary>
    public int? Count { get; }

    /// <summary>The rows that the batches are made of; null if the caller makes the batches.</summary>
    internal BatchOrigin? Origin { get; }

    /// <summary>Cuts arrays into batches.</summary>
    /// <param name="x">The inputs, one row per sample; without names if there are several.</param>
    /// <param name="y">The targets, one row per sample; without names if there are several. Default null: none, for models whose steps need none.</param>
    /// <param name="batchSize">The samples of a batch, 1 or more; the last one may be smaller. Default 32.</param>
    /// <param name="shuffle">Whether the samples are shuffled, anew for each pass. Default false.</param>
    /// <param name="seed">The seed of the shuffling. Default null: the next that follows from <see cref="RandomSeed"/>.</param>
    /// <param name="sampleWeight">How much each sample counts, of shape <c>(samples)</c>. Default null: all the same.</param>
    /// <exception cref="ArgumentException">There is no sample, there is NaN, or the parts differ in their number of samples.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is less than 1.</exception>
    public static Batches From(Tensors x, Tensors? y = null, int batchSize = 32, bool shuffle = false, int? seed = null, Tensors? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        DataChecks.Check(x, y ??= [], sampleWeight);
        DataChecks.CheckBatchSize(batchSize);
        return From(new ArrayRows(x, y, sampleWeight, batchSize), batchSize, shuffle, seed);
    }

    /// <summary>Cuts rows that are read by their numbers into batches; they come in the order in which arrays come with the same seed.</summary>
    /// <remarks>Where ranks train together, each reads its own rows of each batch, and <see cref="Map"/> sees these.</remarks>
    /// <param name="rows">Reads the rows: <see cref="Idx.Open"/>, <see cref="CsvRows.Open"/>, or a class of your own.</param>
    /// <param name="batchSize">The samples of a batch, 1 or more; the last one may be smaller. Default 32.</param>
    /// <param name="shuffle">Whether the samples are shuffled, anew for each pass, which takes 4 bytes of memory for each. Default false.</param>
    /// <param name="seed">The seed of the shuffling. Default null: the next that follows from <see cref="RandomSeed"/>.</param>
    /// <exception cref="ArgumentException">There is no row.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is less than 1.</exception>
    public static Batches From(RowSource rows, int batchSize = 32, bool shuffle = false, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        DataChecks.CheckBatchSize(batchSize);
        if (rows.Count < 1) throw new ArgumentException($"The data must have at least one row. Received: {rows.Count} in {rows.GetType().Name}.", nameof(rows));
        var plan = new RowPlan(rows.Count, batchSize, shuffle);

        // Drawn here: in the background it would depend on what else draws meanwhile.
        var shuffling = shuffle ? new Shuffling(seed) : null;
        return new Batches(start => Cut(start, shuffling?.NextPass()), plan.Steps, new BatchOrigin(rows, plan), shuffling is null ? [] : [shuffling]);

        IEnumerator<BatchPart> Cut(PassStart start, (ulong Seed, ulong Number)? pass)
        {
            var order = new RowOrder(plan) { Next = (int)Math.Min((long)start.Skip * batchSize, plan.Count) };
            if (pass is { } shuffled) order.Shuffle(new Philox(shuffled.Seed).Bits(shuffled.Number), 0);
            while (order.MoveNext())
            {
                var total = order.Batch.Length;
                if (start.Cut is null)
                {
                    yield return new BatchPart(rows.Read(order.Batch));
                    continue;
                }

                var (first, count) = start.Cut.Of(total);
                yield return new BatchPart(rows.Read(order.Batch.Slice(first, count)), total);
            }
        }
    }

    /// <summary>Takes batches that the caller makes.</summary>
    /// <param name="batches">The batches of a pass, enumerated anew for each.</param>
    public static Batches From(IEnumerable<Batch> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return batches as Batches ?? new Batches(_ => Given(), batches.TryGetNonEnumeratedCount(out var count) ? count : null);

        IEnumerator<BatchPart> Given()
        {
            foreach (var batch in batches) yield return new BatchPart(batch);
        }
    }

    /// <summary>Changes each batch.</summary>
    /// <remarks>
    /// Where ranks train together and each reads its own rows (<see cref="From(RowSource, int, bool, int?)"/>), each rank changes these alone, and may not change their number.
    /// Batches of arrays, or that the caller makes, are changed whole on each rank.
    /// </remarks>
    /// <param name="map">Makes a batch of a batch; what it draws at random should follow from a seed of its own.</param>
    public Batches Map(Func<Batch, Batch> map)
    {
        ArgumentNullException.ThrowIfNull(map);

        // Rows in memory cost nothing to read, and changed whole they are what one process has.
        return Then(start => Mapped(Origin is { IsInMemory: true } ? start with { Cut = null } : start), Count);

        IEnumerator<BatchPart> Mapped(PassStart start)
        {
            using var parts = Begin(start);
            while (parts.MoveNext())
            {
                var part = parts.Current;
                var batch = map(part.Batch);
                if (part.TotalRows is { } total && batch.Rows != part.Batch.Rows)
                    throw new InvalidOperationException($"Map must keep the number of rows where ranks share a batch, here {part.Batch.Rows} of {total}. Received: {batch.Rows} rows. Leave rows out in the RowSource, or give them a sample weight of 0.");
                yield return part with { Batch = batch };
            }
        }
    }

    /// <summary>Ends each pass after some batches.</summary>
    /// <param name="count">How many, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public Batches Take(int count)
    {
        Check.AtLeast(0, count, nameof(count));
        return Then(Taken, Count is { } all ? Math.Min(all, count) : null);

        IEnumerator<BatchPart> Taken(PassStart start)
        {
            using var parts = Begin(start);
            for (var left = count - start.Skip; left > 0 && parts.MoveNext(); left--) yield return parts.Current;
        }
    }

    /// <summary>Makes several passes into one.</summary>
    /// <param name="times">How many, 1 or more. Default null: without end, for <c>stepsPerEpoch</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="times"/> is less than 1.</exception>
    public Batches Repeat(int? times = null)
    {
        if (times is { } given) Check.AtLeast(1, given, nameof(times));
        return Then(Repeated, Count is { } once && (long)once * times is <= int.MaxValue and var all ? (int)all : null);

        IEnumerator<BatchPart> Repeated(PassStart start)
        {
            var left = start.Skip;
            for (var pass = 0; times is null || pass < times; pass++)
            {
                var skip = Math.Min(left, Count ?? 0); // of a pass of unknown length the batches are counted as they come
                left -= skip;
                using var parts = Begin(start with { Skip = skip });
                var any = skip > 0;
                while (parts.MoveNext())
                {
                    any = true;
                    if (left > 0) left--;
                    else yield return parts.Current;
                }

                if (!any) yield break; // nothing, without end
            }
        }
    }

    /// <summary>Shuffles whole batches, anew for each pass: each is drawn from as many as the buffer holds.</summary>
    /// <param name="bufferSize">The size of the buffer, 1 or more; that of a whole pass mixes evenly.</param>
    /// <param name="seed">The seed. Default null: the next that follows from <see cref="RandomSeed"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bufferSize"/> is less than 1.</exception>
    public Batches Shuffle(int bufferSize, int? seed = null)
    {
        Check.AtLeast(1, bufferSize, nameof(bufferSize));
        var shuffling = new Shuffling(seed);
        return new Batches(start => Shuffled(start, shuffling.NextPass()), Count, Origin, [.. _shufflings, shuffling]);

        IEnumerator<BatchPart> Shuffled(PassStart start, (ulong Seed, ulong Number) pass)
        {
            var random = new Philox(pass.Seed, (uint)pass.Number);
            var buffer = new List<BatchPart>();
            var drawn = 0;
            using var parts = Begin(start with { Skip = 0 }); // what is drawn next depends on all before
            while (parts.MoveNext())
            {
                buffer.Add(parts.Current);
                if (buffer.Count == bufferSize && Draw() is var part && drawn > start.Skip) yield return part;
            }

            while (buffer.Count > 0)
                if (Draw() is var part && drawn > start.Skip) yield return part;

            BatchPart Draw()
            {
                var place = (int)random.Below((uint)buffer.Count, (ulong)drawn++);
                var part = buffer[place];
                buffer[place] = buffer[^1];
                buffer.RemoveAt(buffer.Count - 1);
                return part;
            }
        }
    }

    /// <summary>Prepares batches on a thread of its own while those before are in use. Their order stays the same.</summary>
    /// <remarks>An exception of the sequence comes when the batch would have come. Whoever ends a pass early ends the thread with it.</remarks>
    /// <param name="count">How many batches may wait, 1 or more. Default 2.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    public Batches Prefetch(int count = 2)
    {
        Check.AtLeast(1, count, nameof(count));
        return Then(start => new PrefetchEnumerator<BatchPart>(() => Begin(start), count), Count);
    }

    /// <inheritdoc/>
    public IEnumerator<Batch> GetEnumerator()
    {
        using var parts = Begin(default);
        while (parts.MoveNext()) yield return parts.Current.Batch;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Begins a pass.</summary>
    internal IEnumerator<BatchPart> Begin(PassStart start) => _begin(start);

    /// <summary>The seeds of the shufflings on the way, and how many passes each has begun; a training that continues sets them.</summary>
    internal (ulong Seed, ulong Passes)[] Positions
    {
        get => Array.ConvertAll(_shufflings, s => s.Position);
        set
        {
            if (value.Length != _shufflings.Length)
                throw new ArgumentException($"The batches must be shuffled as often as before: {value.Length} times. Received: {_shufflings.Length}.");
            foreach (var (shuffling, position) in _shufflings.Zip(value)) shuffling.Position = position;
        }
    }

    private Batches Then(Func<PassStart, IEnumerator<BatchPart>> begin, int? count) => new(begin, count, Origin, _shufflings);

    /// <summary>Gives each pass another order.</summary>
    private sealed class Shuffling(int? seed)
    {
        private ulong _seed = seed is { } given ? (ulong)given : RandomSeed.Next();
        private ulong _begun;

        public (ulong Seed, ulong Passes) Position
        {
            get => (_seed, Volatile.Read(ref _begun)); // a thread that prepares batches may begin passes
            set => (_seed, _begun) = value;
        }

        public (ulong Seed, ulong Number) NextPass() => (_seed, Interlocked.Increment(ref _begun) - 1);
    }
}
