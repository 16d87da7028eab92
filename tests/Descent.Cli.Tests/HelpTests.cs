namespace Descent.Cli.Tests;

public class HelpTests
{
    [Fact]
    public void Version_Asked_PrintsTheNumberAlone() => Assert.Matches(@"^\d+\.\d+\.\d+\s*$", DescentProcess.Run("--version").Output);

    [Fact]
    public void Help_Command_ListsTrain() => Assert.Contains("descent [command]", DescentProcess.Run("--help").Output, StringComparison.Ordinal);

    [Fact]
    public void Help_Train_ExplainsOptionsGuessSchedulesAndExitCodes()
    {
        var result = DescentProcess.Run("train", "--help");

        Assert.Equal(0, result.ExitCode);
        foreach (var expected in new[] { "--target <COLUMN> (REQUIRED)", "--validation-split", TaskGuess.Rule, ScheduleSpec.Forms, "130  stopped by Ctrl+C" })
            Assert.Contains(expected, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_Bench_ExplainsOptionsAndCosts()
    {
        var result = DescentProcess.Run("bench", "--help");

        Assert.Equal(0, result.ExitCode);
        foreach (var expected in new[] { "--quick", "--threads <N>", "--json", "less than 1 GB of memory" })
            Assert.Contains(expected, result.Output, StringComparison.Ordinal);
    }
}
