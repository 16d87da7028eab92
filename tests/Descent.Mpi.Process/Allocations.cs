using Descent.Distribution;

namespace Descent.Mpi.Ranks;

/// <summary>Counts what the operations leave to the garbage collector.</summary>
internal static class Allocations
{
    /// <summary>How many bytes a round of all operations allocates after the first.</summary>
    public static long PerRound(Communicator communicator)
    {
        const int Rounds = 100;
        var counts = Enumerable.Repeat(100, communicator.Size).ToArray();
        var (whole, part, bytes) = (new float[100 * communicator.Size], new float[100], new byte[10]);
        var requests = new CollectiveRequest[3];
        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++) Round();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;

        void Round()
        {
            communicator.Broadcast(bytes.AsMemory());
            communicator.AllReduce(whole);
            communicator.ReduceScatter(whole, part, counts);
            communicator.AllGather<float>(part, whole, counts);
            requests[0] = communicator.StartReduceScatter(whole, part, counts);
            requests[0].Wait();
            requests[1] = communicator.StartAllReduce(part);
            requests[2] = communicator.StartAllGather(whole.AsMemory(communicator.Rank * 100, 100), whole, counts);
            while (!requests[1].Test())
            {
            }

            requests[2].Wait();
            communicator.Barrier();
        }
    }
}
