namespace Descent.Cli;

/// <summary>Tries whether files can be written, before work is done whose result would be lost.</summary>
internal static class OutputPath
{
    /// <summary>Throws unless a file can be written.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The file; one that exists is left as it is.</param>
    /// <param name="inputs">The files that are read: it must be none of them.</param>
    /// <exception cref="UsageException">It cannot be written, or is read.</exception>
    public static void RequireFile(string option, string path, params string[] inputs) => Require(option, "a file that can be written", path, () =>
    {
        if (Directory.Exists(path)) throw new IOException("That is a folder.");
        if (Path.GetFileName(path).Length == 0) throw new IOException("That names no file.");
        if (Array.Exists(inputs, input => IsSame(input, path))) throw new IOException("That file is read, and would be lost.");
        if (File.Exists(path) && new FileInfo(path).IsReadOnly) throw new UnauthorizedAccessException("That file is read-only.");
        if (File.Exists(path)) TryFolder(Path.GetDirectoryName(Path.GetFullPath(path))!); // what is written takes its place
        else Try(path);
    });

    /// <summary>Throws unless files can be written into a folder, which may have to be created; it is not left behind.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The folder.</param>
    /// <exception cref="UsageException">It cannot be written into.</exception>
    public static void RequireFolder(string option, string path) => Require(option, "a folder that can be written into", path, () =>
    {
        var missing = new List<string>(); // from the inside out
        for (var folder = Path.GetFullPath(path); folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder)) missing.Add(folder);
        if (File.Exists(path)) throw new IOException("That is a file.");
        Directory.CreateDirectory(path);
        TryFolder(path);
        foreach (var folder in missing) Directory.Delete(folder);
    });

    private static bool IsSame(string file, string other) =>
        File.Exists(other) && string.Equals(Final(file), Final(other), OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    // What is written to a link takes the place of the file that it leads to.
    private static string Final(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);

    private static void TryFolder(string folder) => Try(Path.Combine(folder, $".{Guid.NewGuid():N}.tmp"));

    private static void Try(string file) =>
        new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose).Dispose();

    private static void Require(string option, string expected, string path, Action attempt)
    {
        try
        {
            attempt();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{option} must be {expected}. Received: '{path}'. {e.Message}");
        }
    }
}
