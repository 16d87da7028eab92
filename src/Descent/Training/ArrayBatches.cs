using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Data;
using Descent.Losses;

namespace Descent.Training;

/// <summary>Cuts tensors into batches: rows in their order, or shuffled anew for each pass.</summary>
internal sealed class ArrayBatches : BatchSource
{
    private readonly ArrayRows _rows;
    private readonly RowPlan _plan;
    private readonly RowOrder _order;
    private readonly int _start;
    private readonly Func<ulong>? _drawSeed;
    private ulong? _seed;
    private uint _pass;
    private string? _checksum;
    private (int First, int Count) _read; // of the rows of the batch

    /// <summary>Prepares batches of <paramref name="count"/> rows from <paramref name="start"/> on. They come in their order, or shuffled by a seed that is drawn when the first pass begins.</summary>
    public ArrayBatches(Tensors x, Tensors? y, Tensors? weights, int start, int count, int batchSize, Func<ulong>? shuffleSeed)
    {
        _rows = new ArrayRows(x, y, weights, batchSize);
        _plan = new RowPlan(count, batchSize, shuffleSeed is not null);
        _order = new RowOrder(_plan, start);
        (_start, _drawSeed) = (start, shuffleSeed);
        InputShapes = [.. x.Select(AnyBatch)];
    }

    public override int? Steps => _plan.Steps;

    public override IReadOnlyList<Shape> InputShapes { get; }

    /// <summary>The number of rows.</summary>
    public int Count => _plan.Count;

    /// <summary>Of the rows, targets and weights; taken once, as a run does not change its data.</summary>
    public override string Checksum => _checksum ??= _rows.ChecksumOf(_start, _plan.Count);

    public override void CheckTargets(Loss loss, int output, Shape shape)
    {
        if (_rows.Targets(output) is { } targets) loss.CheckTargets(targets, shape);
    }

    public override void CheckRanks(int ranks) => _plan.CheckRanks(ranks);

    public override void Restart()
    {
        _order.Next = 0;
        if (_drawSeed is not null) _order.Shuffle(_seed ??= Cut?.Agree(_drawSeed) ?? _drawSeed(), _pass++);
    }

    public override bool MoveNext()
    {
        if (!_order.MoveNext()) return false;
        _read = (0, _order.Batch.Length);
        if (Cut is not null) _read = Cut.Of(Cut.TotalRows = _read.Count);
        return true;
    }

    public override Batch Read() => _rows.Read(_order.Batch.Slice(_read.First, _read.Count));

    public override Tensors ReadInputs() => _rows.ReadInputs(_order.Batch.Slice(_read.First, _read.Count));

    public override TrainingState GetState() => new() { Values = { ["seed"] = _seed, ["pass"] = _pass, ["next"] = _order.Next } };

    public override void SetState(TrainingState state)
    {
        var reader = state.Reader("the data");
        var (pass, next) = (reader.Long("pass"), reader.Int("next"));
        if (next < 0 || next > _plan.Count || pass is < 0 or > uint.MaxValue)
            throw new ArgumentException($"The position in {_plan.Count} samples must be one of them. Received: {next} in pass {pass}.");
        _seed = reader.NullableULong("seed");
        _pass = (uint)pass;
        if (_plan.IsShuffled && _pass > 0)
        {
            _pass--; // it is shuffled again as it was
            Restart();
        }

        _order.Next = next;
    }

    public override JsonObject Describe()
    {
        var description = base.Describe();
        _plan.Describe(description);
        return description;
    }

    public override void Dispose()
    {
    }
}
