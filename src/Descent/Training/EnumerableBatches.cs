using Descent.Data;

namespace Descent.Training;

/// <summary>Takes batches from the user's sequence, which is enumerated anew for each pass.</summary>
internal sealed class EnumerableBatches : BatchSource
{
    private readonly Model _model;
    private readonly IEnumerable<Batch> _batches;
    private readonly IReadOnlyDictionary<int, double>? _classWeight;
    private IEnumerator<Batch>? _enumerator;
    private bool _ahead;

    /// <exception cref="ArgumentException">The sequence is empty.</exception>
    public EnumerableBatches(Model model, IEnumerable<Batch> batches, IReadOnlyDictionary<int, double>? classWeight, bool inputsOnly = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        (_model, _batches, _classWeight) = (model, batches, classWeight);
        Steps = batches is Batches { Count: var known } ? known : batches.TryGetNonEnumeratedCount(out var count) ? count : null;

        // The first batch tells the shape; the first pass begins with it.
        _enumerator = batches.GetEnumerator();
        if (!_enumerator.MoveNext())
            throw new ArgumentException("The sequence must have at least one batch. Received: none.", nameof(batches));
        _ahead = true;
        InputShapes = [.. (inputsOnly ? ReadInputs() : Read().Inputs).Select(AnyBatch)];
    }

    public override int? Steps { get; }

    public override IReadOnlyList<Shape> InputShapes { get; }

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

    public override Batch Read() => DataChecks.Arrange(_model, _enumerator!.Current, _classWeight);

    public override Tensors ReadInputs()
    {
        var x = DataChecks.Arrange(_enumerator!.Current.Inputs, _model.InputNames, "x");
        DataChecks.Check(x, null, null);
        return x;
    }

    public override void Dispose() => _enumerator?.Dispose();
}
