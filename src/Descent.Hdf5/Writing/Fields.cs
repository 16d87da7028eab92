using System.Buffers.Binary;

namespace Descent.Hdf5.Writing;

/// <summary>Writes the fields of a structure one after another.</summary>
internal ref struct Fields(Span<byte> target)
{
    /// <summary>The address that stands for "nowhere".</summary>
    public const long Nowhere = -1;

    private Span<byte> _left = target;

    public void Byte(int value) => Next(1)[0] = (byte)value;

    public void UInt16(int value) => BinaryPrimitives.WriteUInt16LittleEndian(Next(sizeof(ushort)), checked((ushort)value));

    public void UInt32(long value) => BinaryPrimitives.WriteUInt32LittleEndian(Next(sizeof(uint)), checked((uint)value));

    /// <summary>An address or a length.</summary>
    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Next(sizeof(long)), value);

    public void Bytes(scoped ReadOnlySpan<byte> value) => value.CopyTo(Next(value.Length));

    public void Skip(int count) => Next(count);

    /// <summary>Bytes, and zeros up to a multiple of eight.</summary>
    public void Padded(scoped ReadOnlySpan<byte> value) => value.CopyTo(Next(Image.Aligned(value.Length)));

    /// <summary>A name, at least one zero, and zeros up to a multiple of eight.</summary>
    public void Name(scoped ReadOnlySpan<byte> value) => value.CopyTo(Next(Image.Aligned(value.Length + 1)));

    private Span<byte> Next(int count)
    {
        var next = _left[..count];
        _left = _left[count..];
        return next;
    }
}
