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

    /// <summary>Prepares batches of <paramref name="count"/> rows from <paramref name="start"/> on. They come in their order, or shuffled by a seed that is drawn when the first pass begins.</summary>
    public ArrayBatches(Tensors x, Tensors? y, Tensors? weights, int start, int count, int batchSize, Func<ulong>? shuffleSeed)
    {
        Rows[] RowsOf(Tensors? tensors) => [.. (tensors ?? []).Select(t => new Rows(t, batchSize, count))];
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

    private int BatchLength => _next - _position;

    public override void CheckTargets(Loss loss, int output, Shape shape)
    {
        if (output < _y.Length) loss.CheckTargets(_y[output].Tensor, shape);
    }

    public override void Restart()
    {
        _next = 0;
        if (_order is null) return;
        for (var i = 0; i < _order.Length; i++) _order[i] = _start + i;
        new Philox(_seed ??= _drawSeed!(), _pass++).Shuffle(_order.AsSpan());
    }

    public override bool MoveNext()
    {
        _position = _next;
        _next = Math.Min(_position + _batchSize, _count);
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
        var batch = rows.NewBatch(BatchLength);
        var source = rows.Tensor.Cells;
        var target = batch.Cells;
        var length = rows.Length;
        if (_order is null)
        {
            source.Slice((_start + _position) * length, target.Length).CopyTo(target);
            return batch;
        }

        for (var i = _position; i < _next; i++)
            source.Slice(_order[i] * length, length).CopyTo(target.Slice((i - _position) * length, length));
        return batch;
    }

    /// <summary>One of the tensors, and the shapes that its batches take.</summary>
    private sealed class Rows
    {
        private readonly Shape _full;
        private readonly Shape _last;

        public Rows(Tensor tensor, int batchSize, int count)
        {
            // A row of bools does not end on a cell.
            Tensor = tensor.DType == DType.Bool ? Ops.Cast(tensor, DType.Float32) : tensor;
            Length = tensor.Shape[1..].Size;
            _full = Shape.Create([batchSize, .. tensor.Shape.Dimensions[1..]]);
            _last = Shape.Create([count % batchSize, .. tensor.Shape.Dimensions[1..]]);
        }

        public Tensor Tensor { get; }

        public int Length { get; }

        public Tensor NewBatch(int rows) => Tensor.New(rows == _full[0] ? _full : _last, Tensor.DType);
    }
}
