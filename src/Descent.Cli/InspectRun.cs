using Descent.Cli.Inspecting;

namespace Descent.Cli;

/// <summary>One run of <c>descent inspect</c>.</summary>
internal static class InspectRun
{
    private const int LabelWidth = 10;

    /// <summary>Runs.</summary>
    /// <returns>The exit code.</returns>
    public static int Execute(string path, bool verify, TextWriter output)
    {
        UsageException.RequireFile("FILE", "a file", path);
        var contents = FileContents.Read(path, verify);
        foreach (var (name, value) in contents.Facts) Write(name, value);
        Write("Arrays", Total(contents.Arrays));
        if (contents.Arrays.Any(array => array.IsOptimizers))
        {
            Write("", $"network: {Total([.. contents.Arrays.Where(array => !array.IsOptimizers)])}");
            Write("", $"optimizer: {Total([.. contents.Arrays.Where(array => array.IsOptimizers)])}");
        }

        Write("Checksums", Checksums(contents.Arrays, verify));
        if (contents.Arrays.Count > 0) output.WriteLine();
        new ArrayTree(contents).Write(output);
        return ExitCodes.Done;

        void Write(string name, string value)
        {
            var rest = ArrayTree.Plain(value);
            for (var label = name; rest.Length > 0 || label.Length > 0; label = "")
            {
                output.WriteLine($"{label.PadRight(LabelWidth)} {Cut(ref rest)}".TrimEnd());
            }
        }
    }

    // The words that go into a line.
    private static string Cut(ref string text)
    {
        const int Most = 80 - LabelWidth - 1;
        var end = text.Length <= Most ? text.Length : text.LastIndexOf(' ', Most) is > 0 and var space ? space : Most;
        var line = text[..end];
        text = text[end..].TrimStart();
        return line;
    }

    private static string Total(List<StoredArray> arrays) =>
        FormattableString.Invariant($"{arrays.Count:N0}, {arrays.Sum(array => array.Bytes):N0} bytes");

    private static string Checksums(List<StoredArray> arrays, bool verify)
    {
        var with = arrays.Count(array => array.HasChecksum);
        var which = with == 0 ? "none" : with == arrays.Count ? "of every array" : FormattableString.Invariant($"of {with} arrays");
        return with == 0 ? which : verify ? $"{which}, all verified" : $"{which}; --verify reads and compares them";
    }
}
