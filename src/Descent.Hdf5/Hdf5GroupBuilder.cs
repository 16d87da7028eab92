using Descent.Hdf5.Writing;

namespace Descent.Hdf5;

/// <summary>A group that is to be written.</summary>
public sealed class Hdf5GroupBuilder : Hdf5ObjectBuilder
{
    private const int MaxRank = 32;

    private readonly SortedDictionary<byte[], Hdf5ObjectBuilder> _children = new(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
    private readonly int _depth;

    internal Hdf5GroupBuilder(int depth) => _depth = depth;

    /// <summary>What is in it, sorted by the bytes of the names.</summary>
    internal IReadOnlyDictionary<byte[], Hdf5ObjectBuilder> Children => _children;

    /// <summary>The group at a path, made with the groups before it where they do not exist.</summary>
    /// <param name="path">Names with slashes between them, such as <c>a/b/c</c>, at most 256 deep.</param>
    /// <exception cref="ArgumentException">The path is empty, a part of it is no name, or a dataset stands there.</exception>
    public Hdf5GroupBuilder CreateGroup(string path)
    {
        var group = this;
        foreach (var part in Parts(path)) group = group.Inner(part, path);
        return group;
    }

    /// <summary>Declares a dataset; its data is read when the file is saved.</summary>
    /// <param name="path">Names with slashes between them; the groups are made where they do not exist.</param>
    /// <param name="dimensions">The dimensions, at most 32; none for a scalar.</param>
    /// <param name="data">The elements, in row-major order.</param>
    /// <exception cref="ArgumentException">Something stands at the path, a part of it is no name, or the number of elements is not that of the dimensions.</exception>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<float> data) => Add(path, dimensions, data);

    /// <inheritdoc cref="CreateDataset(string, IReadOnlyList{long}, ReadOnlyMemory{float})"/>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<Half> data) => Add(path, dimensions, data);

    /// <inheritdoc cref="CreateDataset(string, IReadOnlyList{long}, ReadOnlyMemory{float})"/>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<double> data) => Add(path, dimensions, data);

    /// <inheritdoc cref="CreateDataset(string, IReadOnlyList{long}, ReadOnlyMemory{float})"/>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<int> data) => Add(path, dimensions, data);

    /// <inheritdoc cref="CreateDataset(string, IReadOnlyList{long}, ReadOnlyMemory{float})"/>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<long> data) => Add(path, dimensions, data);

    /// <inheritdoc cref="CreateDataset(string, IReadOnlyList{long}, ReadOnlyMemory{float})"/>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<byte> data) => Add(path, dimensions, data);

    /// <inheritdoc cref="CreateDataset(string, IReadOnlyList{long}, ReadOnlyMemory{float})"/>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<bool> data) => Add(path, dimensions, data);

    /// <summary>Declares a scalar of text of variable length.</summary>
    /// <inheritdoc cref="CreateDataset(string, IReadOnlyList{long}, ReadOnlyMemory{float})" path="/param[@name='path']"/>
    /// <exception cref="ArgumentException">Something stands at the path, a part of it is no name, or the text has a zero character.</exception>
    public Hdf5DatasetBuilder CreateDataset(string path, string value) => Add(path, new Hdf5DatasetBuilder([], new TextContent([value])));

    /// <summary>Declares an array of texts of variable length.</summary>
    /// <inheritdoc cref="CreateDataset(string, string)" path="/param|/exception"/>
    public Hdf5DatasetBuilder CreateDataset(string path, IReadOnlyList<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Add(path, new Hdf5DatasetBuilder([values.Count], new TextContent(values)));
    }

    private static string[] Parts(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var parts = path.Split('/');
        return Array.Exists(parts, part => part is "" or ".") ? throw new ArgumentException($"A path must be names with slashes between them. Received: '{path}'.", nameof(path)) : parts;
    }

    private Hdf5GroupBuilder Inner(string name, string path)
    {
        var bytes = Utf8.Bytes(name);
        if (_children.TryGetValue(bytes, out var child))
            return child as Hdf5GroupBuilder ?? throw new ArgumentException($"A path must lead through groups. Received: '{path}', where '{name}' is a dataset.", nameof(path));
        if (_depth == Hdf5File.MaxDepth) throw new ArgumentException($"Groups must be nested at most {Hdf5File.MaxDepth} deep. Received: '{path}'.", nameof(path));
        var group = new Hdf5GroupBuilder(_depth + 1);
        _children.Add(bytes, group);
        return group;
    }

    private Hdf5DatasetBuilder Add<T>(string path, IReadOnlyList<long> dimensions, ReadOnlyMemory<T> data) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(dimensions);
        var count = dimensions.Count > MaxRank || dimensions.Any(dimension => dimension < 0)
            ? throw new ArgumentException($"There must be at most {MaxRank} dimensions, none below zero. Received: ({string.Join(", ", dimensions)}).", nameof(dimensions))
            : dimensions.Aggregate((UInt128)1, (product, dimension) => UInt128.Min(product * (UInt128)dimension, long.MaxValue));
        if (count != (UInt128)data.Length)
            throw new ArgumentException($"The data of '{path}' must have the {count} elements of dimensions ({string.Join(", ", dimensions)}). Received: {data.Length}.", nameof(data));
        return Add(path, new Hdf5DatasetBuilder([.. dimensions], new Numbers<T>(data)));
    }

    private Hdf5DatasetBuilder Add(string path, Hdf5DatasetBuilder dataset)
    {
        var parts = Parts(path);
        var group = this;
        foreach (var part in parts[..^1]) group = group.Inner(part, path);
        return group._children.TryAdd(Utf8.Bytes(parts[^1]), dataset)
            ? dataset
            : throw new ArgumentException($"A dataset must have a path of its own. Received: '{path}', where something stands.", nameof(path));
    }
}
