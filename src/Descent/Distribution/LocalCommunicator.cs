namespace Descent.Distribution;

/// <summary>A run of one rank: nothing is exchanged.</summary>
public sealed class LocalCommunicator : Communicator
{
    /// <inheritdoc/>
    public override int Rank => 0;

    /// <inheritdoc/>
    public override int Size => 1;

    /// <inheritdoc/>
    public override void Barrier()
    {
    }

    /// <inheritdoc/>
    protected override void BroadcastCore<T>(Memory<T> data, int root)
    {
    }

    /// <inheritdoc/>
    protected override void AllReduceCore<T>(Memory<T> data)
    {
    }

    /// <inheritdoc/>
    protected override void ReduceScatterCore(ReadOnlyMemory<float> data, Memory<float> part, ReadOnlySpan<int> counts) => data.CopyTo(part);

    /// <inheritdoc/>
    protected override void AllGatherCore<T>(Memory<T> data, ReadOnlySpan<int> counts)
    {
    }

    /// <inheritdoc/>
    protected override CollectiveRequest StartAllReduceCore(Memory<float> data) => Complete.Instance;

    /// <inheritdoc/>
    protected override CollectiveRequest StartReduceScatterCore(ReadOnlyMemory<float> data, Memory<float> part, ReadOnlySpan<int> counts)
    {
        data.CopyTo(part);
        return Complete.Instance;
    }

    /// <inheritdoc/>
    protected override CollectiveRequest StartAllGatherCore(Memory<float> data, ReadOnlySpan<int> counts) => Complete.Instance;

    /// <inheritdoc/>
    protected override void AbortCore(int exitCode) => Environment.Exit(exitCode);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Complete : CollectiveRequest
    {
        public static readonly Complete Instance = new();

        public override bool Test() => true;

        public override void Wait()
        {
        }
    }
}
