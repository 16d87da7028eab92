namespace Descent.Tests;

/// <summary>The code in the README and on the pages is that of the samples, and gives what they say.</summary>
[Collection(nameof(Training.ThreadsTests))]
public class ReadmeTests
{
    [Theory]
    [InlineData("Quickstart", "README.md")]
    [InlineData("OwnGradients", "README.md")]
    [InlineData("Schedules", "docs/schedules.md")]
    public void Page_CodeOfASample_IsTheSample(string sample, string page) =>
        Assert.Contains("```csharp\n" + Samples.Read($"samples/{sample}/Program.cs").TrimEnd() + "\n```", Samples.Read(page), StringComparison.Ordinal);

    [Fact]
    public void OwnGradients_Run_PrintsWhatItsCommentSays()
    {
        var code = Samples.Read("samples/OwnGradients/Program.cs").TrimEnd();
        Assert.Contains(code[(code.LastIndexOf("// ", StringComparison.Ordinal) + 3)..], Samples.Run("OwnGradients"), StringComparison.Ordinal);
    }

    [Fact]
    public void Schedules_Run_PrintsWhatThePageSays() =>
        Assert.Equal(Samples.OutputOnPage("docs/schedules.md", "Schedules"), Samples.Run("Schedules"));
}
