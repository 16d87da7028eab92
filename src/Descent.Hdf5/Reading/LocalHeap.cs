namespace Descent.Hdf5.Reading;

/// <summary>The heap of an old group: its names, each ended by a zero byte.</summary>
internal sealed class LocalHeap
{
    private readonly Reader _reader;
    private readonly ReadOnlyMemory<byte> _texts;

    private LocalHeap(Reader reader, ReadOnlyMemory<byte> texts) => (_reader, _texts) = (reader, texts);

    private static ReadOnlySpan<byte> Signature => "HEAP"u8;

    public static LocalHeap Read(Reader reader, long address)
    {
        var header = reader.Block(address, 8 + (2 * reader.File.LengthSize) + reader.File.AddressSize, "A local heap");
        header.Signature(Signature);
        header.Version(0, 0);
        header.Skip(3);
        var size = header.Length();
        header.LengthOrNone(); // the first free byte
        var texts = reader.Block(header.Address(), size, "The texts of a local heap");
        return new LocalHeap(reader, texts.Memory(texts.Left));
    }

    public string Text(long offset, string what)
    {
        var block = new Block(_reader, _texts, what);
        block.Skip(offset);
        return block.Text(what);
    }
}
