using System.Text.RegularExpressions;

namespace Descent.Tests.Security;

/// <summary>docs/security.md names tests that there are.</summary>
public partial class SecurityPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Golden.Root, "docs", "security.md"));

    [Fact]
    public void Page_OfEachTestItNames_IsRight()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Golden.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).ToLookup(f => Path.GetFileNameWithoutExtension(f), File.ReadAllText);
        var named = TestName().Matches(Page).Select(m => (Class: m.Groups[1].Value, Method: m.Groups[2].Value)).Distinct().ToArray();
        Assert.True(named.Length > 20);
        Assert.All(named, test => Assert.Contains(files[test.Class], text => text.Contains($"public void {test.Method}(", StringComparison.Ordinal)));
    }

    [Fact]
    public void Page_OfEachVulnerability_NamesATest() =>
        Assert.All(Page.Split('\n').Where(line => line.StartsWith("| CVE-", StringComparison.Ordinal)), line => Assert.Matches(TestName(), line));

    [GeneratedRegex("`(\\w+Tests)\\.(\\w+)`")]
    private static partial Regex TestName();
}
