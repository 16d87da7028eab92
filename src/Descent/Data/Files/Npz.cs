namespace Descent.Data;

/// <summary>Reads and writes NPZ files: several NumPy arrays under names, compressed or not.</summary>
/// <example><code>
/// Npz.Write("data.npz", new Dictionary&lt;string, Tensor&gt; { ["x"] = x, ["y"] = y });   // numpy.load("data.npz")["x"]
/// var arrays = Npz.Read("data.npz");
/// Tensor same = arrays["x"];
/// </code></example>
public static class Npz
{
    /// <summary>How the entries of arrays end.</summary>
    internal const string Extension = ".npy";

    /// <summary>Reads arrays.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="names">The arrays to read, so that what is wrong with others does not matter. Default null: all.</param>
    /// <param name="dtype">The type of the tensors, as in <see cref="Npy.Read(string, DType?)"/>.</param>
    /// <returns>The tensors by name, in the order of the file.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is no zip archive, lacks one of the names, or one of its arrays cannot be read (see <see cref="Npy.Read(string, DType?)"/>)
    /// or fails its checksum.
    /// </exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path, IReadOnlyCollection<string>? names = null, DType? dtype = null) =>
        Read(path, names, source => Npy.Read(source, dtype));

    /// <summary>Writes arrays. The file appears only when it is whole.</summary>
    /// <param name="path">The path of the file; one that exists is replaced.</param>
    /// <param name="arrays">The tensors by name.</param>
    /// <param name="compressed">Whether to compress them, which takes time and pays for data with many zeros. Default false.</param>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> arrays, bool compressed = false)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        if (arrays.Keys.Any(string.IsNullOrEmpty))
            throw new ArgumentException("Every array must have a name. Received: an empty one.", nameof(arrays));
        WholeFile.Write(path, file => Write(file, arrays, compressed));
    }

    internal static void Write(Stream stream, IEnumerable<KeyValuePair<string, Tensor>> arrays, bool compressed)
    {
        using var archive = new ZipWriter(stream);
        foreach (var (name, tensor) in arrays) Npy.Write(archive, name + Extension, tensor, compressed);
    }

    /// <summary>Reads members in another way than as numbers.</summary>
    internal static IReadOnlyDictionary<string, T> Read<T>(string path, IReadOnlyCollection<string>? names, Func<ByteSource, T> read)
    {
        using var file = ByteSource.OpenFile(path);
        var archive = new ZipDirectory(file, $"'{path}'");
        string[] stored = [.. Names(archive)];
        if (names?.FirstOrDefault(name => !stored.Contains(name)) is { } missing)
            throw new InvalidDataException($"The archive must hold an array '{missing}'. Received: {string.Join(", ", stored.Select(name => $"'{name}'"))} in '{path}'.");

        var values = new OrderedDictionary<string, T>(StringComparer.Ordinal);
        foreach (var name in stored)
        {
            if (names is not null && !names.Contains(name)) continue;
            using var source = Open(archive, name, $"'{path}'");
            values.Add(name, read(source));
        }

        return values;
    }

    /// <summary>The arrays of an archive. What is no array is passed over, as NumPy does.</summary>
    internal static IEnumerable<string> Names(ZipDirectory archive) =>
        archive.Names.Where(name => name.EndsWith(Extension, StringComparison.Ordinal)).Select(name => name[..^Extension.Length]);

    /// <summary>Opens one of the arrays.</summary>
    internal static ByteSource Open(ZipDirectory archive, string name, string file) => archive.OpenSource(name + Extension, $"array '{name}' of {file}");
}
