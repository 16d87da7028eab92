namespace Descent.Hdf5;

/// <summary>A dataset that is to be written.</summary>
public sealed class Hdf5DatasetBuilder : Hdf5ObjectBuilder
{
    internal Hdf5DatasetBuilder() { }
}
