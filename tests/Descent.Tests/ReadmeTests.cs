using System.Reflection;

namespace Descent.Tests;

/// <summary>The code in the README is that of the samples, and gives what the README says.</summary>
public class ReadmeTests
{
    [Theory]
    [InlineData("Quickstart")]
    [InlineData("OwnGradients")]
    public void Readme_CodeOfASample_IsTheSample(string sample) =>
        Assert.Contains("```csharp\n" + Read($"samples/{sample}/Program.cs").TrimEnd() + "\n```", Read("README.md"), StringComparison.Ordinal);

    [Fact]
    public void OwnGradients_Run_PrintsWhatItsCommentSays()
    {
        var output = new StringWriter();
        var console = Console.Out;
        Console.SetOut(output);
        try
        {
            Assembly.Load("OwnGradients").EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
        }

        var code = Read("samples/OwnGradients/Program.cs").TrimEnd();
        Assert.Contains(code[(code.LastIndexOf("// ", StringComparison.Ordinal) + 3)..], output.ToString(), StringComparison.Ordinal);
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Golden.Root, path)).ReplaceLineEndings("\n");
}
