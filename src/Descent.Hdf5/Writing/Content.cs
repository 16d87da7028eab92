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
