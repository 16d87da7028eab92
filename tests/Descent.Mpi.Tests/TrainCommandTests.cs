using System.Diagnostics;
using System.Text.Json.Nodes;
using static Descent.Mpi.Tests.MpiRun;

namespace Descent.Mpi.Tests;

/// <summary><c>descent train</c> on several ranks: one result, one voice.</summary>
public sealed class TrainCommandTests : IDisposable
{
    private const int BadData = 1, BadArguments = 2;

    // Sums of float32 in another order, over a hundred steps.
    private const double Tolerance = 1e-4;

    private const int PauseMilliseconds = 5; // between looks into a folder

    private readonly CommandRun _command = new();

    public void Dispose() => _command.Dispose();

    [MpiTheory]
    [InlineData(OpenMpi, 2, 4)]
    [InlineData(Mpich, 1, 3)]
    public void Train_OnRanks_HasTheResultOfOneProcess(string implementation, params int[] counts)
    {
        var alone = JsonNode.Parse(_command.Train(null, 1, "--epochs", "6"))!.AsObject();
        foreach (var ranks in counts)
        {
            var together = JsonNode.Parse(_command.Train(implementation, ranks, "--epochs", "6"))!.AsObject();
            Assert.Equal(alone.Select(pair => pair.Key), together.Select(pair => pair.Key));
            Assert.Equal((string?)alone["task"], (string?)together["task"]);
            Assert.All(["epochs", "loss", "val_loss", "val_accuracy"], key => Assert.Equal((double)alone[key]!, (double)together[key]!, Tolerance));
        }
    }

    [MpiTheory]
    [InlineData(OpenMpi, 1, 3, 4)]
    [InlineData(Mpich, 2)]
    public void Train_ThatIsDeterministic_HasTheSameBitsOnAnyNumberOfRanks(string implementation, params int[] counts)
    {
        string[] options = ["--epochs", "5", "--deterministic", "--save", _command.PathOf("m.keras")];
        var alone = (_command.Train(null, 1, options), File.ReadAllBytes(_command.PathOf("m.keras")));
        foreach (var ranks in counts)
        {
            string[] sharded = ranks > 2 ? ["--shard-optimizer-state"] : [];
            Assert.Equal(alone.Item1, _command.Train(implementation, ranks, [.. options, .. sharded]));
            Assert.Equal(alone.Item2, File.ReadAllBytes(_command.PathOf("m.keras")));
        }
    }

    [MpiTheory]
    [InlineData(OpenMpi, Mpich)]
    public void Train_Terminated_SavesTheResultSoFar_AndGoesOnWithAnotherNumberOfRanks(string first, string second)
    {
        string[] Saved(string name) => ["train", _command.PathOf("moons.csv"), "--target", "kind", "--epochs", "400", "--deterministic", "--save", _command.PathOf(name)];
        string[] kept = [.. Saved("m.keras"), "--checkpoint", _command.PathOf("run")];
        Assert.Equal(0, CommandRun.Run(null, (1, Saved("undisturbed.keras"))).ExitCode);

        Assert.Equal(1, Terminate(first, 2, [.. kept, "--shard-optimizer-state"])); // the exit code of Open MPI's mpirun after a signal, whatever ranks say
        Refused(CommandRun.Run(first, (2, [.. kept, "--seed", "9", "--verbose", "0"])), BadArguments, $"rank 0 of 2 ({Environment.MachineName}): --checkpoint must be the folder of the same command");
        Assert.Contains(Terminate(second, 3, kept), new[] { 130, 0 }); // MPICH's mpirun has been seen to lose the code of ranks that end while it passes the signal on
        Assert.Contains("Going on from epoch ", CommandRun.Run(null, (1, kept)).Output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_command.PathOf("undisturbed.keras")), File.ReadAllBytes(_command.PathOf("m.keras")));
        Assert.False(Directory.Exists(_command.PathOf("run")));
    }

    [MpiTheory]
    [InlineData(OpenMpi)]
    [InlineData(Mpich)]
    public void Ranks_OfACommandThatIsWrong_SaySoOnce(string implementation)
    {
        var table = _command.PathOf("moons.csv");
        Refused(implementation, BadArguments, "--epochs must be a whole number of 1 or more. Received: 'x'.", "train", table, "--target", "kind", "--epochs", "x");
        Refused(implementation, BadArguments, "--target: The name must be that of a column", "train", table, "--target", "kin");
        Refused(implementation, BadArguments, "--batch-size must give each of 2 ranks a row. Received: batches of 1 rows.", "train", table, "--target", "kind", "--batch-size", "1", "--verbose", "0");
        Refused(implementation, BadArguments, "'inspect' must run in one process; only 'train' can run in several. Received: 2 ranks.", "inspect", table);
    }

    [MpiTheory]
    [InlineData(OpenMpi)]
    [InlineData(Mpich)]
    public void Ranks_WithOtherTables_NameTheRankThatDiffers(string implementation)
    {
        (int, string[]) Own(int rank) => (1, ["train", _command.PathOf($"{rank}.csv"), "--target", "kind", "--verbose", "0"]);
        _command.WriteMoons("0.csv", 200);
        _command.WriteMoons("1.csv", 200);
        var rank2 = $"rank 2 of 3 ({Environment.MachineName})";
        Refused(CommandRun.Run(implementation, Own(0), Own(1), Own(2)), BadArguments, $"{rank2}: DATA.csv must be the path of a CSV file. Received: '{_command.PathOf("2.csv")}', which is not a file.");

        _command.WriteMoons("2.csv", 180);
        Refused(CommandRun.Run(implementation, Own(0), Own(1), Own(2)), BadData, $"DATA.csv must be the same for all ranks. Received: another one for {rank2} than for rank 0.");
    }

    [MpiTheory]
    [InlineData(OpenMpi)]
    [InlineData(Mpich)]
    public void Ranks_WithoutLibrary_SayWhatToInstall(string implementation)
    {
        using var process = Start([.. Launcher(implementation), "-n", "2", .. Program("Descent.Cli.dll", "train", "moons.csv", "--target", "kind")], ("DESCENT_MPI", "/nowhere/libmpi.so"));
        var (exitCode, output) = End(process);

        Assert.Equal(BadArguments, exitCode);
        Assert.Contains("descent: An MPI library is needed, and none was found.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [MpiTheory]
    [InlineData(Mpich)]
    public void Help_OfSeveralRanks_IsPrintedOnce(string implementation)
    {
        var (exitCode, output) = CommandRun.Run(implementation, (2, ["train", "--help"]));

        Assert.Equal(0, exitCode);
        Assert.Equal(2, output.Split("--deterministic").Length);
    }

    // Sends the signal once a checkpoint was written.
    private int Terminate(string implementation, int ranks, string[] arguments)
    {
        var before = Checkpoints();
        using var process = CommandRun.Start(implementation, [("OMPI_MCA_odls_base_sigkill_timeout", "5")], (ranks, arguments)); // Open MPI kills ranks that take longer
        Await(process, limit => SpinWait.SpinUntil(() => process.WaitForExit(PauseMilliseconds) || Checkpoints().Except(before).Any(), limit), () => End(process).Output);
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"])) kill.WaitForExit();
        var (exitCode, output) = End(process);
        Assert.Contains("Stopped by SIGTERM; the result so far:", output, StringComparison.Ordinal);
        Assert.Contains($"Saved to '{_command.PathOf("m.keras")}'.", output, StringComparison.Ordinal);
        return exitCode;
    }

    private string[] Checkpoints()
    {
        try
        {
            return Directory.GetFiles(_command.PathOf("run"), "*.keras");
        }
        catch (DirectoryNotFoundException)
        {
            return []; // not yet, or only made to see whether it can be
        }
    }

    private static void Refused(string implementation, int exitCode, string message, params string[] arguments) => Refused(CommandRun.Run(implementation, (2, arguments)), exitCode, message);

    private static void Refused((int ExitCode, string Output) result, int exitCode, string message)
    {
        Assert.Equal(exitCode, result.ExitCode);
        var line = Assert.Single(result.Output.ReplaceLineEndings("\n").Split('\n'), line => line.StartsWith("descent: ", StringComparison.Ordinal));
        Assert.StartsWith($"descent: {message}", line, StringComparison.Ordinal);
        Assert.DoesNotContain(" failed", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Output, StringComparison.Ordinal);
    }
}
