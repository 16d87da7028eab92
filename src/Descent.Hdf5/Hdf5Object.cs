namespace Descent.Hdf5;

/// <summary>A group or a dataset of an HDF5 file that is open for reading.</summary>
public abstract class Hdf5Object
{
    private protected Hdf5Object(string path) => Path = path;

    /// <summary>Where it stands in the file, from the root on: <c>/layers/dense/vars/0</c>. The root is <c>/</c>.</summary>
    public string Path { get; }

    /// <summary>The last part of <see cref="Path"/>; empty for the root.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>What is attached to it; read when first asked for.</summary>
    /// <exception cref="InvalidDataException">The file is damaged there.</exception>
    public Hdf5Attributes Attributes => throw new NotImplementedException();
}
