using System.Runtime.InteropServices;

namespace Descent.Hdf5.Writing;

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
