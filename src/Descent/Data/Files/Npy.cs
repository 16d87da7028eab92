using System.Runtime.InteropServices;

namespace Descent.Data;

/// <summary>Reads and writes NPY files: one NumPy array each.</summary>
/// <remarks>
/// <para>
/// Read are versions 1 to 3, both byte orders, C and Fortran order. Integers become int32 (those of 32 and 64 bits if every value
/// fits), float16, float32 and float64 (rounded) float32, bool bool.
/// </para>
/// <para>Arrays of Python objects are refused: they are pickled, and unpickling can run code.</para>
/// </remarks>
/// <seealso href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html"/>
/// <example><code>
/// Npy.Write("x.npy", x);          // numpy.load("x.npy") reads it
/// Tensor same = Npy.Read("x.npy");
/// </code></example>
public static class Npy
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="dtype">The type of the tensor. Default null: the one that fits the file's; <see cref="DType.Float32"/> takes integers too, if it can hold every value.</param>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is no NPY file, is shorter or longer than it states, holds Python objects, a type that no tensor holds, or numbers that
    /// do not convert to <paramref name="dtype"/> without loss.
    /// </exception>
    public static Tensor Read(string path, DType? dtype = null)
    {
        using var file = ByteSource.OpenFile(path);
        using var source = new ByteSource(file, $"'{path}'", file.Length);
        return Read(source, dtype);
    }

    /// <summary>Writes a tensor as version 1, in C order. The file appears only when it is whole.</summary>
    /// <param name="path">The path of the file; one that exists is replaced.</param>
    /// <param name="tensor">The tensor.</param>
    public static void Write(string path, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        WholeFile.Write(path, file =>
        {
            file.Write(NpyHeader.ForTensor(tensor));
            file.Write(BytesOf(tensor));
        });
    }

    internal static Tensor Read(ByteSource source, DType? dtype)
    {
        var header = NpyHeader.Read(source);
        if (header.Type is not { } type)
        {
            throw header.IsPickled
                ? source.Refuse("The elements must be numbers", "Python objects, which are pickled (unpickling can run code),")
                : NpyHeader.Unsupported(source, $"'{header.Descr}'");
        }

        // In Fortran order the elements are those of the transposed array.
        var stored = header.FortranOrder ? Shape.Create([.. header.Shape.Reverse()]) : header.Shape;
        var tensor = type.Read(source, stored, header.BigEndian, dtype);
        source.RequireEnd();
        return header.FortranOrder ? Ops.Transpose(tensor) : tensor;
    }

    /// <summary>Adds a file to an archive.</summary>
    internal static void Write(ZipWriter archive, string name, Tensor tensor, bool isDeflated = false)
    {
        var header = NpyHeader.ForTensor(tensor);
        var elements = BytesOf(tensor);
        using var entry = archive.Add(name, (long)header.Length + elements.Length, isDeflated);
        entry.Write(header);
        entry.Write(elements);
    }

    private static ReadOnlySpan<byte> BytesOf(Tensor tensor) => tensor.DType == DType.Bool ? MemoryMarshal.AsBytes(tensor.Bools) : MemoryMarshal.AsBytes(tensor.Cells);
}
