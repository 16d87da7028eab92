using System.Buffers;

namespace Descent.Data;

/// <summary>The rows of IDX files, read at their places.</summary>
internal sealed class IdxRows : RowSource
{
    private readonly Column _x;
    private readonly Column? _y;

    public IdxRows(string x, string? y, DType? dtype)
    {
        _x = new Column(x, dtype);
        if (y is null) return;
        _y = new Column(y, null);
        if (_y.Count != _x.Count)
            throw new InvalidDataException($"Inputs and targets must have the same number of rows. Received: {_x.Count} in '{x}' and {_y.Count} in '{y}'.");
    }

    public override int Count => _x.Count;

    public override string Checksum => _y is null ? _x.File.Checksum : $"{_x.File.Checksum} {_y.File.Checksum}";

    protected override Batch ReadCore(ReadOnlySpan<int> rows) => _y is null ? new Batch(_x.Read(rows)) : new Batch(_x.Read(rows), _y.Read(rows));

    /// <summary>One of the files.</summary>
    private sealed class Column
    {
        private const int HeldRowBytes = 8; // to look up a row in the file takes longer than to hold so few, as labels are

        private readonly ElementType _type;
        private readonly DType _target;
        private readonly Shape _row;
        private readonly int _rowBytes;
        private readonly long _start;
        private readonly byte[]? _held; // all elements, where rows are that small

        public Column(string path, DType? dtype)
        {
            using var source = ByteSource.Open(path);
            if (source.IsCompressed)
                throw source.Refuse("A file must not be compressed for its rows to be found by their places", "data compressed by gzip");
            (_type, var dimensions) = Idx.ReadHeader(source);
            if (dimensions is not [>= 1 and <= int.MaxValue, .. var row])
                throw source.Refuse($"The first dimension must be that of samples, 1 to {int.MaxValue}", $"dimensions ({string.Join(", ", dimensions)})");
            Count = (int)dimensions[0];
            _row = source.ShapeOf(row);
            _target = _type.TargetOf(source, dtype);
            _rowBytes = (long)_row.Size * _type.Size is <= int.MaxValue and var bytes ? (int)bytes
                : throw source.Refuse($"A row must have at most {int.MaxValue} bytes for rows to be read by their places", $"rows of shape {_row} and type '{_type.Code}'");
            source.RequireLeft((long)Count * _rowBytes, $"An array of {Count} rows of shape {_row} and type '{_type.Code}'");
            File = new RowFile(path);
            var length = (long)Count * _rowBytes;
            _start = File.Length - length;
            if (_rowBytes > HeldRowBytes || length > Array.MaxLength) return;
            _held = new byte[length];
            File.Read(_held, _start);
        }

        public int Count { get; }

        public RowFile File { get; }

        public Tensor Read(ReadOnlySpan<int> rows)
        {
            File.RequireUnchanged();
            var tensor = Tensor.New(Shape.Create([rows.Length, .. _row.Dimensions]), _target);
            var length = checked(rows.Length * _rowBytes);
            var buffer = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                var bytes = buffer.AsSpan(0, length);
                foreach (var (first, place, count) in new RowRuns(rows))
                {
                    var target = bytes.Slice(place * _rowBytes, count * _rowBytes);
                    if (_held is null) File.Read(target, _start + (long)first * _rowBytes);
                    else _held.AsSpan(first * _rowBytes, target.Length).CopyTo(target);
                }

                if (_type.Convert(bytes, tensor, 0, bigEndian: true) is var (bad, value))
                    throw File.Refuse(ElementType.RuleFor(_target), $"{value} in row {rows[bad / _row.Size]}, counted from 0,");
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            return tensor;
        }
    }
}
