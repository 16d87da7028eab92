namespace Descent.Hdf5.Reading;

/// <summary>In the header itself.</summary>
internal sealed class CompactStorage(long count, ReadOnlyMemory<byte> elements) : Storage(count)
{
    public override long MostBytes => elements.Length;

    public override bool IsPlain => true;

    public override void Read<T>(Reader reader, Conversion<T> conversion, Span<T> values) =>
        conversion.Convert(elements[..(int)(Count * conversion.ElementSize)].ToArray(), values);
}
