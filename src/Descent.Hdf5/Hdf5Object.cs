using Descent.Hdf5.Reading;

namespace Descent.Hdf5;

/// <summary>A group or a dataset of an HDF5 file that is open for reading.</summary>
public abstract class Hdf5Object
{
    private readonly ObjectHeader _header;

    private protected Hdf5Object(Hdf5File file, string path, ObjectHeader header) => (File, Path, _header) = (file, path, header);

    /// <summary>Where it stands in the file, from the root on: <c>/layers/dense/vars/0</c>. The root is <c>/</c>.</summary>
    public string Path { get; }

    /// <summary>The last part of <see cref="Path"/>; empty for the root.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>What is attached to it; read when first asked for.</summary>
    /// <exception cref="InvalidDataException">The file is damaged there.</exception>
    public Hdf5Attributes Attributes => field ??= new Hdf5Attributes(File.Bytes, Path, _header);

    internal Hdf5File File { get; }
}
