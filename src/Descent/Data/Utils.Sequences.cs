namespace Descent.Data;

public static partial class Utils
{
    /// <summary>Makes sequences one length and puts them into a tensor: longer ones are cut, shorter ones filled up.</summary>
    /// <param name="sequences">The sequences, at least one unless <paramref name="maxlen"/> is given.</param>
    /// <param name="maxlen">The length, 1 or more. Default null: that of the longest.</param>
    /// <param name="padding">Where to fill up: <c>pre</c> or <c>post</c>. Default <c>pre</c>.</param>
    /// <param name="truncating">Where to cut: <c>pre</c> or <c>post</c>. Default <c>pre</c>.</param>
    /// <param name="value">What to fill up with. Default 0.</param>
    /// <returns>An int32 tensor of shape <c>(sequences, maxlen)</c>.</returns>
    /// <exception cref="ArgumentException">There is no sequence, or <paramref name="padding"/> or <paramref name="truncating"/> is something else.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxlen"/> is less than 1.</exception>
    public static Tensor PadSequences(IReadOnlyList<int[]> sequences, int? maxlen = null, string padding = "pre", string truncating = "pre", int value = 0)
    {
        var result = Tensor.New(PaddedShape(sequences, maxlen), DType.Int32);
        Pad(sequences, result.Shape[1], padding, truncating, value, result.Ints);
        return result;
    }

    /// <summary>The same for sequences of fractions.</summary>
    /// <inheritdoc cref="PadSequences(IReadOnlyList{int[]}, int?, string, string, int)"/>
    /// <returns>A float32 tensor of shape <c>(sequences, maxlen)</c>.</returns>
    public static Tensor PadSequences(IReadOnlyList<float[]> sequences, int? maxlen = null, string padding = "pre", string truncating = "pre", float value = 0)
    {
        var result = Tensor.New(PaddedShape(sequences, maxlen));
        Pad(sequences, result.Shape[1], padding, truncating, value, result.Floats);
        return result;
    }

    /// <summary>Cuts a time series into windows.</summary>
    /// <param name="data">The series, time first: <c>(steps, …)</c>.</param>
    /// <param name="targets"><c>targets[i]</c> is the target of the window that begins at <c>data[i]</c>.</param>
    /// <param name="sequenceLength">The steps of a window, 1 or more.</param>
    /// <param name="sequenceStride">How far apart windows begin, 1 or more. Default 1.</param>
    /// <param name="samplingRate">How far apart the steps within a window are, 1 or more. Default 1.</param>
    /// <param name="batchSize">The windows of a batch, 1 or more. Default 128.</param>
    /// <param name="shuffle">Whether the windows are shuffled, anew for each pass. Default false.</param>
    /// <param name="seed">The seed of the shuffling. Default null: the next that follows from <see cref="RandomSeed"/>.</param>
    /// <param name="startIndex">The first step to use. Default null: 0.</param>
    /// <param name="endIndex">The step before which to end. Default null: all.</param>
    /// <returns>Batches with X of shape <c>(batch, sequenceLength, …)</c>.</returns>
    /// <exception cref="ArgumentException">No window fits, or there are not enough targets.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static Batches TimeseriesDatasetFromArray(
        Tensor data,
        Tensor targets,
        int sequenceLength,
        int sequenceStride = 1,
        int samplingRate = 1,
        int batchSize = 128,
        bool shuffle = false,
        int? seed = null,
        int? startIndex = null,
        int? endIndex = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(targets);
        if (data.Rank == 0 || targets.Rank == 0)
            throw new ArgumentException($"data and targets must have a dimension of steps. Received: shapes {data.Shape} and {targets.Shape}.");
        var steps = data.Shape[0];
        Check.AtLeast(1, sequenceLength, nameof(sequenceLength));
        InSeries(1, sequenceStride, nameof(sequenceStride));
        InSeries(1, samplingRate, nameof(samplingRate));
        var start = startIndex is { } first ? InSeries(0, first, nameof(startIndex)) : 0;
        var end = endIndex is { } last ? InSeries(start + 1, last, nameof(endIndex)) : steps;

        var windows = (int)Math.Min(end - start - (sequenceLength - 1L) * samplingRate, targets.Shape[0]);
        if (windows < 1)
            throw new ArgumentException($"A window of {sequenceLength} steps with a sampling rate of {samplingRate} must fit into the series, and have a target. Received: {end - start} steps and {targets.Shape[0]} targets.");
        if (start + windows > targets.Shape[0])
            throw new ArgumentException($"There must be a target for each window. Received: {targets.Shape[0]} targets for {windows} windows from step {start} on.", nameof(targets));
        var starts = Batches.Starts(windows, sequenceStride);
        return Batches.From(starts, starts, batchSize, shuffle, seed).Map(batch => new Batch(
            Batches.Windows(data, batch.X, start, sequenceLength, samplingRate),
            Ops.Squeeze(Batches.Windows(targets, batch.X, start, 1, 1), [1])));

        int InSeries(int least, int value, string name) => value >= least && value < steps
            ? value
            : throw Check.OutOfRange(name, $"in [{least}, {steps}), for {steps} steps of data", value);
    }

    private static Shape PaddedShape<T>(IReadOnlyList<T[]> sequences, int? maxlen)
    {
        Check.NoNulls(sequences, nameof(sequences));
        if (maxlen is { } length) Check.AtLeast(1, length, nameof(maxlen));
        else if (sequences.Count == 0)
            throw new ArgumentException("sequences must have at least one sequence, or maxlen must be given. Received: none.", nameof(sequences));
        return Shape.Create([sequences.Count, maxlen ?? sequences.Max(sequence => sequence.Length)]);
    }

    private static void Pad<T>(IReadOnlyList<T[]> sequences, int length, string padding, string truncating, T value, Span<T> result)
    {
        var (padFirst, cutFirst) = (IsPre(padding, nameof(padding)), IsPre(truncating, nameof(truncating)));
        result.Fill(value);
        for (var i = 0; i < sequences.Count; i++)
        {
            ReadOnlySpan<T> kept = sequences[i];
            if (kept.Length > length) kept = cutFirst ? kept[^length..] : kept[..length];
            kept.CopyTo(result.Slice(i * length + (padFirst ? length - kept.Length : 0), kept.Length));
        }
    }

    private static bool IsPre(string side, string name) => side switch
    {
        "pre" => true,
        "post" => false,
        _ => throw new ArgumentException($"{name} must be 'pre' or 'post'. Received: '{side}'.", name),
    };
}
