using Descent.Data;
using Descent.Saving;

namespace Descent.Cli.Inspecting;

/// <summary>Looks into <c>.npy</c> and <c>.npz</c> files.</summary>
internal static class NumpyFile
{
    public static void ReadNpy(string path, bool verify, FileContents contents)
    {
        using var file = ByteSource.OpenFile(path);
        using var source = new ByteSource(file, $"'{path}'", file.Length);
        contents.Arrays.Add(ReadHeader(source, [Path.GetFileNameWithoutExtension(path)], hasChecksum: false));
    }

    public static void ReadNpz(string path, bool verify, FileContents contents)
    {
        using var file = ByteSource.OpenFile(path);
        var archive = new ZipDirectory(file, $"'{path}'");
        if (verify) archive.VerifyAll();
        string[] arrays = [.. Npz.Names(archive)];
        var separator = Separator(arrays);
        foreach (var array in arrays)
        {
            using var source = Npz.Open(archive, array, $"'{path}'");
            contents.Arrays.Add(ReadHeader(source, array.Split(separator), hasChecksum: true));
        }

        contents.AddEntries(archive, archive.Names.Except(arrays.Select(array => array + Npz.Extension)));
    }

    /// <summary>What parts the names of groups: a slash if a name has one, otherwise a dot.</summary>
    public static char Separator(IEnumerable<string> names) => names.Any(name => name.Contains('/')) ? '/' : '.';

    private static StoredArray ReadHeader(ByteSource source, string[] path, bool hasChecksum)
    {
        var header = NpyHeader.Read(source);
        var bytes = (long)header.Shape.Size * header.ElementSize;
        source.Require(bytes, "The array");
        return new StoredArray(path, null, TypeOf(header), [.. header.Shape.Select(d => (long)d)], bytes, hasChecksum);
    }

    // "f4" is float32; what no tensor holds is called as NumPy does.
    private static string TypeOf(NpyHeader header) => (header.Type, header.Code) switch
    {
        _ when header.IsPickled => "object",
        (null, var code) => code,
        (_, "b1") => "bool",
        (_, [var kind, var bytes]) => $"{(kind switch { 'f' => "float", 'u' => "uint", _ => "int" })}{8 * (bytes - '0')}",
        (_, var code) => code,
    };
}
