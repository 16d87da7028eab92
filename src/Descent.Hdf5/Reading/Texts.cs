namespace Descent.Hdf5.Reading;

/// <summary>Elements of text.</summary>
internal static class Texts
{
    public static string[] Read(Reader reader, Datatype type, ReadOnlyMemory<byte> elements)
    {
        var texts = new string[elements.Length / type.Size];
        var block = new Block(reader, elements, "An array of text");
        for (var i = 0; i < texts.Length; i++) texts[i] = type.IsVariable ? Variable(block) : Fixed(block, type);
        return texts;
    }

    private static string Fixed(Block block, Datatype type)
    {
        var bytes = block.Bytes(type.Size);
        bytes = type.Padding switch
        {
            TextPadding.EndsWithZero => bytes.IndexOf((byte)0) is var end and >= 0 ? bytes[..end] : bytes,
            TextPadding.Spaces => bytes.TrimEnd((byte)' '),
            _ => bytes.TrimEnd((byte)0),
        };
        return block.Reader.Text(bytes, "Text");
    }

    private static string Variable(Block block)
    {
        var (length, address, number) = (block.UInt32(), block.Address(), block.UInt32());
        return length == 0 ? "" : block.Reader.Text(GlobalHeap.At(block.Reader, address).Value(block.Reader, number, length).TrimEnd((byte)0), "Text");
    }
}
