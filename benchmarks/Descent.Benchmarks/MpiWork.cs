using System.Diagnostics;
using System.Globalization;
using Descent.Distribution;
using Descent.Mpi;

namespace Descent.Benchmarks;

/// <summary>Times all-reduces between the ranks that mpirun started: the work of peers/mpi_peer.c.</summary>
internal static class MpiWork
{
    private const int Rounds = 15, Largest = 1 << 24, HundredMB = 25 << 20, Piece = 1 << 18, MostCalls = 20000;
    private const double SecondsOfRound = 0.02;

    /// <summary>Prints a line of JSON for each size on rank 0: the least time of several rounds.</summary>
    /// <param name="largest">The elements of the largest sum.</param>
    public static void Run(int largest = Largest)
    {
        using var communicator = MpiCommunicator.Initialize();
        for (var count = 1; count <= largest; count *= 16) Measure(communicator, "all-reduce", count, communicator.AllReduce);
        for (var count = 1; count <= largest; count *= 16) Measure(communicator, "started all-reduce", count, Started);
        if (largest < Largest) return;
        Measure(communicator, "at once", HundredMB, communicator.AllReduce);
        Measure(communicator, "in pieces of 1 MB", HundredMB, data =>
        {
            for (var i = 0; i < data.Length; i += Piece) Started(data.Slice(i, Piece));
        });

        void Started(Memory<float> data) => communicator.StartAllReduce(data).Wait();
    }

    private static void Measure(MpiCommunicator communicator, string name, int count, Action<Memory<float>> reduce)
    {
        var data = GC.AllocateArray<float>(count, pinned: true); // where the library's own tensors lie
        var (least, all) = (double.MaxValue, new[] { 0.0 });
        var calls = new[] { 1 };
        for (var round = 0; round < 2 || (round < Rounds && all[0] < 2 * Rounds * SecondsOfRound); round++)
        {
            communicator.Barrier();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < calls[0]; i++) reduce(data);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (round > 0) least = Math.Min(least, seconds / calls[0]); // the first warms up
            all[0] += seconds;
            calls[0] = (int)Math.Clamp(calls[0] * SecondsOfRound / seconds, 1, MostCalls);
            communicator.Broadcast<int>(calls);
            communicator.Broadcast<double>(all);
        }

        if (communicator.Rank != 0) return;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $$"""{"work": "{{name}} {{sizeof(float) * count}} B", "us": {{least * 1e6:F3}}}"""));
    }
}
