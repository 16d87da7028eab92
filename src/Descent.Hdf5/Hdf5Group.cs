namespace Descent.Hdf5;

/// <summary>A group of an HDF5 file: groups and datasets under names.</summary>
public sealed class Hdf5Group : Hdf5Object
{
    internal Hdf5Group(string path) : base(path) { }

    /// <summary>The names in it, sorted by their UTF-8 bytes, as h5py lists them.</summary>
    public IReadOnlyList<string> Names => throw new NotImplementedException();

    /// <summary>The names in the order in which they were made, or null where the file does not keep it.</summary>
    public IReadOnlyList<string>? CreationOrder => throw new NotImplementedException();

    /// <summary>Whether an object stands at a path, such as <c>a/b/c</c>.</summary>
    public bool Contains(string path) => throw new NotImplementedException();

    /// <summary>The object at a path.</summary>
    public Hdf5Object this[string path] => throw new NotImplementedException();

    /// <summary>The group at a path.</summary>
    public Hdf5Group Group(string path) => throw new NotImplementedException();

    /// <summary>The dataset at a path.</summary>
    public Hdf5Dataset Dataset(string path) => throw new NotImplementedException();
}
