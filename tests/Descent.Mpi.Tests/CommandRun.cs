using System.Diagnostics;
using System.Globalization;

namespace Descent.Mpi.Tests;

/// <summary>Runs the descent command in a folder of its own, which has a table.</summary>
internal sealed class CommandRun : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    /// <summary>Makes the folder, with a table of two half moons in 200 rows: <c>moons.csv</c>.</summary>
    public CommandRun() => WriteMoons("moons.csv", rows: 200);

    public void Dispose() => _folder.Delete(recursive: true);

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void WriteMoons(string name, int rows)
    {
        var random = new System.Random(1);
        var lines = Enumerable.Range(0, rows).Select(i =>
        {
            var (side, angle) = (i % 2, Math.PI * random.NextDouble());
            return string.Create(CultureInfo.InvariantCulture, $"{side + (1 - 2 * side) * Math.Cos(angle)},{0.5 * side + (1 - 2 * side) * Math.Sin(angle)},{(side == 0 ? "upper" : "lower")}");
        });
        File.WriteAllLines(PathOf(name), lines.Prepend("a,b,kind"));
    }

    /// <summary>Starts the command.</summary>
    /// <param name="implementation">Whose launcher; null for none, which gives one rank.</param>
    /// <param name="environment">Variables that are set for it.</param>
    /// <param name="parts">Numbers of ranks and their arguments.</param>
    public static Process Start(string? implementation, (string Name, string Value)[] environment, params (int Ranks, string[] Arguments)[] parts) => MpiRun.Start(
        implementation is null ? Program(parts[0].Arguments)
            : [.. MpiRun.Launcher(implementation), .. parts.SelectMany((part, i) => (string[])[.. (string[])(i == 0 ? [] : [":"]), "-n", $"{part.Ranks}", .. Program(part.Arguments)])],
        environment);

    /// <summary>Runs the command to its end.</summary>
    /// <inheritdoc cref="Start"/>
    public static (int ExitCode, string Output) Run(string? implementation, params (int Ranks, string[] Arguments)[] parts)
    {
        using var process = Start(implementation, [], parts);
        return MpiRun.End(process);
    }

    /// <summary>Runs <c>descent train</c> on the table of moons, with the result in JSON.</summary>
    /// <returns>The only line of JSON.</returns>
    public string Train(string? implementation, int ranks, params string[] options)
    {
        var (exitCode, output) = Run(implementation, (ranks, ["train", PathOf("moons.csv"), "--target", "kind", "--json", .. options]));
        Assert.True(exitCode == 0, output);
        return Assert.Single(output.ReplaceLineEndings("\n").Split('\n'), line => line.StartsWith('{'));
    }

    private static string[] Program(string[] arguments) => MpiRun.Program("Descent.Cli.dll", arguments);
}
