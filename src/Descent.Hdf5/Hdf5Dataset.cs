namespace Descent.Hdf5;

/// <summary>A dataset of an HDF5 file: an array of elements of one kind.</summary>
public sealed class Hdf5Dataset : Hdf5Object
{
    internal Hdf5Dataset(string path) : base(path) { }

    /// <summary>The dimensions; none for a scalar.</summary>
    public IReadOnlyList<long> Dimensions => throw new NotImplementedException();

    /// <summary>How many elements it has.</summary>
    public long Length => throw new NotImplementedException();

    /// <summary>What its elements are.</summary>
    public Hdf5Kind Kind => throw new NotImplementedException();

    /// <summary>Bytes of an element in the file.</summary>
    public int ElementSize => throw new NotImplementedException();

    /// <summary>Whether it is stored in chunks.</summary>
    public bool IsChunked => throw new NotImplementedException();

    /// <summary>The filters its chunks went through, in that order.</summary>
    public IReadOnlyList<string> Filters => throw new NotImplementedException();

    /// <summary>Reads all elements.</summary>
    public void Read(Span<float> destination) => throw new NotImplementedException();

    /// <inheritdoc cref="Read(Span{float})"/>
    public void Read(Span<double> destination) => throw new NotImplementedException();

    /// <inheritdoc cref="Read(Span{float})"/>
    public void Read(Span<int> destination) => throw new NotImplementedException();

    /// <inheritdoc cref="Read(Span{float})"/>
    public void Read(Span<long> destination) => throw new NotImplementedException();

    /// <summary>Reads all elements as the bytes that stand in the file.</summary>
    public byte[] ReadBytes() => throw new NotImplementedException();

    /// <summary>Reads all elements as text.</summary>
    public string[] ReadStrings() => throw new NotImplementedException();
}
