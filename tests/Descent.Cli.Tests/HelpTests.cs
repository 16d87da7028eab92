using System.Text.RegularExpressions;

namespace Descent.Cli.Tests;

public partial class HelpTests
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
        foreach (var expected in new[] { "--target <COLUMN> (REQUIRED)", "--validation-split", TaskGuess.Rule, ScheduleSpec.Forms, "130  stopped by Ctrl+C or SIGTERM", "Started by mpirun or srun" })
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

    [Theory]
    [InlineData("compare", "--optimizers <NAME,…> (REQUIRED)", "--report <FILE.html>", ScheduleSpec.Forms, "130  stopped by Ctrl+C")]
    [InlineData("predict", "--out <FILE.csv>", "the probability of each class")]
    [InlineData("inspect", "--verify", ".keras, .h5, .hdf5, .safetensors, .npz, .npy")]
    public void Help_OfFiles_ExplainsOptions(string command, params string[] expected)
    {
        var result = DescentProcess.Run(command, "--help");

        Assert.Equal(0, result.ExitCode);
        Assert.All(expected, text => Assert.Contains(text, result.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("train")]
    [InlineData("compare")]
    [InlineData("predict")]
    [InlineData("inspect")]
    [InlineData("bench")]
    public void Page_EveryOption_IsExplained(string command)
    {
        var page = File.ReadAllText(Path.Combine(Descent.Tests.Golden.Root, "docs", "cli.md"));

        var options = OptionName().Matches(DescentProcess.Run(command, "--help").Output).Select(match => match.Value).Distinct().Where(name => name is not ("--help" or "--version")).ToList();
        Assert.NotEmpty(options);
        Assert.All(options, name => Assert.Contains(name, page, StringComparison.Ordinal));
    }

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex OptionName();
}
