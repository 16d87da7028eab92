namespace Descent.Cli.Tests;

public sealed class CompareTests : IDisposable
{
    private const int BadArguments = 2;
    private const int Cancelled = 130;

    private readonly Tables _tables = new();

    public void Dispose() => _tables.Dispose();

    [Fact]
    public void Compare_Table_PrintsProgressTableAndReport()
    {
        var report = _tables.PathOf("r.html");
        var result = DescentProcess.Run("compare", _tables.Moons(), "--target", "kind", "--optimizers", "sgd,adam", "--learning-rates", "0.1,0.01", "--runs", "2", "--epochs", "4", "--report", report);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var lines = result.Output.TrimEnd().Split('\n');
        Assert.Contains("2 optimizers × 2 learning rates × 2 runs, 4 epochs each", lines);
        Assert.Equal(["Run 1/2, SGD", "Run 1/2, Adam", "Run 2/2, SGD", "Run 2/2, Adam"], lines.Where(l => l.StartsWith("Run", StringComparison.Ordinal)).Select(l => l.Split(':')[0]));
        Assert.StartsWith("optimizer  rate  ", lines[^4], StringComparison.Ordinal);
        Assert.Matches(@"^Adam .* 0\.\d+ ± 0\.\d{4} .*µs +8$", lines[^3]);
        Assert.Equal($"Report in '{report}'.", lines[^1]);
        var page = File.ReadAllText(report);
        Assert.Contains($"--optimizers sgd,adam --learning-rates 0.1,0.01 --runs 2 --epochs 4 --report {report}</code>", page, StringComparison.Ordinal);
        Assert.Contains("<h1>Optimizers compared: kind of ", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_SameSeed_GivesTheSameJson()
    {
        var table = _tables.Prices();
        string[] arguments = ["compare", table, "--target", "price", "--optimizers", "adam,sgd", "--learning-rates", "0.01,1e6", "--runs", "2", "--epochs", "3", "--json"];
        var first = DescentProcess.Run(arguments);
        var json = first.Json();

        Assert.Contains("Run 2/2, SGD", first.Error, StringComparison.Ordinal);
        Assert.Equal(("regression", "val_r2_score", 2), ((string?)json["task"], (string?)json["monitor"], (int)json["runs"]!));
        Assert.Equal([true, true], json["optimizers"]!.AsArray().Select(o => (bool)o!["rates"]![1]!["diverged"]! || (string?)o["name"] == "Adam"));
        var again = DescentProcess.Run(arguments).Json();
        foreach (var optimizer in json["optimizers"]!.AsArray().Concat(again["optimizers"]!.AsArray())) Assert.True(optimizer!.AsObject().Remove("step_seconds"));
        Assert.Equal(json.ToJsonString(), again.ToJsonString());
    }

    [Fact]
    public void Compare_ColumnWithMarkup_DoesNotBreakTheReport()
    {
        var report = _tables.PathOf("r.html");
        var table = _tables.Write("a,</script><b>\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},{(i % 3 == 0 ? "x" : "y")}\n")));
        var result = DescentProcess.Run("compare", table, "--target", "</script><b>", "--optimizers", "sgd", "--learning-rates", "0.1", "--runs", "1", "--epochs", "2", "--verbose", "0", "--report", report);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var page = File.ReadAllText(report);
        Assert.Contains("--target &#39;&lt;/script&gt;&lt;b&gt;&#39;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--optimizers", "adam,lionn", "Did you mean 'Lion'")]
    [InlineData("--optimizers", "nothing_like_it", "--optimizers must be one of SGD, RMSprop, Adagrad,")]
    [InlineData("--optimizers", ",", "--optimizers must be 1 to 20 names with commas between. Received: ','.")]
    [InlineData("--optimizers", "adam,Adam", "--optimizers must be names of different optimizers. Received: 'adam,Adam'.")]
    [InlineData("--learning-rates", "0.1,x", "--learning-rates must be a number above 0 and finite in float32, or several with commas between. Received: 'x'.")]
    [InlineData("--learning-rates", "0.1,1e-1", "--learning-rates must be different numbers. Received: '0.1,1e-1'.")]
    [InlineData("--runs", "0", "--runs must be a whole number of 1 or more. Received: '0'.")]
    [InlineData("--verbose", "2", "--verbose must be 0 or 1. Received: '2'.")]
    [InlineData("--schedule", """{"class_name": "ExponentialDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5}}""", "--schedule must begin at each of the --learning-rates.")]
    [InlineData("--patience", "3", "Unrecognized command or argument '--patience'.")]
    public void Compare_BadArgument_SaysWhatItMustBe(string option, string value, string message)
    {
        string[] given = option == "--optimizers" ? [] : ["--optimizers", "sgd"];
        DescentProcess.Run(["compare", _tables.Moons(40), "--target", "kind", .. given, option, value]).AssertFailed(BadArguments, message);
    }

    [Fact]
    public void Compare_NoOptimizers_AsksForThem() =>
        DescentProcess.Run("compare", _tables.Moons(40), "--target", "kind").AssertFailed(BadArguments, "Option '--optimizers' is required.");

    [Fact]
    public void Compare_ReportThatCannotBeWritten_FailsBeforeTheWork() =>
        DescentProcess.Run("compare", "nowhere.csv", "--target", "y", "--optimizers", "sgd", "--report", _tables.PathOf("missing/r.html")).AssertFailed(BadArguments, "--report must be a file that can be written.");

    [Fact]
    public void Compare_ReportInPlaceOfTheTable_LeavesTheTable()
    {
        var table = _tables.Moons();
        var before = File.ReadAllText(table);
        var byAnotherName = Path.Combine(Path.GetDirectoryName(table)!, ".", Path.GetFileName(table));
        DescentProcess.Run("compare", table, "--target", "kind", "--optimizers", "sgd", "--runs", "1", "--epochs", "1", "--report", byAnotherName)
            .AssertFailed(BadArguments, "That file is read, and would be lost.");
        Assert.Equal(before, File.ReadAllText(table));
    }

    [Fact]
    public void Compare_Interrupted_ReportsTheRunsThatAreOver()
    {
        if (OperatingSystem.IsWindows()) return;
        using var process = DescentProcess.Start("compare", _tables.Moons(), "--target", "kind", "--optimizers", "sgd", "--learning-rates", "0.1", "--runs", "100000", "--epochs", "3");
        string? line;
        do line = process.StandardOutput.ReadLine();
        while (line is not null && !line.StartsWith("Run 2/", StringComparison.Ordinal));
        DescentProcess.Interrupt(process);
        var result = DescentProcess.Finish(process);

        Assert.Equal(Cancelled, result.ExitCode);
        Assert.Matches(@"Stopped by Ctrl\+C; the result of \d+ runs:\s+optimizer ", result.Output);
        Assert.Contains("SGD ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ShellWords_Join_QuotesWhatAShellWouldTakeApart() =>
        Assert.Equal(@"descent a.csv '' 'a b' 'it'\''s' '<b>'", ShellWords.Join(["descent", "a.csv", "", "a b", "it's", "<b>"]));
}
