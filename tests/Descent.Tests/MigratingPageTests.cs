using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Optimizers.Legacy;

namespace Descent.Tests;

/// <summary>docs/migrating.md shows code that is compiled and run, and says of names and defaults what is so.</summary>
public partial class MigratingPageTests
{
    private static readonly string[] Page = Lines("docs/migrating.md");

    /// <summary>The code blocks, and the second column of each table with Keras' lines in the first: what stands below each other there is one piece of code.</summary>
    [Fact]
    public void Examples_OfThePage_AreThoseThatAreCompiledAndRun()
    {
        var source = $"\n{string.Join('\n', Lines("tests/Descent.Tests/MigratingExamples.cs"))}\n";
        string[][] examples = [.. Tables("Keras").Select(rows => rows.SelectMany(r => Code(r[1])).ToArray()), .. Blocks()];
        Assert.True(examples.Length > 10);
        Assert.All(examples, lines => Assert.Contains($"\n{string.Join('\n', lines)}\n", source, StringComparison.Ordinal));
    }

    [Fact]
    public void OptimizerOfOnesOwn_LinesOfThePage_AreThoseOfTheSample()
    {
        var sample = Lines("samples/CustomOptimizer/CustomSGD.cs");
        var lines = Tables("Keras' class").Single().SelectMany(r => Code(r[1])).ToArray();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Contains(line, sample));
    }

    [Fact]
    public void Names_OfThePage_AreProperties()
    {
        Type[] types = [.. typeof(LegacyOptimizer).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(LegacyOptimizer))), typeof(Dense)];
        var properties = types.SelectMany(t => t.GetProperties()).Select(p => p.Name).ToHashSet();
        var rows = Tables("Keras 1").Single();
        Assert.All(rows.SelectMany(r => Code(r[3])), name => Assert.Contains(name, properties));

        // And all arguments are there.
        foreach (var (version, column) in new[] { (KerasVersion.Keras1, 0), (KerasVersion.Keras2, 1) })
        {
            var named = rows.SelectMany(r => Code(r[column])).ToArray();
            Assert.All(Recorded(version).SelectMany(o => o.Value!["default_config"]!.AsObject()), argument => Assert.Contains(argument.Key, named));
        }
    }

    [Fact]
    public void Defaults_OfThePage_AreTheRecordedOnesThatDiffer()
    {
        List<string> expected = [];
        foreach (var (name, _) in Recorded(KerasVersion.Keras1))
        {
            var configs = new[] { KerasVersion.Keras3, KerasVersion.Keras2, KerasVersion.Keras1 }.Select(v => Recorded(v)[name]!["default_config"]!.AsObject()).ToArray();
            foreach (var key in new[] { "learning_rate", "epsilon", "rho", "momentum", "beta_1", "beta_2" })
            {
                var values = configs.Select(c => (c[key] ?? (key == "learning_rate" ? c["lr"] : null)) is { } value ? (float)Golden.Number(value) : (float?)null).ToArray();
                if (values.All(v => v is not null) && values.Distinct().Count() > 1) expected.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {key} {values[0]} {values[1]} {values[2]}"));
            }
        }

        Assert.Equal(expected, Tables("Optimizer").Single().Select(r => string.Create(
            CultureInfo.InvariantCulture, $"{r[0]} {Code(r[1])[0]} {Number(r[2])} {Number(r[3])} {Number(r[4])}")));

        static float Number(string cell) => float.Parse(cell, CultureInfo.InvariantCulture);
    }

    private static JsonObject Recorded(KerasVersion version) =>
        Golden.Load("defaults")["generations"]![version.ToString().ToLowerInvariant()]!["optimizers"]!.AsObject();

    // The rows of the tables whose first column has this title.
    private static List<string[][]> Tables(string title)
    {
        List<string[][]> tables = [];
        for (var i = 0; i < Page.Length; i++)
            if (Page[i].StartsWith($"| {title} |", StringComparison.Ordinal))
                tables.Add([.. Page.Skip(i + 2).TakeWhile(l => l.StartsWith('|')).Select(l => l.Trim('|').Split('|', StringSplitOptions.TrimEntries))]);
        return tables;
    }

    private static List<string[]> Blocks()
    {
        List<string[]> blocks = [];
        for (var i = 0; i < Page.Length; i++)
            if (Page[i] == "```csharp")
                blocks.Add([.. Page.Skip(i + 1).TakeWhile(l => l != "```")]);
        return blocks;
    }

    private static string[] Code(string cell) => [.. CodeSpan().Matches(cell).Select(m => m.Groups[1].Value)];

    private static string[] Lines(string path) => [.. File.ReadAllLines(Path.Combine(Golden.Root, path)).Select(l => l.Trim())];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeSpan();
}
