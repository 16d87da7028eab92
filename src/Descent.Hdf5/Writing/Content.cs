using System.Runtime.InteropServices;
using System.Text;

namespace Descent.Hdf5.Writing;

/// <summary>The elements of a dataset or an attribute that is to be written.</summary>
/// <param name="type">The datatype message.</param>
/// <param name="size">Bytes of all elements.</param>
internal abstract class Content(byte[] type, long size)
{
    public byte[] Type => type;

    public long Size => size;

    /// <summary>The content as it stands in its place, once what stands elsewhere is in the heap.</summary>
    public abstract Content Placed(GlobalHeapWriter heap);

    public abstract void WriteTo(Stream stream);
}

/// <summary>Numbers or truth values in a caller's memory, which is read when it is written.</summary>
internal sealed unsafe class Numbers<T>(byte[] type, ReadOnlyMemory<T> values) : Content(type, (long)values.Length * sizeof(T)) where T : unmanaged
{
    private const int LargestWrite = 1 << 30;

    public Numbers(ReadOnlyMemory<T> values) : this(DatatypeBytes.Of<T>(), values) { }

    public override Content Placed(GlobalHeapWriter heap) => this;

    public override void WriteTo(Stream stream)
    {
        var most = LargestWrite / sizeof(T);
        for (var rest = values.Span; rest.Length > 0;)
        {
            var piece = rest[..Math.Min(most, rest.Length)];
            stream.Write(MemoryMarshal.AsBytes(piece));
            rest = rest[piece.Length..];
        }
    }
}

/// <summary>Text of variable length: it stands in the global heap, and the elements refer to it.</summary>
internal sealed class TextContent(IReadOnlyList<string> texts) : Content(DatatypeBytes.Text, (long)texts.Count * GlobalHeapWriter.ReferenceSize)
{
    private readonly byte[][] _texts = [.. texts.Select(Utf8.Bytes)];

    public override Content Placed(GlobalHeapWriter heap)
    {
        var references = new byte[checked((int)Size)];
        var fields = new Fields(references);
        foreach (var text in _texts) heap.Add(text, ref fields);
        return new Numbers<byte>(Type, references);
    }

    public override void WriteTo(Stream stream) => throw new InvalidOperationException("Text must be placed in the heap first.");
}

/// <summary>Text as the file holds it.</summary>
internal static class Utf8
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Bytes(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Contains('\0', StringComparison.Ordinal)
            ? throw new ArgumentException("Text must have no zero characters, with which it ends in HDF5.", nameof(text))
            : Strict.GetBytes(text);
    }
}
