using Descent.Distribution;
using Descent.Mpi.Ranks;

namespace Descent.Tests.Distribution;

/// <summary>Ranks in threads do what ranks in processes do, and say what processes can only hang on.</summary>
public sealed class LocalCommunicatorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Local_AnyNumberOfRanks_DoesWhatIsExpected(int size)
    {
        var failures = Run(size, Collectives.Check);

        Assert.All(failures, Assert.Null);
    }

    [Fact]
    public void Local_OneRank_AllocatesNothing()
    {
        using var communicator = Communicator.Local(1)[0];
        int[] counts = [3];
        var (data, part) = (new float[3], new float[3]);
        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();

        Round();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Round()
        {
            communicator.AllReduce(data);
            communicator.Broadcast(data.AsMemory());
            communicator.ReduceScatter(data, part, counts);
            communicator.AllGather<float>(part, data, counts);
            communicator.StartAllReduce(data).Wait();
        }
    }

    [Fact]
    public void Calls_OfOtherKindsOrLengths_FailOnEveryRank()
    {
        var kinds = Run(2, communicator =>
        {
            if (communicator.Rank == 0) communicator.AllReduce(new float[3]);
            else communicator.Broadcast(new float[3].AsMemory());
        });
        var lengths = Run(2, communicator => communicator.AllReduce(new double[communicator.Rank + 3]));

        Assert.All(kinds, e => Assert.Equal(
            "All ranks must make the same calls. Received: AllReduce of 3 Single from rank 0 on rank 0, Broadcast of 3 Single from rank 0 on rank 1.",
            Assert.IsType<CommunicationException>(e).Message));
        Assert.All(lengths, e => Assert.Contains("AllReduce of 4 Double", Assert.IsType<CommunicationException>(e).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Abort_OfOneRank_EndsThoseThatWaitAndThoseThatCome()
    {
        var failures = Run(3, communicator =>
        {
            if (communicator.Rank == 2) communicator.Abort(7);
            communicator.Barrier();
        });

        Assert.All(failures, e => Assert.Equal("Rank 2 of 3 ended all ranks with exit code 7.", Assert.IsType<CommunicationException>(e).Message));
    }

    [Fact]
    public void Dispose_WhileOthersWait_FailsThem()
    {
        var failures = Run(3, communicator =>
        {
            communicator.Barrier();
            if (communicator.Rank == 1) return;
            communicator.StartAllReduce(new float[2]).Wait();
        });

        Assert.Null(failures[1]);
        Assert.Equal("Rank 1 of 3 has left, and others wait for it.", Assert.IsType<CommunicationException>(failures[0]).Message);
        Assert.Equal(failures[0]!.Message, Assert.IsType<CommunicationException>(failures[2]).Message);
    }

    [Fact]
    public void Call_AfterDispose_Throws()
    {
        var communicator = Communicator.Local(2)[0];
        communicator.Dispose();

        Assert.Throws<ObjectDisposedException>(communicator.Barrier);
    }

    [Fact]
    public void BadArguments_Throw()
    {
        using var communicator = Communicator.Local(2)[1];
        var data = new float[5];

        Assert.StartsWith("size must be 1 or more. Received: 0.", Assert.Throws<ArgumentOutOfRangeException>(() => Communicator.Local(0)).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "root must be a rank in [0, 2). Received: 2.",
            Assert.Throws<ArgumentOutOfRangeException>(() => communicator.Broadcast(data.AsMemory(), root: 2)).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("exitCode must be in [1, 255]. Received: 0.", Assert.Throws<ArgumentOutOfRangeException>(() => communicator.Abort(0)).Message, StringComparison.Ordinal);
        Refuses("Ranks exchange float, double, int, long or byte. Received: System.Char.", () => communicator.Broadcast(new char[1].AsMemory()));
        Refuses("counts must have one entry for each of 2 ranks. Received: 3.", () => communicator.ReduceScatter(data, new float[2], [1, 2, 2]));
        Refuses("counts must be 0 or more. Received: -1.", () => communicator.ReduceScatter(data, new float[2], [-1, 6]));
        Refuses("part and data must have 2 and 5 elements, as counts say. Received: 1 and 5.", () => communicator.ReduceScatter(data, new float[1], [3, 2]));
        Refuses("part and data must have 2 and 4 elements, as counts say. Received: 2 and 5.", () => communicator.StartAllGather(new float[2], data, [2, 2]));
        Refuses("part must not lie in data.", () => communicator.ReduceScatter(data, data.AsMemory(3), [3, 2]));
        Refuses(
            "part must lie outside of data or at its place in it, element 3. Received: element 0.",
            () => communicator.AllGather<float>(data.AsMemory(0, 2), data, [3, 2]));

        static void Refuses(string message, Action action) =>
            Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
    }

    /// <summary>Runs a program on ranks in threads.</summary>
    /// <returns>What each threw.</returns>
    private static Exception?[] Run(int size, Action<Communicator> program)
    {
        var failures = new Exception?[size];
        var threads = Communicator.Local(size).Select(communicator => new Thread(() =>
        {
            failures[communicator.Rank] = Record.Exception(() => program(communicator));
            communicator.Dispose();
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return failures;
    }
}
