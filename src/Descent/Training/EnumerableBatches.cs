using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Data;
using Descent.Distribution;
using Descent.Saving;

namespace Descent.Training;

/// <summary>Takes batches from the user's sequence, which is enumerated anew for each pass.</summary>
internal sealed class EnumerableBatches : BatchSource
{
    private readonly Model _model;
    private readonly IEnumerable<Batch> _batches;
    private readonly IReadOnlyDictionary<int, double>? _classWeight;
    private IEnumerator<Batch>? _enumerator;
    private (ulong Seed, ulong Passes)[] _positions = []; // before the pass began
    private int _taken;
    private bool _ahead;

    /// <exception cref="ArgumentException">The sequence is empty.</exception>
    public EnumerableBatches(Model model, IEnumerable<Batch> batches, IReadOnlyDictionary<int, double>? classWeight, bool inputsOnly = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        (_model, _batches, _classWeight) = (model, batches, classWeight);
        Steps = batches is Batches { Count: var known } ? known : batches.TryGetNonEnumeratedCount(out var count) ? count : null;

        // The first batch tells the shape; the first pass begins with it.
        Enumerate();
        if (!_enumerator!.MoveNext())
            throw new ArgumentException("The sequence must have at least one batch. Received: none.", nameof(batches));
        _ahead = true;
        InputShapes = [.. (inputsOnly ? ReadInputs() : Read().Inputs).Select(AnyBatch)];
    }

    public override int? Steps { get; }

    public override IReadOnlyList<Shape> InputShapes { get; }

    public override void Restart()
    {
        if (_ahead) return;
        Enumerate();
    }

    public override bool MoveNext()
    {
        if (!_ahead && !_enumerator!.MoveNext())
        {
            EndPass();
            return false;
        }

        _ahead = false;
        _taken++;
        return true;
    }

    public override BatchCut? Cut
    {
        get => base.Cut;
        set
        {
            base.Cut = value;
            if (value is null || _batches is not Batches own) return;

            // A shuffled sequence of ours is in the same order on all ranks; it begins anew with the next pass.
            EndPass();
            own.Positions = [.. _positions.Select(p => (value.Agree(() => p.Seed), p.Passes))];
        }
    }

    public override Batch Read()
    {
        var batch = DataChecks.Arrange(_model, _enumerator!.Current, _classWeight);
        return Cut?.Take(batch) ?? batch;
    }

    public override Tensors ReadInputs()
    {
        var x = DataChecks.Arrange(_enumerator!.Current.Inputs, _model.InputNames, "x");
        DataChecks.Check(x, null, null);
        return Cut?.Take(new Batch(x)).Inputs ?? x;
    }

    public override TrainingState GetState()
    {
        // A pass that has not begun or is over is not taken up again.
        var state = new TrainingState { Values = { ["taken"] = _taken } };
        state.Values["shufflings"] = new JsonArray([.. (_taken > 0 || _ahead ? _positions : Positions).Select(p => new JsonArray(p.Seed, p.Passes))]);
        return state;
    }

    public override void SetState(TrainingState state)
    {
        var reader = state.Reader("the data");
        var taken = reader.Int("taken");
        if (_batches is Batches own)
            own.Positions = [.. reader.Array("shufflings").Select(s => SavedJson.ULongs(s) is [var seed, var passes] ? (seed, passes) : throw new ArgumentException("A shuffling must have a seed and a number of passes."))];
        EndPass();
        if (taken == 0) return;
        Enumerate();
        for (; _taken < taken; _taken++)
            if (!_enumerator!.MoveNext()) throw new OtherTrainingException($"The batches must be the same as before training was interrupted, {taken} or more. Received: {_taken}.", $"the batches were {taken} or more and are {_taken}");
    }

    public override void Dispose() => _enumerator?.Dispose();

    private (ulong Seed, ulong Passes)[] Positions => (_batches as Batches)?.Positions ?? [];

    private void Enumerate()
    {
        EndPass();
        _positions = Positions;
        _enumerator = _batches.GetEnumerator();
    }

    private void EndPass()
    {
        _enumerator?.Dispose();
        (_enumerator, _ahead, _taken) = (null, false, 0);
    }
}
