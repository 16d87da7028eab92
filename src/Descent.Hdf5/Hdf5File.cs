namespace Descent.Hdf5;

/// <summary>An HDF5 file, open for reading.</summary>
public sealed class Hdf5File : IDisposable
{
    /// <summary>Opens a file.</summary>
    public static Hdf5File Open(string path) => throw new NotImplementedException();

    /// <summary>Opens a file that stands in a stream.</summary>
    public static Hdf5File Open(Stream stream, string name, bool leaveOpen = false) => throw new NotImplementedException();

    /// <summary>The group that holds everything.</summary>
    public Hdf5Group Root => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
