using System.Numerics;
using Descent.Hdf5.Reading;

namespace Descent.Hdf5;

/// <summary>A dataset of an HDF5 file: an array of elements of one kind.</summary>
public sealed class Hdf5Dataset : Hdf5Object
{
    private readonly Datatype _type;
    private readonly Dataspace _space;
    private readonly FilterPipeline _filters;
    private readonly Storage _storage;

    internal Hdf5Dataset(Hdf5File file, string path, ObjectHeader header) : base(file, path, header)
    {
        var reader = Reader.OfStructures(file.Bytes, path);
        _space = Dataspace.Read(header.Require(reader, MessageKind.Dataspace));
        _type = Datatype.Read(header.Require(reader, MessageKind.Datatype));
        _filters = header.Find(reader, MessageKind.Filters) is { } filters ? FilterPipeline.Read(filters) : FilterPipeline.None;
        _storage = Storage.Read(reader, header, _space, _type, _filters);
        if (Length > _storage.MostBytes / ElementSize)
            throw reader.Refuse($"A dataset must hold no more than its storage, here at most {_storage.MostBytes} bytes", $"{Length} elements of {ElementSize} bytes");
        if (!(_storage.IsPlain ? file.Bytes.PlainElements : file.Bytes.OtherElements).TryTake(Length * ElementSize))
            throw reader.Refuse("The datasets of a file must hold no more than it can store", "datasets that share their storage");
    }

    /// <summary>The dimensions; none for a scalar.</summary>
    public IReadOnlyList<long> Dimensions => _space.Dimensions;

    /// <summary>How many elements it has.</summary>
    public long Length => _space.Count;

    /// <summary>What its elements are.</summary>
    public Hdf5Kind Kind => _type.Kind;

    /// <summary>Bytes of an element in the file.</summary>
    public int ElementSize => _type.Size;

    /// <summary>Whether it is stored in chunks.</summary>
    public bool IsChunked => _storage is ChunkedStorage;

    /// <summary>The filters its chunks went through, in that order: <c>shuffle</c>, <c>gzip</c>, <c>fletcher32</c>, or one that cannot be read.</summary>
    public IReadOnlyList<string> Filters => _filters.Names;

    /// <summary>Reads all elements: numbers or truth values of any kind and byte order, converted if need be.</summary>
    /// <param name="destination">Gets the elements, in row-major order; its length must be <see cref="Length"/>.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidDataException">The elements are not numbers, or the file is damaged.</exception>
    public void Read(Span<float> destination) => ReadNumbers(destination);

    /// <inheritdoc cref="Read(Span{float})"/>
    public void Read(Span<double> destination) => ReadNumbers(destination);

    /// <summary>Reads all elements: integers or truth values of any kind and byte order, converted if need be.</summary>
    /// <param name="destination">Gets the elements, in row-major order; its length must be <see cref="Length"/>.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidDataException">The elements are not integers, one of them does not fit, or the file is damaged.</exception>
    public void Read(Span<int> destination) => ReadNumbers(destination);

    /// <inheritdoc cref="Read(Span{int})"/>
    public void Read(Span<long> destination) => ReadNumbers(destination);

    /// <summary>Reads all elements as the bytes that stand in the file, after its filters.</summary>
    /// <exception cref="InvalidDataException">The elements stand elsewhere in the file, as text of variable length does, or the file is damaged.</exception>
    public byte[] ReadBytes() => _type.IsVariable
        ? throw Values().Refuse("Elements that are read as bytes must stand in the dataset", "text of variable length")
        : Bytes(Values());

    /// <summary>Hands out the bytes of all elements as they stand in the file, after its filters: piece by piece, in their order, where they lie there in one piece, so that no array holds them all.</summary>
    /// <param name="take">Is given each piece, which is only good until it returns.</param>
    /// <exception cref="InvalidDataException">The elements stand elsewhere in the file, as text of variable length does, or the file is damaged.</exception>
    public void ReadBytes(Action<ReadOnlySpan<byte>> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        if (_storage is ContiguousStorage { IsPlain: true } storage && !_type.IsVariable) storage.ReadPieces(Values(), Length * ElementSize, take);
        else take(ReadBytes());
    }

    /// <summary>Reads all elements as text.</summary>
    /// <exception cref="InvalidDataException">The elements are not text in UTF-8, or the file is damaged.</exception>
    public string[] ReadStrings()
    {
        var reader = Values();
        if (Kind != Hdf5Kind.String) throw reader.Refuse("Its elements must be text", $"elements of kind {Kind}");
        // Compressed ones could be more, and each becomes an object.
        if (Length > File.Bytes.Length) throw reader.Refuse($"There must be at most as many texts as bytes in the file, here {File.Bytes.Length}", $"{Length}");
        return Texts.Read(reader, _type, Bytes(reader));
    }

    private Reader Values() => Reader.OfValues(File.Bytes, Path);

    private void ReadNumbers<T>(Span<T> destination) where T : unmanaged, INumber<T>
    {
        if (destination.Length != Length)
            throw new ArgumentException($"The destination must have the {Length} elements of the dataset '{Path}'. Received: {destination.Length}.", nameof(destination));
        var reader = Values();
        Read(reader, Conversion.Of<T>(reader, _type), destination);
    }

    private byte[] Bytes(Reader reader)
    {
        if (Length > Array.MaxLength / ElementSize) throw reader.Refuse($"A dataset that is read at once must have at most {Array.MaxLength} bytes", $"{Length} elements of {ElementSize} bytes");
        var bytes = new byte[Length * ElementSize];
        Read(reader, Conversion.ToBytes(_type), bytes);
        return bytes;
    }

    private void Read<T>(Reader reader, Conversion<T> conversion, Span<T> destination) where T : unmanaged
    {
        if (Length > 0) _storage.Read(reader, conversion, destination);
    }
}
