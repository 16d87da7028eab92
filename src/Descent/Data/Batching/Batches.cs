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
public sealed class Batches : IEnumerable<Batch>
{
    private readonly Func<IEnumerator<Batch>> _enumerate;

    private readonly Shuffling[] _shufflings;

    private Batches(Func<IEnumerator<Batch>> enumerate, int? count, params Shuffling[] shufflings) => (_enumerate, Count, _shufflings) = (enumerate, count, shufflings);

    /// <summary>Gets the number of batches in one pass; null if nobody knows, or if there is no end.</summary>
    public int? Count { get; }

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
        var count = x[0].Shape[0];

        // Drawn here: in the background it would depend on what else draws meanwhile.
        var shuffling = shuffle ? new Shuffling(seed) : null;
        return new Batches(() => Cut(shuffling?.NextPass()), (count + batchSize - 1) / batchSize, shuffling is null ? [] : [shuffling]);

        IEnumerator<Batch> Cut((ulong Seed, ulong Number)? pass)
        {
            using var rows = new ArrayBatches(x, y, sampleWeight, 0, count, batchSize, pass is { } shuffled ? () => new Philox(shuffled.Seed).Bits(shuffled.Number) : null);
            rows.Restart();
            while (rows.MoveNext()) yield return rows.Read();
        }
    }

    /// <summary>Takes batches that the caller makes.</summary>
    /// <param name="batches">The batches of a pass, enumerated anew for each.</param>
    public static Batches From(IEnumerable<Batch> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return batches as Batches ?? new Batches(batches.GetEnumerator, batches.TryGetNonEnumeratedCount(out var count) ? count : null);
    }

    /// <summary>
    /// Cuts a sequence into windows whose targets are the same windows one place further on: what a model that predicts the next character or
    /// word is trained on.
    /// </summary>
    /// <param name="tokens">The sequence, such as <see cref="CharacterVocabulary.Encode"/> gives it; longer than a window.</param>
    /// <param name="sequenceLength">The length of a window, 1 or more.</param>
    /// <param name="sequenceStride">How far apart windows begin, 1 or more. Default 1.</param>
    /// <param name="batchSize">The windows of a batch, 1 or more. Default 32.</param>
    /// <param name="shuffle">Whether the windows are shuffled, anew for each pass. Default false.</param>
    /// <param name="seed">The seed of the shuffling. Default null: the next that follows from <see cref="RandomSeed"/>.</param>
    /// <returns>Batches with X and Y of shape <c>(batch, sequenceLength)</c>, int32.</returns>
    /// <exception cref="ArgumentException">The sequence is no longer than a window.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A length or size is less than 1.</exception>
    public static Batches NextTokens(int[] tokens, int sequenceLength, int sequenceStride = 1, int batchSize = 32, bool shuffle = false, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        Check.AtLeast(1, sequenceLength, nameof(sequenceLength));
        if (tokens.Length <= sequenceLength)
            throw new ArgumentException($"tokens must be longer than a window of {sequenceLength}. Received: {tokens.Length} tokens.", nameof(tokens));
        var starts = Starts(tokens.Length - sequenceLength, sequenceStride);
        Tensor data = tokens;
        return From((Tensor)starts, (Tensor)starts, batchSize, shuffle, seed).Map(batch => new Batch(
            Windows(data, batch.X, 0, sequenceLength, 1),
            Windows(data, batch.X, 1, sequenceLength, 1)));
    }

    /// <summary>Changes each batch.</summary>
    /// <param name="map">Makes a batch of a batch; what it draws at random should follow from a seed of its own.</param>
    public Batches Map(Func<Batch, Batch> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Batches(this.Select(map).GetEnumerator, Count, _shufflings);
    }

    /// <summary>Ends each pass after some batches.</summary>
    /// <param name="count">How many, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public Batches Take(int count)
    {
        Check.AtLeast(0, count, nameof(count));
        return new Batches(Enumerable.Take(this, count).GetEnumerator, Count is { } all ? Math.Min(all, count) : null, _shufflings);
    }

    /// <summary>Makes several passes into one.</summary>
    /// <param name="times">How many, 1 or more. Default null: without end, for <c>stepsPerEpoch</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="times"/> is less than 1.</exception>
    public Batches Repeat(int? times = null)
    {
        if (times is { } given) Check.AtLeast(1, given, nameof(times));
        return new Batches(Repeated, Count * times, _shufflings);

        IEnumerator<Batch> Repeated()
        {
            for (var pass = 0; times is null || pass < times; pass++)
            {
                var any = false;
                foreach (var batch in this)
                {
                    any = true;
                    yield return batch;
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
        return new Batches(() => Shuffled(shuffling.NextPass()), Count, [.. _shufflings, shuffling]);

        IEnumerator<Batch> Shuffled((ulong Seed, ulong Number) pass)
        {
            var random = new Philox(pass.Seed, (uint)pass.Number);
            var buffer = new List<Batch>();
            ulong drawn = 0;
            foreach (var batch in this)
            {
                buffer.Add(batch);
                if (buffer.Count == bufferSize) yield return Draw();
            }

            while (buffer.Count > 0) yield return Draw();

            Batch Draw()
            {
                var place = (int)random.Below((uint)buffer.Count, drawn++);
                var batch = buffer[place];
                buffer[place] = buffer[^1];
                buffer.RemoveAt(buffer.Count - 1);
                return batch;
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
        return new Batches(() => new PrefetchEnumerator(this, count), Count, _shufflings);
    }

    /// <inheritdoc/>
    public IEnumerator<Batch> GetEnumerator() => _enumerate();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The places, counted from 0, where windows begin.</summary>
    internal static int[] Starts(int count, int stride)
    {
        Check.AtLeast(1, stride, nameof(stride));
        var starts = new int[(count - 1) / stride + 1];
        for (var i = 0; i < starts.Length; i++) starts[i] = i * stride;
        return starts;
    }

    /// <summary>Rows of <paramref name="data"/> at a distance of <paramref name="rate"/> from places on: of shape <c>(starts, length, …)</c>.</summary>
    internal static Tensor Windows(Tensor data, Tensor starts, int offset, int length, int rate)
    {
        var rows = new int[starts.Length * length];
        for (var i = 0; i < rows.Length; i++) rows[i] = starts.AsInt32Span()[i / length] + offset + i % length * rate;
        return Ops.Take(data, Tensor.From(rows, [starts.Length, length]), axis: 0);
    }

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
