namespace Descent.Cli.Tests;

public sealed class TrainTests : IDisposable
{
    private readonly Tables _tables = new();

    public void Dispose() => _tables.Dispose();

    [Fact]
    public void Train_Classes_LearnsWhatNoLineParts()
    {
        var json = DescentProcess.Run("train", _tables.Moons(), "--target", "kind", "--json").Json();

        Assert.Equal(["task", "epochs", "loss", "val_loss", "val_accuracy"], json.Select(pair => pair.Key));
        Assert.Equal("classification", (string?)json["task"]);
        Assert.InRange((double)json["val_accuracy"]!, 0.95, 1);
        Assert.InRange((int)json["epochs"]!, 1, 300);
    }

    [Fact]
    public void Train_Numbers_ReportsInUnitsOfTheTarget()
    {
        var json = DescentProcess.Run("train", _tables.Prices(), "--target", "price", "--json").Json();

        Assert.Equal(["task", "epochs", "loss", "val_loss", "val_mae", "val_r2"], json.Select(pair => pair.Key));
        Assert.Equal("regression", (string?)json["task"]);
        Assert.InRange((double)json["val_mae"]!, 500, 10_000);
        Assert.InRange((double)json["val_r2"]!, 0.98, 1);
    }

    [Fact]
    public void Train_WithoutJson_PrintsSummaryProgressAndResult()
    {
        var result = DescentProcess.Run("train", _tables.Prices(), "--target", "price", "--hidden", "8,4", "--epochs", "20");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("", result.Error);
        Assert.Contains("300 rows, 240 to train and 60 to validate on; 4 features", result.Output, StringComparison.Ordinal);
        Assert.Contains("Column 'id' is left out", result.Output, StringComparison.Ordinal);
        Assert.Contains("(None, 8)", result.Output, StringComparison.Ordinal);
        Assert.Contains("Epoch 20/20", result.Output, StringComparison.Ordinal);
        Assert.Contains("Ran 20 of 20 epochs", result.Output, StringComparison.Ordinal);
        Assert.StartsWith("For 60 rows it had not seen, the network is off by ", result.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Train_JsonAndVerbose_KeepsTheStandardOutputForJson()
    {
        var result = DescentProcess.Run("train", _tables.Moons(), "--target", "kind", "--json", "--verbose", "2", "--epochs", "3");

        Assert.Equal(3, (int)result.Json()["epochs"]!);
        Assert.Contains("(None, 96)", result.Error, StringComparison.Ordinal);
        Assert.Contains("Epoch 3/3", result.Error, StringComparison.Ordinal);
        Assert.Contains("the network classified", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_VerboseZero_PrintsTheResultAlone()
    {
        var result = DescentProcess.Run("train", _tables.Moons(), "--target", "kind", "--verbose", "0", "--epochs", "2");

        Assert.Single(result.Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Train_Seed_DecidesTheResult()
    {
        var path = _tables.Moons();
        string Train(string seed) => DescentProcess.Run("train", path, "--target", "kind", "--json", "--epochs", "5", "--seed", seed).Output;

        Assert.Equal(Train("1"), Train("1"));
        Assert.NotEqual(Train("1"), Train("2"));
    }

    [Fact]
    public void Train_EveryOption_IsTaken()
    {
        var json = DescentProcess.Run(
            "train", _tables.Prices(), "--target", "price", "--task", "regression", "--ignore", "id", "--categorical", "town", "--hidden", "none",
            "--activation", "relu", "--optimizer", "sgd", "--learning-rate", "0.01", "--schedule", "exponential:0.9", "--epochs", "4", "--patience", "2",
            "--batch-size", "2147483647", "--validation-split", "0.3", "--seed", "5", "--deterministic", "--shard-optimizer-state", "--json", "--verbose", "0").Json();

        Assert.Equal(4, (int)json["epochs"]!);
    }

    [Fact]
    public void Train_TaskGiven_OverridesTheGuess()
    {
        var path = _tables.Write("x,y\n" + string.Join('\n', Enumerable.Range(0, 60).Select(i => $"{i},{i / 20}")));

        Assert.Equal("classification", (string?)DescentProcess.Run("train", path, "--target", "y", "--epochs", "1", "--json").Json()["task"]);
        Assert.Equal("regression", (string?)DescentProcess.Run("train", path, "--target", "y", "--epochs", "1", "--json", "--task", "regression").Json()["task"]);
    }

    [Theory]
    [InlineData(2, "Ctrl+C")]
    [InlineData(15, "SIGTERM")]
    public void Train_Interrupted_ReportsAndExitsWith130(int signal, string cause)
    {
        if (OperatingSystem.IsWindows())
            return;

        using var process = DescentProcess.Start("train", _tables.Moons(), "--target", "kind", "--epochs", "1000000", "--patience", "0", "--json");
        // The first epochs are on the screen: training runs.
        while (process.StandardError.ReadLine() is { } line && !line.StartsWith("Target", StringComparison.Ordinal))
        {
        }
        Thread.Sleep(500);
        DescentProcess.Interrupt(process, signal);
        var result = DescentProcess.Finish(process);

        Assert.Equal(130, result.ExitCode);
        Assert.Contains($"Stopped by {cause}; the result so far:", result.Error, StringComparison.Ordinal);
        Assert.Contains("\"val_accuracy\":", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_Live_PrintsTheAddress_AndItsButtonKeepsTheResult()
    {
        using var process = DescentProcess.Start("train", _tables.Moons(), "--target", "kind", "--epochs", "1000000", "--patience", "0", "--json", "--checkpoint", _tables.PathOf("run"), "--live");
        string? line;
        do line = await process.StandardError.ReadLineAsync();
        while (line?.StartsWith("Live page: ", StringComparison.Ordinal) == false);
        var address = new Uri(line!["Live page: ".Length..]);

        while (!Directory.Exists(_tables.PathOf("run")) || Directory.GetFiles(_tables.PathOf("run"), "*.keras").Length == 0) await Task.Delay(20);
        using var client = new HttpClient();
        Assert.Contains("<!doctype html>", await client.GetStringAsync(address), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/stop"));
        request.Headers.Add("X-Descent-Token", address.Query["?token=".Length..]);
        using var response = await client.SendAsync(request);
        var result = DescentProcess.Finish(process);

        Assert.Contains("Stopped by the button of the live page; the result so far:", result.Error, StringComparison.Ordinal);
        Assert.InRange((int)result.Json()["epochs"]!, 1, 1_000_000);
        Assert.NotEmpty(Directory.GetFiles(_tables.PathOf("run"), "*.keras"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("http")]
    public void Train_LiveAtNoPort_IsRefused(string port) => DescentProcess.Run("train", _tables.Moons(), "--target", "kind", "--live", port)
        .AssertFailed(2, $"--live must be a whole number from 1 to 65535. Received: '{port}'.");
}
