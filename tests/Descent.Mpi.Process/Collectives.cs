using System.Numerics;
using Descent.Distribution;

namespace Descent.Mpi.Ranks;

/// <summary>What every communicator must do, whatever carries its messages. All values are whole numbers that no type here rounds.</summary>
internal static class Collectives
{
    private const int Large = 300_007; // far above what libraries send at once

    /// <summary>None, one, odd ones, and some that cross vectors and pages.</summary>
    private static readonly int[] s_lengths = [0, 1, 3, 257, 4099];

    /// <summary>Runs all operations on this rank.</summary>
    /// <exception cref="InvalidOperationException">One gave another result.</exception>
    public static void Check(Communicator communicator)
    {
        foreach (var length in s_lengths)
        {
            CheckType<float>(communicator, length, communicator.AllReduce);
            CheckType<double>(communicator, length, communicator.AllReduce);
            CheckType<int>(communicator, length, communicator.AllReduce);
            CheckType<long>(communicator, length, communicator.AllReduce);
            CheckType<byte>(communicator, length, allReduce: null);
            CheckReduceScatter(communicator, length);
        }

        CheckReduceScatter(communicator, Large);
        foreach (var length in (int[])[0, 257, Large]) CheckStarted(communicator, length);
        CheckPinned(communicator);
        communicator.Barrier();
    }

    private static void CheckType<T>(Communicator communicator, int length, Action<Memory<T>>? allReduce)
        where T : unmanaged, INumber<T>
    {
        for (var root = 0; root < communicator.Size; root++)
        {
            var data = communicator.Rank == root ? Terms<T>(root, length) : new T[length];
            communicator.Broadcast(data.AsMemory(), root);
            Expect($"broadcast from {root}", Terms<T>(root, length), data);
        }

        var counts = Counts(communicator, length);
        var whole = Parts(communicator, counts, Terms<T>);
        var gathered = new T[whole.Length];
        communicator.AllGather<T>(Terms<T>(communicator.Rank, counts[communicator.Rank]), gathered, counts);
        Expect("all-gather", whole, gathered);

        // The same from the part's own place.
        var place = Own(communicator, counts);
        Array.Fill(gathered, T.One);
        whole.AsSpan(place).CopyTo(gathered.AsSpan(place));
        communicator.AllGather<T>(gathered.AsMemory(place), gathered, counts);
        Expect("all-gather in place", whole, gathered);

        if (allReduce is null) return;
        var sums = Terms<T>(communicator.Rank, length);
        allReduce(sums);
        Expect("all-reduce", Sums<T>(communicator, length), sums);

        // A part of an array, whose neighbours must stay as they are.
        T[] padded = [T.One, .. Terms<T>(communicator.Rank, length), T.One];
        allReduce(padded.AsMemory(1, length));
        Expect("all-reduce of a part", [T.One, .. Sums<T>(communicator, length), T.One], padded);
    }

    private static void CheckReduceScatter(Communicator communicator, int length)
    {
        var counts = Counts(communicator, length);
        var data = Terms<float>(communicator.Rank, counts.Sum());
        var part = new float[counts[communicator.Rank]];
        communicator.ReduceScatter(data, part, counts);
        Expect("reduce-scatter", Sums<float>(communicator, data.Length)[Own(communicator, counts)], part);
        Expect("the terms of reduce-scatter", Terms<float>(communicator.Rank, data.Length), data);
    }

    /// <summary>Several operations of all kinds under way at once, ended in another order, twice so that requests are used again.</summary>
    private static void CheckStarted(Communicator communicator, int length)
    {
        for (var round = 0; round < 2; round++)
        {
            var counts = Counts(communicator, length);
            var reduced = Enumerable.Range(0, 5).Select(i => Terms<float>(communicator.Rank + i, length)).ToArray();
            var terms = Terms<float>(communicator.Rank, counts.Sum());
            var (part, gathered) = (new float[counts[communicator.Rank]], new float[terms.Length]);
            var whole = Parts(communicator, counts, Terms<float>);
            List<CollectiveRequest> requests = [.. reduced.Select(data => communicator.StartAllReduce(data))];
            requests.Add(communicator.StartReduceScatter(terms, part, counts));
            requests.Add(communicator.StartAllGather(whole.AsMemory()[Own(communicator, counts)], gathered, counts));
            Array.Clear(counts); // they were only lent
            while (!requests[2].Test()) Thread.Yield();
            requests.RemoveAt(2);
            foreach (var request in Enumerable.Reverse(requests)) request.Wait();
            for (var i = 0; i < reduced.Length; i++)
            {
                var expected = Enumerable.Range(0, communicator.Size).Select(rank => Terms<float>(rank + i, length));
                Expect("started all-reduce", expected.Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]), reduced[i]);
            }

            Expect("started reduce-scatter", Sums<float>(communicator, terms.Length)[Own(communicator, Counts(communicator, length))], part);
            Expect("started all-gather", whole, gathered);
        }
    }

    /// <summary>Buffers that a collection would move while rank 0 waits for the others.</summary>
    private static void CheckPinned(Communicator communicator)
    {
        const int Length = 100;
        var counts = Enumerable.Repeat(Length, communicator.Size).ToArray();
        Array.Fill(new int[10_000], 1); // nobody's: what is made after it slides down
        var (reduced, terms, part) = (Terms<float>(communicator.Rank, Length), Terms<float>(communicator.Rank, Length * communicator.Size), new float[Length]);
        var (own, gathered) = (Terms<float>(communicator.Rank, Length), new float[Length * communicator.Size]);
        if (communicator.Rank > 0) Thread.Sleep(100);
        CollectiveRequest[] requests =
        [
            communicator.StartAllReduce(reduced),
            communicator.StartReduceScatter(terms, part, counts),
            communicator.StartAllGather(own, gathered, counts),
        ];
        if (communicator.Rank == 0) GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        foreach (var request in requests) request.Wait();
        Expect("all-reduce during a collection", Sums<float>(communicator, Length), reduced);
        Expect("reduce-scatter during a collection", Sums<float>(communicator, terms.Length)[Own(communicator, counts)], part);
        Expect("all-gather during a collection", Parts(communicator, counts, Terms<float>), gathered);
    }

    /// <summary>Different lengths for the ranks, none for the second.</summary>
    private static int[] Counts(Communicator communicator, int length) =>
        [.. Enumerable.Range(0, communicator.Size).Select(rank => rank == 1 ? 0 : (length / communicator.Size) + rank)];

    private static Range Own(Communicator communicator, int[] counts)
    {
        var start = counts.Take(communicator.Rank).Sum();
        return start..(start + counts[communicator.Rank]);
    }

    private static T[] Parts<T>(Communicator communicator, int[] counts, Func<int, int, T[]> part) =>
        [.. Enumerable.Range(0, communicator.Size).SelectMany(rank => part(rank, counts[rank]))];

    private static T[] Terms<T>(int rank, int length)
        where T : INumber<T> => [.. Enumerable.Range(0, length).Select(i => T.CreateTruncating(((rank + 1) * (i % 17)) + rank))];

    private static T[] Sums<T>(Communicator communicator, int length)
        where T : INumber<T> =>
        Enumerable.Range(0, communicator.Size).Select(rank => Terms<T>(rank, length)).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]);

    private static void Expect<T>(string operation, ReadOnlySpan<T> expected, ReadOnlySpan<T> received)
        where T : INumber<T>
    {
        if (expected.SequenceEqual(received)) return;
        var at = expected.CommonPrefixLength(received);
        throw new InvalidOperationException($"{operation} of {typeof(T).Name}: length {received.Length} for {expected.Length}, other values from element {at}.");
    }
}
