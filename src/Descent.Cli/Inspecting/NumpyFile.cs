using Descent.Data;
using Descent.Saving;

namespace Descent.Cli.Inspecting;

/// <summary>Looks into <c>.npy</c> and <c>.npz</c> files.</summary>
internal static class NumpyFile
{
    private const string Ending = ".npy";

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
        var separator = Separator(archive.Names.Select(Name));
        foreach (var entry in archive.Names)
        {
            if (verify) archive.Verify(entry);
            if (!entry.EndsWith(Ending, StringComparison.Ordinal))
            {
                contents.AddFact("Entry", FormattableString.Invariant($"{entry}, {archive.SizeOf(entry):N0} bytes"));
                continue;
            }

            using var source = new ByteSource(archive.Open(entry), $"array '{Name(entry)}' of '{path}'", archive.SizeOf(entry));
            contents.Arrays.Add(ReadHeader(source, Name(entry).Split(separator), hasChecksum: true));
        }
    }

    /// <summary>What parts the names of groups: a slash if a name has one, otherwise a dot.</summary>
    public static char Separator(IEnumerable<string> names) => names.Any(name => name.Contains('/')) ? '/' : '.';

    private static string Name(string entry) => entry.EndsWith(Ending, StringComparison.Ordinal) ? entry[..^Ending.Length] : entry;

    private static StoredArray ReadHeader(ByteSource source, string[] path, bool hasChecksum)
    {
        var header = NpyHeader.Read(source);
        var bytes = (long)header.Shape.Size * (header.Type?.Size ?? 0);
        source.Require(bytes, "The array");
        return new StoredArray(path, null, TypeOf(header.Type?.Code), [.. header.Shape.Select(d => (long)d)], bytes, hasChecksum);
    }

    // "f4" is float32.
    private static string TypeOf(string? code) => code switch
    {
        null => "object",
        "b1" => "bool",
        [var kind, var bytes] => $"{(kind switch { 'f' => "float", 'u' => "uint", _ => "int" })}{8 * (bytes - '0')}",
        _ => code,
    };
}
