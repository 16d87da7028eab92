using System.Diagnostics;
using static Descent.Mpi.Tests.MpiRun;

namespace Descent.Mpi.Tests;

/// <summary>Ranks in real processes, started by real launchers.</summary>
public sealed class MpiCommunicatorTests
{
    [MpiTheory]
    [InlineData(OpenMpi, 1, "Open MPI v")]
    [InlineData(OpenMpi, 2, "Open MPI v")]
    [InlineData(OpenMpi, 3, "Open MPI v")]
    [InlineData(OpenMpi, 4, "Open MPI v")]
    [InlineData(Mpich, 1, "MPICH Version")]
    [InlineData(Mpich, 2, "MPICH Version")]
    [InlineData(Mpich, 3, "MPICH Version")]
    [InlineData(Mpich, 4, "MPICH Version")]
    public void Collectives_OfAnyNumberOfRanks_AreRightWithTheLibraryOfTheLauncher(string implementation, int ranks, string library)
    {
        var (exitCode, output) = MpiRun.Run(implementation, ranks, ["collectives"]);

        Assert.Equal(0, exitCode);
        for (var rank = 0; rank < ranks; rank++)
        {
            Assert.Contains($"rank {rank} of {ranks} is right with {library}", output, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("launched: False", output, StringComparison.Ordinal);
    }

    [MpiTheory]
    [InlineData("openmpi", "Open MPI v")]
    [InlineData("mpich", "MPICH Version")]
    [InlineData("", "")]
    public void Process_WithoutLauncher_IsTheOnlyRank(string setting, string library)
    {
        var (exitCode, output) = MpiRun.Run(null, 1, ["collectives"], ("DESCENT_MPI", setting));

        Assert.Equal(0, exitCode);
        Assert.Contains($"rank 0 of 1 is right with {library}", output, StringComparison.Ordinal);
        Assert.Contains("launched: False", output, StringComparison.Ordinal);
    }

    [MpiTheory]
    [InlineData(2)]
    [InlineData(3)]
    public void Collectives_ThroughTheStandardAbi_AreRight(int ranks)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var library = Path.Combine(folder.FullName, "libmpi_abi.so.1");
            using (var compiler = Process.Start("mpicc.mpich", ["-shared", "-fPIC", "-o", library, Path.Combine(AppContext.BaseDirectory, "abi.c")])) compiler.WaitForExit();

            var (exitCode, output) = MpiRun.Run(Mpich, ranks, ["collectives"], ("LD_LIBRARY_PATH", folder.FullName));

            Assert.Equal(0, exitCode);
            Assert.Contains($"rank {ranks - 1} of {ranks} is right with MPICH behind the standard ABI", output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [MpiTheory]
    [InlineData(OpenMpi)]
    [InlineData(Mpich)]
    public void Operations_AfterTheFirst_AllocateNothing(string implementation)
    {
        var (exitCode, output) = MpiRun.Run(implementation, 2, ["allocations"]);

        Assert.Equal(0, exitCode);
        Assert.Contains("rank 0 allocates 0 bytes", output, StringComparison.Ordinal);
        Assert.Contains("rank 1 allocates 0 bytes", output, StringComparison.Ordinal);
    }

    [MpiTheory]
    [InlineData(OpenMpi)]
    [InlineData(Mpich)]
    public void Signals_AfterMpiStarted_AreThoseOfDotNet(string implementation)
    {
        var (exitCode, output) = MpiRun.Run(implementation, 2, ["signals"]);

        Assert.Equal(0, exitCode);
        Assert.Contains("rank 0 finds null references", output, StringComparison.Ordinal);
        Assert.Contains("rank 1 finds null references", output, StringComparison.Ordinal);
    }

    [MpiTheory]
    [InlineData(OpenMpi)]
    [InlineData(Mpich)]
    public void Initialize_Twice_Throws(string implementation)
    {
        const string Message = "InvalidOperationException: MPI can be started once in a process, and was started before. Pass on the communicator that the first call returned.";

        Assert.Contains($"rank 1 {Message}", MpiRun.Run(implementation, 2, ["twice"]).Output, StringComparison.Ordinal);
        Assert.Contains($"rank 1 {Message}", MpiRun.Run(implementation, 2, ["disposed"]).Output, StringComparison.Ordinal);
    }

    [MpiTheory]
    [InlineData(OpenMpi)]
    [InlineData(Mpich)]
    public void Operation_AfterDispose_Throws(string implementation) =>
        Assert.Contains("rank 0 ObjectDisposedException", MpiRun.Run(implementation, 1, ["disposed"]).Output, StringComparison.Ordinal);

    [MpiTheory]
    [InlineData(OpenMpi)]
    [InlineData(Mpich)]
    public void Initialize_WithoutLibrary_SaysWhatToInstall(string implementation)
    {
        var (exitCode, output) = MpiRun.Run(implementation, 2, ["collectives"], ("DESCENT_MPI", "/nowhere/libmpi.so"));

        Assert.NotEqual(0, exitCode);
        Assert.Contains("An MPI library is needed, and none was found. Looked for: /nowhere/libmpi.so. Install one (Debian and Ubuntu: apt-get install", output, StringComparison.Ordinal);
    }

    [MpiTheory]
    [InlineData(OpenMpi, Mpich, "Open MPI's mpirun started 2 processes, but libmpich.so.12 (MPICH Version")]
    [InlineData(Mpich, OpenMpi, "A launcher of MPICH's kind started 2 processes, but libmpi.so.40 (Open MPI v")]
    public void Initialize_WithTheLibraryOfAnotherLauncher_Throws(string launcher, string library, string message)
    {
        var (exitCode, output) = MpiRun.Run(launcher, 2, ["collectives"], ("DESCENT_MPI", library));

        Assert.NotEqual(0, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Contains("knows of 1: they do not belong together.", output, StringComparison.Ordinal);
    }

    [MpiTheory]
    [InlineData(OpenMpi)]
    [InlineData(Mpich)]
    public void Operation_ThatFails_NamesItselfTheRankAndTheReason(string implementation)
    {
        var (exitCode, output) = MpiRun.Run(implementation, 2, ["truncated"]);

        Assert.Equal(5, exitCode);
        Assert.Contains("rank 1 CommunicationException: MPI_Bcast failed on rank 1 of 2 (", output, StringComparison.Ordinal);
        Assert.Contains("truncated", output, StringComparison.Ordinal);
    }

    [MpiTheory]
    [InlineData(OpenMpi, "abort", 3, "Rank 1 of 3 ends all with exit code 3")]
    [InlineData(OpenMpi, "throw", 1, "Rank 1 of 3 failed: System.InvalidOperationException: This rank fails.")]
    [InlineData(OpenMpi, "run", 1, "Rank 1 of 3 failed: System.InvalidOperationException: This rank fails.")]
    [InlineData(OpenMpi, "return", 7, "Rank 1 of 3 returned 7")]
    [InlineData(Mpich, "abort", 3, "Rank 1 of 3 ends all with exit code 3")]
    [InlineData(Mpich, "throw", 1, "Rank 1 of 3 failed: System.InvalidOperationException: This rank fails.")]
    [InlineData(Mpich, "run", 1, "Rank 1 of 3 failed: System.InvalidOperationException: This rank fails.")]
    [InlineData(Mpich, "return", 7, "Rank 1 of 3 returned 7")]
    public void Rank_ThatCannotGoOn_EndsAllWhoWaitForIt(string implementation, string how, int expected, string message)
    {
        var (exitCode, output) = MpiRun.Run(implementation, 3, [how, "1"]);

        Assert.Equal(expected, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }

    [MpiTheory]
    [InlineData(OpenMpi)]
    [InlineData(Mpich)]
    public void Ranks_ThatAllFail_AllSaySo(string implementation)
    {
        var (exitCode, output) = MpiRun.Run(implementation, 3, ["fail"]);

        Assert.Equal(1, exitCode);
        for (var rank = 0; rank < 3; rank++) Assert.Contains($"Rank {rank} of 3 failed: System.InvalidOperationException: All ranks fail.", output, StringComparison.Ordinal);
    }

}
