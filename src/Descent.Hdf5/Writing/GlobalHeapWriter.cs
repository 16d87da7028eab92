namespace Descent.Hdf5.Writing;

/// <summary>Writes texts of variable length into collections of the global heap.</summary>
internal sealed class GlobalHeapWriter(Image image)
{
    /// <summary>Bytes of a reference: length, address of the collection, number in it.</summary>
    public const int ReferenceSize = 16;

    private const int CollectionSize = 1 << 12; // the least that the format allows
    private const int Prefix = 16;

    private int _collection;
    private int _used = CollectionSize;
    private int _count;

    /// <summary>Puts a text into the heap and writes the reference to it.</summary>
    public void Add(ReadOnlySpan<byte> text, ref Fields reference)
    {
        reference.UInt32(text.Length);
        if (text.IsEmpty)
        {
            reference.Skip(ReferenceSize - sizeof(uint)); // what is empty stands nowhere
            return;
        }

        var size = Prefix + Image.Aligned(text.Length);
        if (size > CollectionSize - _used) Open(size);
        var value = image.At(_collection + _used);
        value.UInt16(++_count);
        value.Skip(6); // the number of references, which the library leaves zero, and reserved bytes
        value.Int64(text.Length);
        value.Padded(text);
        _used += size;
        if (CollectionSize - _used >= Prefix) MarkFree();
        reference.Int64(_collection);
        reference.UInt32(_count);
    }

    // A long text gets a collection of its own, of its size.
    private void Open(int size)
    {
        var total = Math.Max(CollectionSize, Prefix + size);
        _collection = image.Reserve(total);
        (_used, _count) = (Prefix, 0);
        var header = image.At(_collection);
        header.Bytes("GCOL\x01\0\0\0"u8);
        header.Int64(total);
    }

    private void MarkFree()
    {
        var free = image.At(_collection + _used);
        free.Skip(8); // number 0
        free.Int64(CollectionSize - _used);
    }
}
