using System.Text.RegularExpressions;
using Descent.Data;

namespace Descent.Tests;

/// <summary>docs/data.md shows code that is compiled and run, and names what there is.</summary>
public partial class DataPageTests
{
    private static readonly string[] Page = Lines("docs/data.md");

    [Fact]
    public void Examples_OfThePage_AreThoseThatAreCompiledAndRun()
    {
        var source = $"\n{string.Join('\n', Lines("tests/Descent.Tests/DataExamples.cs"))}\n";
        string[] blocks = [.. string.Join('\n', Page).Split("```csharp\n").Skip(1).Select(block => block.Split("\n```")[0])];
        Assert.Equal(6, blocks.Length);
        Assert.All(blocks, block => Assert.Contains($"\n{block}\n", source, StringComparison.Ordinal));
    }

    [Fact]
    public void Names_OfTheTables_Exist()
    {
        var types = typeof(Batches).Assembly.GetExportedTypes().Where(type => type.Namespace == typeof(Batches).Namespace).ToDictionary(type => type.Name);
        var calls = Page.Where(line => line.StartsWith('|')).SelectMany(line => Call().Matches(line)).ToArray();
        Assert.True(calls.Length > 10);
        Assert.All(calls, call => Assert.NotEmpty(types[call.Groups["type"] is { Success: true } type ? type.Value : nameof(Batches)].GetMember(call.Groups["member"].Value)));
    }

    private static string[] Lines(string path) => [.. File.ReadAllLines(Path.Combine(Golden.Root, path)).Select(line => line.Trim())];

    [GeneratedRegex(@"`((?<type>\w+)\.)?(?<member>\w+)\(")]
    private static partial Regex Call();
}
