namespace Descent.Hdf5;

/// <summary>Writes an HDF5 file: first its tree is declared, then one forward pass writes it.</summary>
public sealed class Hdf5Writer
{
    /// <summary>The group that holds everything.</summary>
    public Hdf5GroupBuilder Root => throw new NotImplementedException();

    /// <summary>How many bytes <see cref="Save"/> writes for what is declared now.</summary>
    public long Length => throw new NotImplementedException();

    /// <summary>Writes the file; the stream need not seek.</summary>
    public void Save(Stream stream) => throw new NotImplementedException();
}
