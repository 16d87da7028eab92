using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Descent.Data;

/// <summary>Writes files that are there whole or not at all.</summary>
internal static partial class WholeFile
{
    private const string TemporaryEnding = ".tmp";

    // File systems take names of 255 bytes.
    private const int LongestStem = 255 - 33 - 4; // a dot and a GUID, and the ending

    /// <summary>
    /// Writes to a file beside the path, and gives it the path's name when all is on the disk. What writes to the same path have left behind that were killed is deleted.
    /// A link stays one, to the new file, and a file that is replaced leaves its permissions to the new one.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written, or the path is that of a folder.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new IOException($"The path must be that of a file. Received: '{path}', which is a folder.");
        if (new FileInfo(path).LinkTarget is not null) path = File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        var (folder, name) = (Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path));
        var stem = Stem(name);
        DeleteLeftovers(folder, target => target == stem);
        var temporary = Path.Combine(folder, $"{stem}.{Guid.NewGuid():N}{TemporaryEnding}");
        try
        {
            // Open until it has its name, so that nobody takes it for one that was left behind.
            using var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Delete);
            if (!OperatingSystem.IsWindows() && File.Exists(path)) File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(path));
            write(file);
            file.Flush(flushToDisk: true);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e)
        {
            if (File.Exists(temporary)) File.Delete(temporary);
            if (InTheNameOf(path, temporary, e) is { } better) throw better;
            throw;
        }

        FlushFolder(folder);
    }

    // The user knows the file by its own name.
    private static Exception? InTheNameOf(string path, string temporary, Exception e)
    {
        var message = e.Message.Replace(temporary, path, StringComparison.Ordinal);
        if (message == e.Message) return null;
        return e switch
        {
            UnauthorizedAccessException => new UnauthorizedAccessException(message, e),
            DirectoryNotFoundException => new DirectoryNotFoundException(message, e),
            IOException => new IOException(message, e),
            _ => null,
        };
    }

    private static string Stem(string name)
    {
        while (Encoding.UTF8.GetByteCount(name) > LongestStem) name = name[..^(char.IsLowSurrogate(name[^1]) ? 2 : 1)];
        return name;
    }

    /// <summary>Deletes what writes left behind that were killed; files that are being written, and those that cannot be deleted, stay.</summary>
    /// <param name="folder">The folder; it need not exist.</param>
    /// <param name="isTarget">Tells by the name of a file, or what fits of it, whether it is one whose writes are meant.</param>
    public static void DeleteLeftovers(string folder, Predicate<string> isTarget)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.EnumerateFiles(folder, $"*{TemporaryEnding}", new EnumerationOptions { IgnoreInaccessible = true }))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (Guid.TryParseExact(Path.GetExtension(name).TrimStart('.'), "N", out _) && isTarget(Path.GetFileNameWithoutExtension(name))) DeleteUnlessOpen(file);
        }
    }

    private static void DeleteUnlessOpen(string path)
    {
        try
        {
            using var alone = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody is writing it, or it is not ours to delete: it is in nobody's way.
        }
    }

    /// <summary>Brings the names of a folder's files to the disk: without it, a crash may bring the old file back.</summary>
    /// <returns>Whether the system lets folders be flushed; Windows does not.</returns>
    internal static bool FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return false;
        using var handle = new SafeFileHandle(OpenToRead(folder, flags: 0), ownsHandle: true);
        if (handle.IsInvalid) return false; // a folder that may be written to but not read
        RandomAccess.FlushToDisk(handle); // which passes over file systems that cannot do it
        return true;
    }

    // .NET opens no folders.
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenToRead(string path, int flags);
}
