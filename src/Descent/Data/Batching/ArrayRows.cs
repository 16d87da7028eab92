using System.Globalization;
using System.Runtime.InteropServices;

namespace Descent.Data;

/// <summary>The rows of tensors.</summary>
internal sealed class ArrayRows : RowSource
{
    private readonly Column[] _x;
    private readonly Column[] _y;
    private readonly Column[] _weights;

    /// <param name="x">The inputs; they, targets and weights have the same number of rows.</param>
    /// <param name="y">The targets.</param>
    /// <param name="weights">How much the rows count.</param>
    /// <param name="batchSize">How many rows most batches will have.</param>
    public ArrayRows(Tensors x, Tensors? y, Tensors? weights, int batchSize)
    {
        Column[] ColumnsOf(Tensors? tensors) => [.. (tensors ?? []).Select(t => new Column(t, batchSize))];
        (_x, _y, _weights) = (ColumnsOf(x), ColumnsOf(y), ColumnsOf(weights));
        Count = x[0].Shape[0];
    }

    public override int Count { get; }

    public override string Checksum => ChecksumOf(0, Count);

    /// <summary>The targets of an output; null if there are none.</summary>
    public Tensor? Targets(int output) => output < _y.Length ? _y[output].Tensor : null;

    /// <summary>Reads the inputs alone.</summary>
    public Tensors ReadInputs(ReadOnlySpan<int> rows) => Gather(_x, rows);

    /// <summary>A checksum of some rows.</summary>
    public string ChecksumOf(int start, int count)
    {
        var sum = Crc32.Start;
        foreach (var column in (ReadOnlySpan<Column>)[.. _x, .. _y, .. _weights])
            sum = Crc32.Add(sum, MemoryMarshal.AsBytes(column.Tensor.Cells.Slice(start * column.Length, count * column.Length)));
        return Crc32.End(sum).ToString("x8", CultureInfo.InvariantCulture);
    }

    protected override Batch ReadCore(ReadOnlySpan<int> rows) => new(Gather(_x, rows), Gather(_y, rows), _weights.Length == 0 ? null : Gather(_weights, rows));

    private static Tensors Gather(Column[] columns, ReadOnlySpan<int> rows)
    {
        if (columns is [var only]) return only.Gather(rows);
        var tensors = new Tensor[columns.Length];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = columns[i].Gather(rows);
        return tensors;
    }

    /// <summary>One of the tensors, and the shape of its batches.</summary>
    private sealed class Column
    {
        private Shape _shape; // of the batch before: all but the last are alike

        public Column(Tensor tensor, int batchSize)
        {
            // A row of bools does not end on a cell.
            Tensor = tensor.DType == DType.Bool ? Ops.Cast(tensor, DType.Float32) : tensor;
            Length = tensor.Shape[1..].Size;
            _shape = Of(batchSize);
        }

        public Tensor Tensor { get; }

        public int Length { get; }

        public Tensor Gather(ReadOnlySpan<int> rows)
        {
            var shape = _shape;
            if (shape[0] != rows.Length) _shape = shape = Of(rows.Length);
            var batch = Tensor.New(shape, Tensor.DType);
            var source = Tensor.Cells;
            var target = batch.Cells;
            foreach (var (first, place, count) in new RowRuns(rows))
                source.Slice(first * Length, count * Length).CopyTo(target[(place * Length)..]);
            return batch;
        }

        private Shape Of(int rows) => Shape.Create([rows, .. Tensor.Shape.Dimensions[1..]]);
    }
}
