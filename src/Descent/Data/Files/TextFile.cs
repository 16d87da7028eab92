using System.Text;

namespace Descent.Data;

/// <summary>Reads text.</summary>
public static class TextFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file of UTF-8 (a byte order mark is left out) into one string, line ends and all.</summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file has bytes that are no UTF-8; the message says where.</exception>
    public static string Read(string path)
    {
        using var file = ByteSource.OpenFile(path);
        using var source = new ByteSource(file, $"'{path}'", file.Length);
        var bytes = source.ReadBytes(file.Length, "A text").AsSpan();
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw source.Refuse("A text must be UTF-8", $"the bytes {Convert.ToHexStringLower(e.BytesUnknown ?? [])} at position {e.Index + (file.Length - bytes.Length)}", e);
        }
    }

    /// <summary>Reads a file of UTF-8 line by line; the line ends are left out.</summary>
    internal static string[] ReadLines(string path)
    {
        using var reader = new StringReader(Read(path));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line) lines.Add(line);
        return [.. lines];
    }

    /// <summary>Reads a folder of texts in folders by class, as Keras' <c>text_dataset_from_directory</c> does: <c>folder/neg/1.txt</c>, <c>folder/pos/2.txt</c>.</summary>
    /// <param name="folder">The path of the folder; each folder in it is a class.</param>
    /// <returns>The texts (files that end in <c>.txt</c>, those of deeper folders too, by class and name), the class of each by number, and the names of the classes in ordinal order.</returns>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">The folder has no text in folders, or one is no UTF-8.</exception>
    public static (string[] Texts, int[] Labels, string[] ClassNames) ReadFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string[] classes = [.. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];
        var files = classes.SelectMany((name, label) => Directory
            .EnumerateFiles(Path.Combine(folder, name), "*.txt", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => (path, label))).ToArray();
        if (files.Length == 0)
            throw new InvalidDataException($"The folder must have folders with files that end in '.txt', one folder for each class. Received: '{folder}' with {classes.Length} folders.");
        return (Array.ConvertAll(files, file => Read(file.path)), Array.ConvertAll(files, file => file.label), classes);
    }
}
