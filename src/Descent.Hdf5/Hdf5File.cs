using Descent.Hdf5.Reading;

namespace Descent.Hdf5;

/// <summary>
/// An HDF5 file, open for reading. Nothing in it is trusted: every size is checked before anything is allocated for it, and what cannot
/// be right, or is of a kind that is not supported, is refused with an <see cref="InvalidDataException"/> that names the file, the
/// object and what was expected. Links are not followed out of a file, nor from one name to another. Not safe for use by several
/// threads at once.
/// </summary>
public sealed class Hdf5File : IDisposable
{
    internal const int MaxDepth = 256;

    private readonly Dictionary<long, Hdf5Object> _objects = [];

    private Hdf5File(FileBytes bytes)
    {
        Bytes = bytes;
        var address = Superblock.Read(bytes);
        Root = At(address, "/") as Hdf5Group ?? throw Reader.OfStructures(bytes, "/").Refuse("The root must be a group", "a dataset");
    }

    /// <summary>The group that holds everything.</summary>
    public Hdf5Group Root { get; }

    internal FileBytes Bytes { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">It is not an HDF5 file, or cut off or damaged.</exception>
    public static Hdf5File Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return System.IO.File.Exists(path)
            ? Open(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read), path)
            : throw new FileNotFoundException($"The path must be that of a file. Received: '{path}', which does not exist.", path);
    }

    /// <summary>Opens a file that is the whole of a stream.</summary>
    /// <param name="stream">The file; it must read and seek.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the file is disposed.</param>
    /// <exception cref="InvalidDataException">It is not an HDF5 file, or cut off or damaged.</exception>
    public static Hdf5File Open(Stream stream, string name, bool leaveOpen = false) => Open(stream, name, leaveOpen, checksChecksums: true);

    /// <inheritdoc/>
    public void Dispose() => Bytes.Dispose();

    internal static Hdf5File Open(Stream stream, string name, bool leaveOpen, bool checksChecksums)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        if (!stream.CanRead || !stream.CanSeek) throw new ArgumentException("The stream must read and seek.", nameof(stream));
        var bytes = new FileBytes(stream, name, leaveOpen, checksChecksums);
        try
        {
            return new Hdf5File(bytes);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>The object whose header stands at an address. Groups form a tree, so that whoever walks through them comes to an end.</summary>
    internal Hdf5Object At(long address, string path, int depth = 0)
    {
        var reader = Reader.OfStructures(Bytes, path);
        if (_objects.TryGetValue(address, out var known))
        {
            return known is Hdf5Dataset || known.Path == path ? known
                : throw reader.Refuse("A group must have one place in a file", $"the group '{known.Path}' once more");
        }

        if (depth > MaxDepth) throw reader.Refuse($"Groups must be nested at most {MaxDepth} deep", "more");
        var header = ObjectHeader.At(reader, address);
        Hdf5Object made = LinkTable.IsIn(header) ? new Hdf5Group(this, path, header, depth) : new Hdf5Dataset(this, path, header);
        _objects.Add(address, made);
        return made;
    }
}
