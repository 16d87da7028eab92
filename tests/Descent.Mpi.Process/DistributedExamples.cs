namespace Descent.Mpi.Ranks;

/// <summary>The code of docs/distributed.md.</summary>
internal static class DistributedExamples
{
    public static int FirstRun()
    {
        return MpiCommunicator.Run(mpi =>
        {
            Console.WriteLine($"Rank {mpi.Rank} of {mpi.Size}: {Environment.MachineName}, {mpi.LibraryVersion}");
            return 0;
        });
    }
}
