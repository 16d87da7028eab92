using System.Security.Cryptography;

namespace Descent.Data;

/// <summary>The files of data sets on this machine, in the folders that Keras uses, so that each is downloaded once for both.</summary>
/// <param name="home">Keras' home.</param>
/// <param name="mirror">An address to download from instead of a file's own.</param>
internal sealed class DatasetStore(string home, Uri? mirror = null)
{
    private const string HomeSetting = "KERAS_HOME";
    private const int Sha256Digits = 64;

    /// <summary>The store of this user: <c>KERAS_HOME</c>, or <c>~/.keras</c>.</summary>
    public static DatasetStore Default => new(FindHome(Environment.GetEnvironmentVariable(HomeSetting)));

    /// <summary>Keras' home: what <c>KERAS_HOME</c> says or <c>.keras</c> in the user's folder, or in that for temporary files where that cannot be written.</summary>
    public static string FindHome(string? setting)
    {
        var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var home = setting switch
        {
            null => Path.Combine(user, ".keras"),
            "~" or ['~', '/' or '\\', ..] => Path.Join(user, setting[1..]),
            _ => setting,
        };
        return CanWrite(home) ? home : Path.Combine(Path.GetTempPath(), ".keras");
    }

    /// <summary>The path of a file, which is downloaded unless it is here and whole.</summary>
    /// <exception cref="ArgumentException">The name is no mere name.</exception>
    /// <exception cref="HttpRequestException">It cannot be downloaded.</exception>
    /// <exception cref="InvalidDataException">What came has another checksum.</exception>
    public string Get(DatasetFile file, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        if (file.Name.Length == 0 || file.Name is "." or ".." || Path.GetFileName(file.Name) != file.Name)
            throw new ArgumentException($"path must be the name of a file in '{Path.Combine(home, file.Folder)}', without folders. Received: '{file.Name}'.");
        var path = Path.Combine(home, file.Folder, file.Name);
        var here = File.Exists(path);
        if (here && Matches(path, file.Hash)) return path;
        if (here) DescentLog.Warn<DatasetStore>($"'{path}' has another checksum than {file.Hash}, so it is incomplete or out of date and downloaded again.");

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var download = new Download(file, mirror is null ? file.Origin : new Uri(mirror, Path.GetFileName(file.Origin.LocalPath)), path, progress);

        // On a thread of the pool, so that nobody waits for the thread that waits here.
        Task.Run(() => download.RunAsync(cancellationToken), CancellationToken.None).GetAwaiter().GetResult();
        return path;
    }

    /// <summary>Whether a file has the checksum that it should have, if one is known.</summary>
    public static bool Matches(string path, string? hash) => hash is null || HashOf(path, hash.Length).Equals(hash, StringComparison.OrdinalIgnoreCase);

    /// <summary>The checksum of a file that has as many digits: SHA-256 or, for what Keras knows no better of, MD5.</summary>
    public static string HashOf(string path, int digits)
    {
        using var file = ByteSource.OpenFile(path);
#pragma warning disable CA5351 // Keras publishes nothing else for this file; MD5 finds broken downloads, and nothing is executed.
        return Convert.ToHexStringLower(digits == Sha256Digits ? SHA256.HashData(file) : MD5.HashData(file));
#pragma warning restore CA5351
    }

    private static bool CanWrite(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            File.Create(Path.Combine(folder, $".descent-{Guid.NewGuid():N}"), 1, FileOptions.DeleteOnClose).Dispose();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
