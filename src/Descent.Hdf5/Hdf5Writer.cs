using Descent.Hdf5.Writing;

namespace Descent.Hdf5;

/// <summary>
/// Writes an HDF5 file as h5py does by default, so that every reader opens it: the tree is declared first, without a copy of any data,
/// and then written in one forward pass.
/// </summary>
public sealed class Hdf5Writer
{
    /// <summary>The group that holds everything.</summary>
    public Hdf5GroupBuilder Root { get; } = new(depth: 0);

    /// <summary>How many bytes <see cref="Save"/> writes for what is declared now.</summary>
    public long Length => FilePlan.Of(Root).Length;

    /// <summary>Writes the file.</summary>
    /// <param name="stream">Gets the bytes from front to end; it need not seek.</param>
    /// <exception cref="IOException">The stream does not take them.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("HDF5 files are written on little-endian machines only.");
        var plan = FilePlan.Of(Root);
        stream.Write(plan.Structures);
        Span<byte> padding = stackalloc byte[8];
        padding.Clear();
        foreach (var content in plan.Contents)
        {
            content.WriteTo(stream);
            stream.Write(padding[..(int)(Image.Aligned(content.Size) - content.Size)]);
        }
    }
}
