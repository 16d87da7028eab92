using System.IO.Compression;

namespace Descent.Data;

/// <summary>Writes entries of zip archives.</summary>
internal static class ZipEntries
{
    // Zip knows no earlier date, and NumPy writes it: the same content gives the same bytes whenever it is written.
    private static readonly DateTimeOffset Timeless = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Begins an entry, which ends when the stream is disposed.</summary>
    public static Stream Add(ZipArchive archive, string name, CompressionLevel compression = CompressionLevel.NoCompression)
    {
        var entry = archive.CreateEntry(name, compression);
        entry.LastWriteTime = Timeless;
        return entry.Open();
    }
}
