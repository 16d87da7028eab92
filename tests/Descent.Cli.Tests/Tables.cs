using System.Globalization;

namespace Descent.Cli.Tests;

/// <summary>Small tables in temporary files, the same in every run.</summary>
internal sealed class Tables : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("descent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The path of a file that is deleted in the end.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    public string Write(string text)
    {
        var path = PathOf($"{Guid.NewGuid():N}.csv");
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Two half moons, which no line parts: columns a, b and the class.</summary>
    public string Moons(int rows = 200) => Write("a,b,kind", rows, (i, random) =>
    {
        var (kind, angle) = (i % 2, Math.PI * random.NextDouble());
        var (a, b) = kind == 0 ? (Math.Cos(angle), Math.Sin(angle)) : (1 - Math.Cos(angle), 0.5 - Math.Sin(angle));
        return [a + 0.2 * (random.NextDouble() - 0.5), b + 0.2 * (random.NextDouble() - 0.5), kind == 0 ? "upper" : "lower"];
    });

    /// <summary>A price of 100,000 to 400,000 that depends on size, town and their product, with a column that identifies rows.</summary>
    public string Prices(int rows = 300) => Write("id,size,town,price", rows, (i, random) =>
    {
        var size = 50 + 100 * random.NextDouble();
        var town = random.Next(3);
        return [i + 1, size, "ABC"[town], 1000 * size * (1 + 0.6 * town) + 5000 * random.NextDouble()];
    });

    private string Write(string header, int rows, Func<int, System.Random, object[]> row)
    {
        var random = new System.Random(1);
        var lines = Enumerable.Range(0, rows).Select(i => string.Join(',', row(i, random).Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture))));
        return Write(string.Join('\n', lines.Prepend(header)));
    }
}
