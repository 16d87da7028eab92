namespace Descent.Hdf5.Reading;

/// <summary>A collection of the global heap: values of variable length, by number.</summary>
internal sealed class GlobalHeap
{
    // Of the collection, and of each value in it, whatever the width of lengths: all of them begin at multiples of eight.
    private const int PrefixSize = 16;

    private readonly Dictionary<int, Block> _values = [];

    private GlobalHeap(Block block)
    {
        while (block.Left >= PrefixSize)
        {
            int number = block.UInt16();
            block.Skip(sizeof(ushort) + sizeof(uint)); // the number of references to it
            var size = block.Length();
            block.Align();
            if (number == 0) return; // the rest is free
            _values[number] = block.Part(size, "A value of variable length");
            block.Align();
        }
    }

    /// <summary>The collection at an address; it is read once.</summary>
    public static GlobalHeap At(Reader reader, long address)
    {
        const string What = "A collection of the global heap";
        if (reader.File.Collections.TryGetValue(address, out var heap)) return heap;
        var structures = Reader.OfStructures(reader.File, reader.Path);
        var prefix = structures.Block(address, PrefixSize, What);
        prefix.Signature("GCOL"u8);
        prefix.Version(1, 1);
        prefix.Skip(3);
        var size = prefix.Length() - PrefixSize;
        heap = new GlobalHeap(structures.Block(address + PrefixSize, size, What));
        reader.File.Collections.Add(address, heap);
        return heap;
    }

    /// <summary>The first bytes of a value.</summary>
    public ReadOnlySpan<byte> Value(Reader reader, uint number, long length)
    {
        reader.Take(length, "A value of variable length");
        return number <= ushort.MaxValue && _values.TryGetValue((int)number, out var value)
            ? value.At(0).Bytes(length)
            : throw reader.Refuse("A value of variable length must be in its collection", $"number {number}, which is not");
    }
}
