namespace Descent.Cli;

/// <summary>A file that a command is to write when its work is done.</summary>
internal static class OutputFile
{
    /// <summary>Makes sure that a file can be written, before the work; it leaves what is there as it is.</summary>
    /// <param name="option">The option that names it, for messages.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static void RequireWritable(string option, string path)
    {
        try
        {
            if (path.Length == 0 || Directory.Exists(path)) throw OptionParsing.Invalid(option, "the path of a file", path);
            if (File.Exists(path) && new FileInfo(path).IsReadOnly) throw new UnauthorizedAccessException($"The file '{path}' is read-only.");

            // It will be written beside the path and renamed.
            var trial = $"{path}.{Guid.NewGuid():N}.tmp";
            new FileStream(trial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{option} must be a file that can be written. Received: '{path}'. {exception.Message}");
        }
    }
}
