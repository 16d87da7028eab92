using System.Reflection;

namespace Descent.Tests;

/// <summary>The code in the README and on the pages is that of the samples, and gives what they say. The samples write to the console and set the seed, which belong to the process.</summary>
[Collection(nameof(Training.ThreadsTests))]
public class ReadmeTests
{
    [Theory]
    [InlineData("Quickstart", "README.md")]
    [InlineData("OwnGradients", "README.md")]
    [InlineData("Schedules", "docs/schedules.md")]
    public void Page_CodeOfASample_IsTheSample(string sample, string page) =>
        Assert.Contains("```csharp\n" + Read($"samples/{sample}/Program.cs").TrimEnd() + "\n```", Read(page), StringComparison.Ordinal);

    [Fact]
    public void OwnGradients_Run_PrintsWhatItsCommentSays()
    {
        var code = Read("samples/OwnGradients/Program.cs").TrimEnd();
        Assert.Contains(code[(code.LastIndexOf("// ", StringComparison.Ordinal) + 3)..], Run("OwnGradients"), StringComparison.Ordinal);
    }

    [Fact]
    public void Schedules_Run_PrintsWhatThePageSays()
    {
        var page = Read("docs/schedules.md");
        const string Command = "$ dotnet run -c Release --project samples/Schedules\n";
        var output = page[(page.IndexOf(Command, StringComparison.Ordinal) + Command.Length)..];
        Assert.Equal(output[..output.IndexOf("```", StringComparison.Ordinal)], Run("Schedules"));
    }

    private static string Run(string sample)
    {
        var output = new StringWriter();
        var console = Console.Out;
        Console.SetOut(output);
        try
        {
            Assembly.Load(sample).EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
        }

        return output.ToString().ReplaceLineEndings("\n");
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Golden.Root, path)).ReplaceLineEndings("\n");
}
