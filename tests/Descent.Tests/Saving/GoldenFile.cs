using System.IO.Compression;
using Descent.Tests.Data;

namespace Descent.Tests.Saving;

/// <summary>Files that Keras wrote, and what it computed with them.</summary>
internal static class GoldenFile
{
    /// <summary>The models that were saved.</summary>
    public static IEnumerable<string> Models => Golden.Files("saved").Select(f => f["saved/".Length..]).Where(f => f != "hdf5_structure");

    /// <summary>Unpacks a file into a folder.</summary>
    public static string Unpack(TemporaryFolder folder, string name) => folder.Write(Path.GetFileName(name), Bytes(name));

    /// <summary>The bytes of a file below tests/golden/saved.</summary>
    public static byte[] Bytes(string name)
    {
        using var packed = new GZipStream(File.OpenRead(Path.Combine(Golden.Root, "tests", "golden", "saved", name + ".gz")), CompressionMode.Decompress);
        var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return bytes.ToArray();
    }
}
