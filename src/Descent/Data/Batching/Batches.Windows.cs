namespace Descent.Data;

public sealed partial class Batches
{
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
}
