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
    private readonly Batches _batches;
    private readonly IReadOnlyDictionary<int, double>? _classWeight;
    private IEnumerator<BatchPart>? _parts;
    private (ulong Seed, ulong Passes)[] _positions = []; // before the pass began
    private int _taken;
    private bool _ahead;

    /// <exception cref="ArgumentException">The sequence is empty.</exception>
    public EnumerableBatches(Model model, IEnumerable<Batch> batches, IReadOnlyDictionary<int, double>? classWeight, bool inputsOnly = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_model, _batches, _classWeight) = (model, Batches.From(batches), classWeight);

        // The first batch tells the shape; the first pass begins with it.
        Enumerate();
        if (!_parts!.MoveNext())
            throw new ArgumentException("The sequence must have at least one batch. Received: none.", nameof(batches));
        _ahead = true;
        InputShapes = [.. (inputsOnly ? ReadInputs() : Read().Inputs).Select(AnyBatch)];
    }

    public override int? Steps => _batches.Count;

    public override IReadOnlyList<Shape> InputShapes { get; }

    public override string? Checksum => _batches.Origin?.Rows.Checksum;

    public override void CheckRanks(int ranks) => _batches.Origin?.Plan.CheckRanks(ranks);

    public override void Restart()
    {
        if (_ahead) return;
        Enumerate();
    }

    public override bool MoveNext()
    {
        if (!_ahead && !_parts!.MoveNext())
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
            if (value is null || (_batches.Origin is null && _positions.Length == 0)) return;

            // Rows of ours are cut before they are read, and shuffled in the same order on all ranks; both begins with the next pass.
            EndPass();
            _batches.Positions = [.. _positions.Select(p => (value.Agree(() => p.Seed), p.Passes))];
        }
    }

    public override Batch Read()
    {
        var (batch, totalRows) = _parts!.Current;
        return CutOut(DataChecks.Arrange(_model, batch, _classWeight), totalRows);
    }

    public override Tensors ReadInputs()
    {
        var (batch, totalRows) = _parts!.Current;
        var x = DataChecks.Arrange(batch.Inputs, _model.InputNames, "x");
        DataChecks.Check(x, null, null);
        return CutOut(new Batch(x), totalRows).Inputs;
    }

    public override TrainingState GetState()
    {
        // A pass that has not begun or is over is not taken up again.
        var state = new TrainingState { Values = { ["taken"] = _taken } };
        state.Values["shufflings"] = new JsonArray([.. (_taken > 0 || _ahead ? _positions : _batches.Positions).Select(p => new JsonArray(p.Seed, p.Passes))]);
        return state;
    }

    public override void SetState(TrainingState state)
    {
        var reader = state.Reader("the data");
        var taken = reader.Int("taken");
        _batches.Positions = [.. reader.Array("shufflings").Select(s => SavedJson.ULongs(s) is [var seed, var passes] ? (seed, passes) : throw new ArgumentException("A shuffling must have a seed and a number of passes."))];
        EndPass();
        if (taken == 0) return;
        if (taken < 0 || taken > (Steps ?? taken)) throw RanOut(taken, Steps ?? 0);

        // What is in memory or made by the caller is passed over as it was taken.
        Enumerate(_batches.Origin is { IsInMemory: false } ? taken : 0);
        for (; _taken < taken; _taken++)
            if (!_parts!.MoveNext()) throw RanOut(taken, _taken);
    }

    public override JsonObject Describe()
    {
        var description = base.Describe();
        _batches.Origin?.Plan.Describe(description);
        return description;
    }

    public override void Dispose() => _parts?.Dispose();

    private static OtherTrainingException RanOut(int taken, int count) => new(
        $"The batches must be the same as before training was interrupted, {taken} or more. Received: {count}.", $"the batches were {taken} or more and are {count}");

    private Batch CutOut(Batch batch, int? totalRows)
    {
        if (Cut is null) return batch;
        if (totalRows is not { } total) return Cut.Take(batch);
        Cut.TotalRows = total;
        return batch;
    }

    private void Enumerate(int skip = 0)
    {
        EndPass();
        _positions = _batches.Positions;
        _parts = _batches.Begin(new PassStart(Cut, _taken = skip));
    }

    private void EndPass()
    {
        _parts?.Dispose();
        (_parts, _ahead, _taken) = (null, false, 0);
    }
}
