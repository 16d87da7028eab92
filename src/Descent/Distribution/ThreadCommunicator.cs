namespace Descent.Distribution;

/// <summary>One of several ranks that are threads of a process.</summary>
internal sealed class ThreadCommunicator(ThreadGroup group, int rank) : Communicator
{
    public override int Rank => rank;

    public override int Size => group.Size;

    public override void Barrier() => Start<byte>(Collective.Barrier, default, default, []).Wait();

    protected override void BroadcastCore<T>(Memory<T> data, int root) => Start(Collective.Broadcast, data, data, [], root).Wait();

    protected override void AllReduceCore<T>(Memory<T> data) => Start(Collective.AllReduce, data, data, []).Wait();

    protected override void ReduceScatterCore(ReadOnlyMemory<float> data, Memory<float> part, ReadOnlySpan<int> counts) =>
        StartReduceScatterCore(data, part, counts).Wait();

    protected override void AllGatherCore<T>(Memory<T> data, ReadOnlySpan<int> counts) => Start(Collective.AllGather, data, data, counts).Wait();

    protected override CollectiveRequest StartAllReduceCore(Memory<float> data) => Start(Collective.AllReduce, data, data, []);

    protected override CollectiveRequest StartReduceScatterCore(ReadOnlyMemory<float> data, Memory<float> part, ReadOnlySpan<int> counts) =>
        Start(Collective.ReduceScatter, data, part, counts);

    protected override CollectiveRequest StartAllGatherCore(Memory<float> data, ReadOnlySpan<int> counts) =>
        Start(Collective.AllGather, data, data, counts);

    protected override void AbortCore(int exitCode) => group.Fail($"Rank {rank} of {Size} ended all ranks with exit code {exitCode}.");

    protected override void Dispose(bool disposing) => group.Leave(rank);

    private ThreadRequest<T> Start<T>(Collective collective, ReadOnlyMemory<T> source, Memory<T> target, ReadOnlySpan<int> counts, int root = 0)
        where T : unmanaged
    {
        var request = new ThreadRequest<T>(collective, source, target, counts.ToArray(), root);
        group.Join(rank, request);
        return request;
    }
}
