using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Data;
using Descent.Losses;
using Descent.RandomNumbers;

namespace Descent.Training;

/// <summary>Cuts tensors into batches: rows in their order, copied as one block, or shuffled anew for each pass and gathered.</summary>
internal sealed class ArrayBatches : BatchSource
{
    private readonly Rows[] _x;
    private readonly Rows[] _y;
    private readonly Rows[] _weights;
    private readonly int _start;
    private readonly int _count;
    private readonly int _batchSize;
    private readonly int[]? _order;
    private readonly Func<ulong>? _drawSeed;
    private ulong? _seed;
    private uint _pass;
    private int _position;
    private int _next;
    private string? _checksum;
    private (int First, int Count) _rows; // of the batch, those that are read

    /// <summary>Prepares batches of <paramref name="count"/> rows from <paramref name="start"/> on. They come in their order, or shuffled by a seed that is drawn when the first pass begins.</summary>
    public ArrayBatches(Tensors x, Tensors? y, Tensors? weights, int start, int count, int batchSize, Func<ulong>? shuffleSeed)
    {
        Rows[] RowsOf(Tensors? tensors) => [.. (tensors ?? []).Select(t => new Rows(t, batchSize))];
        (_x, _y, _weights) = (RowsOf(x), RowsOf(y), RowsOf(weights));
        (_start, _count, _batchSize) = (start, count, batchSize);
        _drawSeed = shuffleSeed;
        _order = shuffleSeed is null ? null : new int[count];
        InputShapes = [.. x.Select(AnyBatch)];
    }

    public override int? Steps => (_count + _batchSize - 1) / _batchSize;

    public override IReadOnlyList<Shape> InputShapes { get; }

    /// <summary>The number of rows.</summary>
    public int Count => _count;

    /// <summary>Of the rows, targets and weights; taken once, as a run does not change its data.</summary>
    public override string Checksum => _checksum ??= TakeChecksum();

    public override void CheckTargets(Loss loss, int output, Shape shape)
    {
        if (output < _y.Length) loss.CheckTargets(_y[output].Tensor, shape);
    }

    public override void CheckRanks(int ranks)
    {
        if (Math.Min(_batchSize, _count) < ranks)
            throw new ArgumentException($"Each of the {ranks} ranks must have a row of a batch. Received: batches of {_batchSize} from {_count} samples. Use larger batches, or fewer ranks.");
    }

    public override void Restart()
    {
        _next = 0;
        if (_order is null) return;
        for (var i = 0; i < _order.Length; i++) _order[i] = _start + i;
        new Philox(_seed ??= Cut?.Agree(_drawSeed!) ?? _drawSeed!(), _pass++).Shuffle(_order.AsSpan());
    }

    public override bool MoveNext()
    {
        _position = _next;
        _next = Math.Min(_position + _batchSize, _count);
        _rows = (_position, _next - _position);
        if (Cut is not null && _rows.Count > 0)
        {
            var (first, count) = Cut.Of(_rows.Count);
            _rows = (_position + first, count);
        }

        return _position < _count;
    }

    public override Batch Read() => new(Gather(_x), Gather(_y), _weights.Length == 0 ? null : Gather(_weights));

    public override Tensors ReadInputs() => Gather(_x);

    public override TrainingState GetState() => new() { Values = { ["seed"] = _seed, ["pass"] = _pass, ["next"] = _next } };

    public override void SetState(TrainingState state)
    {
        var reader = state.Reader("the data");
        var (pass, next) = (reader.Long("pass"), reader.Int("next"));
        if (next < 0 || next > _count || pass is < 0 or > uint.MaxValue)
            throw new ArgumentException($"The position in {_count} samples must be one of them. Received: {next} in pass {pass}.");
        _seed = reader.NullableULong("seed");
        _pass = (uint)pass;
        if (_order is not null && _pass > 0)
        {
            _pass--; // it is shuffled again as it was
            Restart();
        }

        _next = next;
    }

    public override JsonObject Describe()
    {
        var description = base.Describe();
        (description["samples"], description["batch_size"], description["shuffle"]) = (_count, _batchSize, _order is not null);
        return description;
    }

    public override void Dispose()
    {
    }

    private string TakeChecksum()
    {
        var sum = Crc32.Start;
        foreach (var rows in (ReadOnlySpan<Rows>)[.. _x, .. _y, .. _weights])
            sum = Crc32.Add(sum, MemoryMarshal.AsBytes(rows.Tensor.Cells.Slice(_start * rows.Length, _count * rows.Length)));
        return Crc32.End(sum).ToString("x8", CultureInfo.InvariantCulture);
    }

    private Tensors Gather(Rows[] rows)
    {
        if (rows is [var only]) return Gather(only);
        var tensors = new Tensor[rows.Length];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = Gather(rows[i]);
        return tensors;
    }

    private Tensor Gather(Rows rows)
    {
        var batch = rows.NewBatch(_rows.Count);
        var source = rows.Tensor.Cells;
        var target = batch.Cells;
        var length = rows.Length;
        if (_order is null)
        {
            source.Slice((_start + _rows.First) * length, target.Length).CopyTo(target);
            return batch;
        }

        for (var i = 0; i < _rows.Count; i++)
            source.Slice(_order[_rows.First + i] * length, length).CopyTo(target.Slice(i * length, length));
        return batch;
    }

    /// <summary>One of the tensors, and the shapes that its batches take.</summary>
    private sealed class Rows
    {
        private Shape _shape; // of the batch before: all but the last are alike

        public Rows(Tensor tensor, int batchSize)
        {
            // A row of bools does not end on a cell.
            Tensor = tensor.DType == DType.Bool ? Ops.Cast(tensor, DType.Float32) : tensor;
            Length = tensor.Shape[1..].Size;
            _shape = Of(batchSize);
        }

        public Tensor Tensor { get; }

        public int Length { get; }

        public Tensor NewBatch(int rows)
        {
            if (_shape[0] != rows) _shape = Of(rows);
            return Tensor.New(_shape, Tensor.DType);
        }

        private Shape Of(int rows) => Shape.Create([rows, .. Tensor.Shape.Dimensions[1..]]);
    }
}
