using System.Runtime.InteropServices;

namespace Descent.Hdf5.Reading;

/// <summary>In one piece.</summary>
internal sealed class ContiguousStorage : Storage
{
    private const int PieceBytes = 1 << 16;
    private const int LargestRead = 1 << 30;

    private readonly long _address;
    private readonly FillValue _fill;

    public ContiguousStorage(Reader reader, long count, long address, long size, FillValue fill) : base(count)
    {
        (_address, _fill) = (address, fill);
        if (address != Reader.Nowhere) reader.RequireInFile(address, size, "The elements of a dataset");
        MostBytes = address == Reader.Nowhere ? MostUnstored(reader) : size;
    }

    public override long MostBytes { get; }

    public override bool IsPlain => _address != Reader.Nowhere;

    public override void Read<T>(Reader reader, Conversion<T> conversion, Span<T> values)
    {
        if (_address == Reader.Nowhere) Fill(_fill, conversion, values);
        else if (conversion.IsCopy) Copy(reader, values);
        else Convert(reader, conversion, values);
    }

    /// <summary>Reads the bytes of the elements piece by piece.</summary>
    public void ReadPieces(Reader reader, long size, Action<ReadOnlySpan<byte>> take)
    {
        var buffer = new byte[Math.Min(size, 4 * PieceBytes)];
        for (var read = 0L; read < size;)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, size - read));
            reader.File.Read(_address + read, piece);
            take(piece);
            read += piece.Length;
        }
    }

    private unsafe void Copy<T>(Reader reader, Span<T> values) where T : unmanaged
    {
        var most = LargestRead / sizeof(T);
        for (var address = _address; values.Length > 0;)
        {
            var piece = values[..Math.Min(most, values.Length)];
            var bytes = MemoryMarshal.AsBytes(piece);
            reader.File.Read(address, bytes);
            address += bytes.Length;
            values = values[piece.Length..];
        }
    }

    private void Convert<T>(Reader reader, Conversion<T> conversion, Span<T> values) where T : unmanaged
    {
        var size = conversion.ElementSize;
        var buffer = new byte[Math.Max(PieceBytes / size, 1) * size];
        for (var address = _address; values.Length > 0;)
        {
            var count = Math.Min(buffer.Length / size, values.Length);
            var elements = buffer.AsSpan(0, count * size);
            reader.File.Read(address, elements);
            conversion.Convert(elements, values[..count]);
            address += elements.Length;
            values = values[count..];
        }
    }
}
