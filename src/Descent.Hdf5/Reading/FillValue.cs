namespace Descent.Hdf5.Reading;

/// <summary>What elements are that were never written.</summary>
internal sealed class FillValue
{
    private readonly int _elementSize;

    private FillValue(ReadOnlyMemory<byte> element, int elementSize) => (Element, _elementSize) = (element, elementSize);

    /// <summary>The bytes of an element; none for zeros.</summary>
    public ReadOnlyMemory<byte> Element { get; }

    public bool IsZero => Element.Span.IndexOfAnyExcept((byte)0) < 0;

    public static FillValue Read(Reader reader, ObjectHeader header, int elementSize)
    {
        const byte Defined = 1 << 5;
        ReadOnlyMemory<byte> element = default;
        if (header.Find(reader, MessageKind.FillValue) is { } block)
        {
            var version = block.Version(1, 3);
            var flags = block.Byte();
            if (version < 3) block.Skip(1); // when it is written
            var isDefined = version == 3 ? (flags & Defined) != 0 : block.Byte() != 0 || version == 1;
            if (isDefined) element = block.Memory(block.UInt32());
        }
        else if (header.Find(reader, MessageKind.OldFillValue) is { } old)
        {
            element = old.Memory(old.UInt32());
        }

        return element.Length == 0 || element.Length == elementSize
            ? new FillValue(element, elementSize)
            : throw reader.Refuse($"The fill value must have an element's {elementSize} bytes", $"{element.Length}");
    }

    /// <summary>The bytes of a number of elements, at most 2^63 - 1.</summary>
    public long CheckedBytes(long count) => (long)UInt128.Min((UInt128)count * (UInt128)_elementSize, long.MaxValue);
}
