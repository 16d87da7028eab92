namespace Descent.Hdf5;

/// <summary>A group that is to be written.</summary>
public sealed class Hdf5GroupBuilder : Hdf5ObjectBuilder
{
    internal Hdf5GroupBuilder() { }

    /// <summary>The group at a path, made with the groups before it where they do not exist.</summary>
    public Hdf5GroupBuilder CreateGroup(string path) => throw new NotImplementedException();

    /// <summary>Declares a dataset; its data is read when the file is saved.</summary>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<float> data) => throw new NotImplementedException();

    /// <inheritdoc cref="CreateDataset(string, IReadOnlyList{long}, ReadOnlyMemory{float})"/>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<double> data) => throw new NotImplementedException();

    /// <inheritdoc cref="CreateDataset(string, IReadOnlyList{long}, ReadOnlyMemory{float})"/>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<int> data) => throw new NotImplementedException();

    /// <inheritdoc cref="CreateDataset(string, IReadOnlyList{long}, ReadOnlyMemory{float})"/>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<long> data) => throw new NotImplementedException();

    /// <inheritdoc cref="CreateDataset(string, IReadOnlyList{long}, ReadOnlyMemory{float})"/>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<byte> data) => throw new NotImplementedException();

    /// <inheritdoc cref="CreateDataset(string, IReadOnlyList{long}, ReadOnlyMemory{float})"/>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<bool> data) => throw new NotImplementedException();

    /// <summary>Declares a scalar of text of a variable length.</summary>
    public Hdf5DatasetBuilder CreateDataset(string path, string value) => throw new NotImplementedException();

    /// <summary>Declares an array of texts of variable lengths.</summary>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<string> values) => throw new NotImplementedException();
}
