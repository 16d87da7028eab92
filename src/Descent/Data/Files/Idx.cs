using System.Buffers.Binary;

namespace Descent.Data;

/// <summary>Reads IDX files, the format of MNIST: an array of numbers with its type and dimensions before it.</summary>
/// <seealso href="http://yann.lecun.com/exdb/mnist/"/>
public static class Idx
{
    private static readonly Dictionary<byte, string> Codes = new() { [0x08] = "u1", [0x09] = "i1", [0x0B] = "i2", [0x0C] = "i4", [0x0D] = "f4", [0x0E] = "f8" };

    /// <summary>Reads a file, compressed by gzip or not.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="dtype">The type of the tensor: int32 or float32. Default null: int32 for integers, float32 for float32 and float64 (rounded).</param>
    /// <returns>A tensor of the dimensions that the file states.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is no IDX file, is shorter or longer than it states, cannot be decompressed, or holds numbers that do not convert to
    /// <paramref name="dtype"/> without loss.
    /// </exception>
    public static Tensor Read(string path, DType? dtype = null)
    {
        using var source = ByteSource.Open(path);
        var (type, dimensions) = ReadHeader(source);
        var tensor = type.Read(source, source.ShapeOf(dimensions), bigEndian: true, dtype);
        source.RequireEnd();
        return tensor;
    }

    /// <summary>
    /// Opens files whose rows are read when they are needed, each at its place: for data that memory does not hold, and for ranks that train together, each of which
    /// reads its own rows alone.
    /// </summary>
    /// <remarks>The files stay open as long as somebody holds the result; there is nothing to dispose. They must not change meanwhile.</remarks>
    /// <param name="x">The path of the inputs, not compressed; the first dimension is that of samples.</param>
    /// <param name="y">The path of the targets, one row per sample. Default null: none.</param>
    /// <param name="dtype">The type of the inputs, as in <see cref="Read"/>; that of the targets is the natural one.</param>
    /// <returns>The samples, for <see cref="Batches.From(RowSource, int, bool, int?)"/>.</returns>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is no IDX file, is compressed, has no rows, is shorter or longer than it states, has a type that does not convert to <paramref name="dtype"/>, or the files
    /// differ in their number of rows.
    /// </exception>
    public static RowSource Open(string x, string? y = null, DType? dtype = null) => new IdxRows(x, y, dtype);

    /// <summary>Reads what stands before the elements.</summary>
    internal static (ElementType Type, long[] Dimensions) ReadHeader(ByteSource source)
    {
        Span<byte> magic = stackalloc byte[4];
        source.Read(magic, "The magic number");
        if (magic[0] != 0 || magic[1] != 0 || !Codes.TryGetValue(magic[2], out var code))
            throw source.Refuse("An IDX file must begin with the magic number 0000, a type (08, 09, 0b, 0c, 0d or 0e) and the number of dimensions", Convert.ToHexStringLower(magic));

        Span<byte> number = stackalloc byte[4];
        var dimensions = new long[magic[3]];
        for (var i = 0; i < dimensions.Length; i++)
        {
            source.Read(number, "A dimension");
            dimensions[i] = BinaryPrimitives.ReadUInt32BigEndian(number);
        }

        return (ElementType.Find(code)!, dimensions);
    }
}
