using Descent.Data;

namespace Descent.Training;

/// <summary>Takes batches from the user's sequence, which is enumerated anew for each pass.</summary>
internal sealed class EnumerableBatches : BatchSource
{
    private readonly IEnumerable<Batch> _batches;
    private readonly IReadOnlyDictionary<int, double>? _classWeight;
    private IEnumerator<Batch>? _enumerator;
    private bool _ahead;

    /// <exception cref="ArgumentException">The sequence is empty.</exception>
    public EnumerableBatches(IEnumerable<Batch> batches, IReadOnlyDictionary<int, double>? classWeight)
    {
        ArgumentNullException.ThrowIfNull(batches);
        (_batches, _classWeight) = (batches, classWeight);
        if (batches.TryGetNonEnumeratedCount(out var count)) Steps = count;

        // The first batch tells the shape; the first pass begins with it.
        _enumerator = batches.GetEnumerator();
        if (!_enumerator.MoveNext())
            throw new ArgumentException("The sequence must have at least one batch. Received: none.", nameof(batches));
        _ahead = true;
        DataChecks.Check(_enumerator.Current.X, _enumerator.Current.Y, _enumerator.Current.SampleWeight);
        InputShape = Shape.Create([-1, .. _enumerator.Current.X.Shape.Dimensions[1..]]);
    }

    public override int? Steps { get; }

    public override Shape InputShape { get; }

    public override void Restart()
    {
        if (_ahead) return;
        _enumerator?.Dispose();
        _enumerator = _batches.GetEnumerator();
    }

    public override bool MoveNext()
    {
        if (_ahead)
        {
            _ahead = false;
            return true;
        }

        return _enumerator!.MoveNext();
    }

    public override Batch Read()
    {
        var batch = _enumerator!.Current;
        DataChecks.Check(batch.X, batch.Y, batch.SampleWeight);
        if (_classWeight is null) return batch;
        if (batch.SampleWeight is not null) throw DataChecks.TwoWeights();
        return batch with { SampleWeight = ClassWeights.ToSampleWeights(batch.Y, _classWeight) };
    }

    public override void Dispose() => _enumerator?.Dispose();
}
