using System.Diagnostics;

namespace Descent.Cli.Tests;

public sealed class SavingTests : IDisposable
{
    private const int BadArguments = 2;
    private const string Letters = "abcdefghijklmnopqrstuvwxy";
    private const string LongName = Letters + Letters + Letters + Letters + Letters + Letters + Letters + Letters + Letters + Letters + "-long.keras"; // 261

    private readonly Tables _tables = new();

    public void Dispose() => _tables.Dispose();

    [Fact]
    public void Save_Classes_GivesAModelThatIsCompiledAndPredictsFromTheTable()
    {
        var (data, file) = (_tables.Moons(), _tables.PathOf("m.keras"));

        var result = DescentProcess.Run("train", data, "--target", "kind", "--epochs", "30", "--save", file);

        Assert.EndsWith($"Saved to '{file}'.", result.Output.TrimEnd(), StringComparison.Ordinal);
        var model = Model.Load(file);
        Assert.Equal(["Normalization", "Dense", "Dense", "Dense"], model.Layers.Select(layer => layer.GetType().Name));
        Assert.Equal(30 * 20, model.Optimizer!.Iterations); // batches of 8 rows out of 160
        // The middles of the two moons, as they stand in the table.
        var probabilities = model.Predict(Tensor.From([0f, 1f, 1f, -0.5f], shape: [2, 2])).AsSpan();
        Assert.InRange(probabilities[1], 0.9, 1); // lower, upper
        Assert.InRange(probabilities[2], 0.9, 1);
    }

    [Fact]
    public void Save_Numbers_GivesAModelInUnitsOfTheTarget()
    {
        var file = _tables.PathOf("m.keras");

        Assert.Equal(0, DescentProcess.Run("train", _tables.Prices(), "--target", "price", "--epochs", "40", "--save", file).ExitCode);

        var model = Model.Load(file);
        var input = Tensor.From([100f, 1f, 0f, 0f], shape: [1, 4]); // 100 square metres in town A
        Assert.InRange(model.Predict(input).AsSpan()[0], 92_500, 112_500);
        // The loss is that of standardised prices, so training can go on with the same learning rate.
        Assert.InRange(model.Evaluate(input, Tensor.From([102_500f], shape: [1, 1])).Loss, 0, 0.05);
    }

    [Theory]
    [InlineData("x,y\n", 1e-12, 0)]
    [InlineData("x,y\n", 1e25, 0)]
    [InlineData("x,y\n", 1, 1e9)]
    public void Save_NumbersThatFloat32CannotStandardise_StillPredicts(string header, double scale, double offset)
    {
        var rows = Enumerable.Range(0, 200).Select(i => FormattableString.Invariant($"{offset + scale * i:R},{offset + scale * (300 - i):R}"));
        var (data, file) = (_tables.Write(header + string.Join('\n', rows)), _tables.PathOf("m.keras"));

        Assert.Equal(0, DescentProcess.Run("train", data, "--target", "y", "--task", "regression", "--epochs", "20", "--save", file).ExitCode);

        var error = DescentProcess.Run("predict", file, data).Error;
        Assert.Matches(@"\(r2 0\.99\d*|\(r2 1\.0", error);
    }

    [Fact]
    public void Checkpoint_Killed_GoesOnAndEndsWithTheSameBytes()
    {
        var data = _tables.Moons();
        var undisturbed = Train(data, "undisturbed.keras", folder: null);

        using (var process = Start(data, "m.keras", "checkpoints"))
        {
            WaitForCheckpoint(process, _tables.PathOf("checkpoints"));
            process.Kill();
            DescentProcess.Finish(process);
        }

        Assert.False(File.Exists(_tables.PathOf("m.keras")));
        var result = Train(data, "m.keras", "checkpoints");
        Assert.Matches(@"(?m)^Going on from epoch \d+, batch \d+\.$", result.Output);
        Assert.Equal(LastLines(undisturbed), LastLines(result));
        Assert.Equal(File.ReadAllBytes(_tables.PathOf("undisturbed.keras")), File.ReadAllBytes(_tables.PathOf("m.keras")));
        Assert.False(Directory.Exists(_tables.PathOf("checkpoints")));
    }

    [Fact]
    public void Checkpoint_Interrupted_SavesTheResultSoFarAndGoesOn()
    {
        if (OperatingSystem.IsWindows()) return;
        var data = _tables.Moons();
        Train(data, "undisturbed.keras", folder: null);

        using (var process = Start(data, "m.keras", "checkpoints"))
        {
            WaitForCheckpoint(process, _tables.PathOf("checkpoints"));
            DescentProcess.Interrupt(process);
            var interrupted = DescentProcess.Finish(process);
            Assert.Equal(130, interrupted.ExitCode);
            Assert.Contains("Stopped by Ctrl+C", interrupted.Output, StringComparison.Ordinal);
            Assert.Contains("The same command goes on from here.", interrupted.Output, StringComparison.Ordinal);
        }

        Assert.NotEmpty(Model.Load(_tables.PathOf("m.keras")).Weights);
        Assert.Contains("Going on from epoch", Train(data, "m.keras", "checkpoints").Output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_tables.PathOf("undisturbed.keras")), File.ReadAllBytes(_tables.PathOf("m.keras")));
    }

    [Fact]
    public void Checkpoint_OfAnotherCommand_IsRefused()
    {
        var data = _tables.Moons();
        using (var process = Start(data, "m.keras", "checkpoints"))
        {
            WaitForCheckpoint(process, _tables.PathOf("checkpoints"));
            process.Kill();
            DescentProcess.Finish(process);
        }

        var result = DescentProcess.Run("train", data, "--target", "kind", "--epochs", "201", "--seed", "3", "--verbose", "0", "--checkpoint", _tables.PathOf("checkpoints"));
        result.AssertFailed(BadArguments, "where --epochs was 200 and is 201.");
        result = DescentProcess.Run("train", _tables.Moons(240), "--target", "kind", "--epochs", "200", "--seed", "3", "--verbose", "0", "--checkpoint", _tables.PathOf("checkpoints"));
        result.AssertFailed(BadArguments, "samples was 160 and is 192");
        File.WriteAllText(data, File.ReadAllText(data).Replace("lower", "under", StringComparison.Ordinal).Replace("0.1", "0.2", StringComparison.Ordinal));
        result = DescentProcess.Run("train", data, "--target", "kind", "--epochs", "200", "--seed", "3", "--verbose", "0", "--checkpoint", _tables.PathOf("checkpoints"));
        result.AssertFailed(BadArguments, "where checksums/data was ");
    }

    [Theory]
    [InlineData("--save", "m.h5", "--save must be a file whose name ends in .keras. Received: ")]
    [InlineData("--save", "nowhere/m.keras", "--save must be a file that can be written. Received: ")]
    [InlineData("--save", "folder.keras", "That is a folder.")]
    [InlineData("--save", "read-only.keras", "That file is read-only.")]
    [InlineData("--save", LongName, "is too long")]
    [InlineData("--checkpoint", "file", "That is a file.")]
    public void Output_ThatCannotBeWritten_IsRefusedBeforeTheTableIsRead(string option, string name, string message)
    {
        Directory.CreateDirectory(_tables.PathOf("folder.keras"));
        File.WriteAllText(_tables.PathOf("file"), "");
        File.WriteAllText(_tables.PathOf("read-only.keras"), "");
        File.SetAttributes(_tables.PathOf("read-only.keras"), FileAttributes.ReadOnly);

        DescentProcess.Run("train", _tables.Write(""), "--target", "y", option, _tables.PathOf(name)).AssertFailed(BadArguments, message);
    }

    [Fact]
    public void Save_ToANameAsLongAsThereAre_Saves()
    {
        var file = _tables.PathOf(LongName[6..]); // of 255 letters
        Assert.Equal(0, DescentProcess.Run("train", _tables.Moons(), "--target", "kind", "--epochs", "1", "--save", file).ExitCode);
        Assert.NotEmpty(Model.Load(file).Weights);
    }

    [Fact]
    public void Checkpoint_OfARefusedTable_LeavesNoFolder()
    {
        DescentProcess.Run("train", _tables.Write("x,y\n"), "--target", "y", "--checkpoint", _tables.PathOf("new/run"));
        Assert.False(Directory.Exists(_tables.PathOf("new")));
    }

    private CommandResult Train(string data, string file, string? folder)
    {
        using var process = Start(data, file, folder);
        var result = DescentProcess.Finish(process);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    private Process Start(string data, string file, string? folder)
    {
        string[] arguments = ["train", data, "--target", "kind", "--epochs", "200", "--seed", "3", "--save", _tables.PathOf(file)];
        return DescentProcess.Start(folder is null ? arguments : [.. arguments, "--checkpoint", _tables.PathOf(folder)]);
    }

    private static void WaitForCheckpoint(Process process, string folder)
    {
        // The folder comes and goes while the command tries whether it can be written into.
        var (parent, name) = (Path.GetDirectoryName(folder)!, Path.GetFileName(folder));
        while (!Directory.EnumerateFiles(parent, "*.keras", new EnumerationOptions { RecurseSubdirectories = true }).Any(f => Path.GetFileName(Path.GetDirectoryName(f)) == name))
        {
            Assert.False(process.HasExited, "The training must last until its first checkpoint.");
            Thread.Sleep(1);
        }
    }

    // How many epochs were run, and how well it went.
    private static string[] LastLines(CommandResult result) => result.Output.TrimEnd().Split('\n')[^3..^1];
}
