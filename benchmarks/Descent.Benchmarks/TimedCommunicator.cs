using System.Numerics;
using Descent.Distribution;

namespace Descent.Benchmarks;

/// <summary>When the operations that a step starts are carried out.</summary>
internal enum Exchange
{
    /// <summary>At once, as in training.</summary>
    Overlapped,

    /// <summary>Once the first of them is waited for, which is after the backward pass.</summary>
    After,

    /// <summary>Never, and those that are not started neither: what is left is computation.</summary>
    None,
}

/// <summary>A communicator that puts off what is exchanged or leaves it out, and repeats the exchange of a step without its computation.</summary>
/// <param name="ranks">The ranks that exchange.</param>
internal sealed class TimedCommunicator(Communicator ranks) : Communicator
{
    private readonly List<Func<CollectiveRequest>> _recorded = [];
    private readonly List<LateRequest> _late = [];

    public Exchange Mode { get; set; }

    /// <summary>Whether to keep what is exchanged, for <see cref="Repeat"/>.</summary>
    public bool Records { get; set; }

    public override int Rank => ranks.Rank;

    public override int Size => ranks.Size;

    /// <summary>Exchanges what was recorded once more, on the same buffers.</summary>
    public void Repeat()
    {
        CollectiveRequest[] requests = [.. _recorded.Select(start => start())];
        foreach (var request in requests) request.Wait();
    }

    public override void Barrier() => ranks.Barrier();

    protected override void BroadcastCore<T>(Memory<T> data, int root) => Carry(() => ranks.Broadcast(data, root));

    protected override void AllReduceCore<T>(Memory<T> data) => Carry(() =>
    {
        switch (data)
        {
            case Memory<float> floats: ranks.AllReduce(floats); break;
            case Memory<double> doubles: ranks.AllReduce(doubles); break;
            case Memory<int> ints: ranks.AllReduce(ints); break;
            case Memory<long> longs: ranks.AllReduce(longs); break;
            default: throw new NotSupportedException($"Sums of {typeof(T).Name}.");
        }
    });

    protected override void ReduceScatterCore(ReadOnlyMemory<float> data, Memory<float> part, ReadOnlySpan<int> counts)
    {
        var all = counts.ToArray();
        Carry(() => ranks.ReduceScatter(data, part, all));
    }

    protected override void AllGatherCore<T>(Memory<T> data, ReadOnlySpan<int> counts)
    {
        var (own, all) = (Own(data, counts), counts.ToArray());
        Carry(() => ranks.AllGather<T>(own, data, all));
    }

    protected override CollectiveRequest StartAllReduceCore(Memory<float> data) => Start(() => ranks.StartAllReduce(data));

    protected override CollectiveRequest StartReduceScatterCore(ReadOnlyMemory<float> data, Memory<float> part, ReadOnlySpan<int> counts)
    {
        var all = counts.ToArray();
        return Start(() => ranks.StartReduceScatter(data, part, all));
    }

    protected override CollectiveRequest StartAllGatherCore(Memory<float> data, ReadOnlySpan<int> counts)
    {
        var (own, all) = (Own(data, counts), counts.ToArray());
        return Start(() => ranks.StartAllGather(own, data, all));
    }

    protected override void AbortCore(int exitCode) => ranks.Abort(exitCode);

    protected override void Dispose(bool disposing)
    {
    }

    private Memory<T> Own<T>(Memory<T> data, ReadOnlySpan<int> counts)
    {
        var start = 0;
        foreach (var count in counts[..Rank]) start += count;
        return data.Slice(start, counts[Rank]);
    }

    private void Carry(Action operation)
    {
        if (Records)
        {
            _recorded.Add(() =>
            {
                operation();
                return Complete.Instance;
            });
        }

        if (Mode != Exchange.None) operation();
    }

    private CollectiveRequest Start(Func<CollectiveRequest> start)
    {
        if (Records) _recorded.Add(start);
        switch (Mode)
        {
            case Exchange.None:
                return Complete.Instance;
            case Exchange.After:
                _late.Add(new LateRequest(this, start));
                return _late[^1];
            default:
                return start();
        }
    }

    private void StartLate()
    {
        foreach (var request in _late) request.Begin();
        _late.Clear();
    }

    private sealed class LateRequest(TimedCommunicator communicator, Func<CollectiveRequest> start) : CollectiveRequest
    {
        private CollectiveRequest? _request;

        public void Begin() => _request = start();

        public override bool Test() => _request?.Test() ?? false;

        public override void Wait()
        {
            communicator.StartLate();
            _request!.Wait();
        }
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
