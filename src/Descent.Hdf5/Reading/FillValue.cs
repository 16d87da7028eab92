namespace Descent.Hdf5.Reading;

/// <summary>What elements are that were never written.</summary>
internal sealed class FillValue
{
    private FillValue(ReadOnlyMemory<byte> element) => Element = element;

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
            ? new FillValue(element)
            : throw reader.Refuse($"The fill value must have an element's {elementSize} bytes", $"{element.Length}");
    }
}
