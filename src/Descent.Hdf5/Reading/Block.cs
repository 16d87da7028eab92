using System.Buffers.Binary;

namespace Descent.Hdf5.Reading;

/// <summary>A structure's bytes, read from the front; every step is checked against what is left.</summary>
internal sealed class Block(Reader reader, ReadOnlyMemory<byte> bytes, string what)
{
    private int _next;

    public Reader Reader => reader;

    public int Left => bytes.Length - _next;

    public byte Byte() => Bytes(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(sizeof(ushort)));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint)));

    /// <summary>An unsigned integer of 1 to 8 bytes.</summary>
    public long Unsigned(int size)
    {
        var value = Word(size);
        return value <= long.MaxValue ? (long)value : throw Refuse("A size must be less than 2^63", $"{value}");
    }

    public long Length() => Unsigned(reader.File.LengthSize);

    /// <summary>A length of which the largest value stands for "without end": <see cref="Reader.Nowhere"/> then.</summary>
    public long LengthOrNone() => UnsignedOrNone(reader.File.LengthSize);

    /// <summary>An address, or <see cref="Reader.Nowhere"/>.</summary>
    public long Address() => UnsignedOrNone(reader.File.AddressSize);

    public ReadOnlySpan<byte> Bytes(long count) => Memory(count).Span;

    public ReadOnlyMemory<byte> Memory(long count)
    {
        if (count < 0 || count > Left) throw Refuse($"It must have {count} bytes at its byte {_next}", $"{Left} bytes");
        _next += (int)count;
        return bytes.Slice(_next - (int)count, (int)count);
    }

    public Block Part(long count, string part) => new(reader, Memory(count), part);

    /// <summary>The same bytes from one of them on.</summary>
    public Block At(int position) => position <= bytes.Length
        ? new Block(reader, bytes[position..], what)
        : throw Refuse($"It must have more than {position} bytes", $"{bytes.Length}");

    public void Skip(long count) => Memory(count);

    /// <summary>Skips to the next multiple of eight bytes, or to the end.</summary>
    public void Align() => Skip(Math.Min(-_next & 7, Left));

    public ReadOnlySpan<byte> Rest() => Bytes(Left);

    /// <summary>Text that ends with a zero byte.</summary>
    public string Text(string part)
    {
        var length = bytes.Span[_next..].IndexOf((byte)0);
        if (length < 0) throw Refuse($"{part} must end with a zero byte", "no zero byte");
        reader.Take(length, part);
        var text = reader.Text(Bytes(length), part);
        Skip(1);
        return text;
    }

    public void Signature(ReadOnlySpan<byte> signature)
    {
        var received = Bytes(signature.Length);
        if (!received.SequenceEqual(signature))
            throw Refuse($"It must begin with '{System.Text.Encoding.ASCII.GetString(signature)}'", $"bytes {Convert.ToHexString(received)}");
    }

    /// <summary>The version that stands next, which must be one that is known.</summary>
    public int Version(int first, int last)
    {
        var version = Byte();
        return version >= first && version <= last
            ? version
            : throw Refuse($"Its version must be in [{first}, {last}]", $"{version}");
    }

    /// <summary>Throws unless the checksum that stands next is that of all bytes before it.</summary>
    public void Checksum()
    {
        var computed = Lookup3.Hash(bytes.Span[.._next]);
        var stored = UInt32();
        Compare(stored, computed);
    }

    /// <summary>Throws unless the checksum that stands next is that of all bytes, with zeros in its own place.</summary>
    public void ChecksumWithin()
    {
        var position = _next;
        var stored = UInt32();
        var others = bytes.ToArray();
        others.AsSpan(position, sizeof(uint)).Clear();
        Compare(stored, Lookup3.Hash(others));
    }

    public InvalidDataException Refuse(string rule, string received) => reader.Refuse($"{what} is damaged or of an unknown kind. {rule}", received);

    private void Compare(uint stored, uint computed)
    {
        if (stored != computed && reader.File.ChecksChecksums) throw Refuse($"Its checksum must be {computed:x8}", $"{stored:x8}");
    }

    private long UnsignedOrNone(int size)
    {
        var value = Word(size);
        return value == ulong.MaxValue >> (64 - (8 * size)) ? Reader.Nowhere
            : value <= long.MaxValue ? (long)value
            : throw Refuse("An address or size must be less than 2^63", $"{value}");
    }

    private ulong Word(int size)
    {
        ulong value = 0;
        var word = Bytes(size);
        for (var i = size - 1; i >= 0; i--) value = (value << 8) | word[i];
        return value;
    }
}
