using Descent.Hdf5.Reading;

namespace Descent.Hdf5;

/// <summary>A group of an HDF5 file: groups and datasets under names.</summary>
public sealed class Hdf5Group : Hdf5Object
{
    private const int MostNamesInMessage = 20;

    private readonly int _depth;
    private readonly LinkTable _links;

    internal Hdf5Group(Hdf5File file, string path, ObjectHeader header, int depth) : base(file, path, header)
    {
        _depth = depth;
        _links = LinkTable.Read(Reader.OfStructures(file.Bytes, path), header);
    }

    /// <summary>The names in it, sorted by their UTF-8 bytes, as h5py lists them.</summary>
    public IReadOnlyList<string> Names => _links.Names;

    /// <summary>The names in the order in which they were made, or null where the file does not keep it.</summary>
    public IReadOnlyList<string>? CreationOrder => _links.CreationOrder;

    /// <summary>The object at a path.</summary>
    /// <param name="path">Names with slashes between them, such as <c>a/b/c</c>; with one in front, they begin at the root.</param>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">The file is damaged there, or a link leads elsewhere.</exception>
    public Hdf5Object this[string path] => Find(path) ?? throw new KeyNotFoundException(
        $"The group '{Path}' must have an object '{path}', in '{File.Bytes.Name}'. It has: {(Names.Count == 0 ? "nothing" : string.Join(", ", Names.Take(MostNamesInMessage)) + (Names.Count > MostNamesInMessage ? ", ..." : ""))}.");

    /// <summary>Whether an object stands at a path.</summary>
    /// <inheritdoc cref="this[string]" path="/param"/>
    /// <exception cref="InvalidDataException">The file is damaged there, or a link leads elsewhere.</exception>
    public bool Contains(string path) => Find(path) is not null;

    /// <summary>The group at a path.</summary>
    /// <inheritdoc cref="this[string]" path="/param"/>
    /// <exception cref="KeyNotFoundException">There is nothing.</exception>
    /// <exception cref="InvalidDataException">A dataset stands there, or the file is damaged.</exception>
    public Hdf5Group Group(string path) => this[path] as Hdf5Group ?? throw Wrong(path, "a group", "a dataset");

    /// <summary>The dataset at a path.</summary>
    /// <inheritdoc cref="this[string]" path="/param"/>
    /// <exception cref="KeyNotFoundException">There is nothing.</exception>
    /// <exception cref="InvalidDataException">A group stands there, or the file is damaged.</exception>
    public Hdf5Dataset Dataset(string path) => this[path] as Hdf5Dataset ?? throw Wrong(path, "a dataset", "a group");

    /// <summary>Where a name leads that stands for no object in its place but is a link, such as <c>a soft link to '/a'</c>; null for an object, and where there is none.</summary>
    /// <param name="name">One of the <see cref="Names"/>.</param>
    public string? LinkOf(string name) => _links.Find(name)?.Elsewhere;

    private Hdf5Object? Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Hdf5Object? found = path.StartsWith('/') ? File.Root : this;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries)) found = (found as Hdf5Group)?.Child(part);
        return found;
    }

    private Hdf5Object? Child(string name)
    {
        if (_links.Find(name) is not { } link) return null;
        var path = Path == "/" ? $"/{name}" : $"{Path}/{name}";
        return link.Elsewhere is null
            ? File.At(link.Address, path, _depth + 1)
            : throw Reader.OfStructures(File.Bytes, path).Refuse("An object must stand where its name does", $"{link.Elsewhere}, which is not followed");
    }

    private InvalidDataException Wrong(string path, string expected, string received) =>
        Reader.OfStructures(File.Bytes, this[path].Path).Refuse($"It must be {expected}", received);
}
