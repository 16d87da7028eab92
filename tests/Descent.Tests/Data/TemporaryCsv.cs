using Descent.Data;

namespace Descent.Tests.Data;

/// <summary>A CSV file that lives as long as a test.</summary>
internal sealed class TemporaryCsv : IDisposable
{
    public TemporaryCsv(string text) => File.WriteAllText(Path, text);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"descent-{Guid.NewGuid():N}.csv");

    public static CsvTable Read(string text)
    {
        using var file = new TemporaryCsv(text);
        return CsvTable.Read(file.Path);
    }

    public void Dispose() => File.Delete(Path);
}
