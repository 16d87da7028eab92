using Descent.Hdf5.Writing;

namespace Descent.Hdf5;

/// <summary>A dataset that is to be written.</summary>
public sealed class Hdf5DatasetBuilder : Hdf5ObjectBuilder
{
    internal Hdf5DatasetBuilder(long[] dimensions, Content content) => (Dimensions, Content) = (dimensions, content);

    internal IReadOnlyList<long> Dimensions { get; }

    internal Content Content { get; }
}
