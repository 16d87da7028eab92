using System.IO.Compression;
using Descent.Tests;

namespace Descent.Hdf5.Tests;

/// <summary>HDF5 files below tests/golden.</summary>
internal static class TestFiles
{
    public const string Made = "hdf5";
    public const string Saved = "saved";

    private const string Extension = ".h5.gz";

    /// <summary>The files of a folder, without extension.</summary>
    public static IEnumerable<string> Names(string folder) => Directory
        .EnumerateFiles(Folder(folder), "*" + Extension, SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Folder(folder), path).Replace('\\', '/')[..^Extension.Length])
        .Order(StringComparer.Ordinal);

    public static byte[] Bytes(string folder, string name)
    {
        using var file = new GZipStream(File.OpenRead(Path.Combine(Folder(folder), name + Extension)), CompressionMode.Decompress);
        var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray();
    }

    public static Hdf5File Open(string folder, string name) => Open(Bytes(folder, name), name);

    public static Hdf5File Open(byte[] bytes, string name = "test.h5") => Hdf5File.Open(new MemoryStream(bytes, writable: false), name);

    /// <summary>All objects below a group, the group included, in no particular order of depth.</summary>
    public static IEnumerable<Hdf5Object> All(Hdf5Group group)
    {
        yield return group;
        foreach (var name in group.Names)
        {
            if (group[name] is Hdf5Group inner)
            {
                foreach (var item in All(inner)) yield return item;
            }
            else
            {
                yield return group[name];
            }
        }
    }

    private static string Folder(string name) => Path.Combine(Golden.Root, "tests", "golden", name);
}
