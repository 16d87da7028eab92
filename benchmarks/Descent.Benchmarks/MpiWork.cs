using System.Diagnostics;
using System.Globalization;
using Descent.Distribution;
using Descent.Mpi;

namespace Descent.Benchmarks;

/// <summary>Times all-reduces between the ranks that mpirun started: the work of peers/mpi_peer.c.</summary>
internal static class MpiWork
{
    private const int Rounds = 15, Largest = 1 << 24;

    /// <summary>Prints a line of JSON for each size on rank 0: the least time of several rounds.</summary>
    public static void Run()
    {
        using var communicator = MpiCommunicator.Initialize();
        Measure(communicator, "all-reduce", communicator.AllReduce);
        Measure(communicator, "started all-reduce", data => communicator.StartAllReduce(data).Wait());
    }

    private static void Measure(Communicator communicator, string name, Action<Memory<float>> reduce)
    {
        for (var count = 1; count <= Largest; count *= 16)
        {
            var data = GC.AllocateArray<float>(count, pinned: true); // where the library's own tensors lie
            var calls = (20000 / (1 + (count / 256))) + 1;
            var least = double.MaxValue;
            for (var round = 0; round < Rounds; round++)
            {
                communicator.Barrier();
                var start = Stopwatch.GetTimestamp();
                for (var i = 0; i < calls; i++) reduce(data);
                least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls);
            }

            if (communicator.Rank != 0) continue;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $$"""{"work": "{{name}} {{sizeof(float) * count}} B", "us": {{least:F3}}}"""));
        }
    }
}
