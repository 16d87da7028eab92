using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Descent.Distribution;

/// <summary>What threads do together.</summary>
internal enum Collective
{
    Barrier,
    Broadcast,
    AllReduce,
    ReduceScatter,
    AllGather,
}

/// <summary>A call of one thread of a <see cref="ThreadGroup"/>.</summary>
internal abstract class ThreadRequest : CollectiveRequest
{
    private readonly TaskCompletionSource _end = new();

    /// <summary>All that must be the same on all ranks.</summary>
    public abstract string Description { get; }

    public override bool Test()
    {
        if (!_end.Task.IsCompleted) return false;
        Wait();
        return true;
    }

    public override void Wait() => _end.Task.GetAwaiter().GetResult();

    /// <summary>Does the work of all ranks.</summary>
    /// <param name="requests">The requests of all ranks in their order, all like this one.</param>
    public abstract void Run(ThreadRequest[] requests);

    /// <summary>Lets who waits go on.</summary>
    public void Complete() => _end.TrySetResult();

    /// <summary>Throws in who waits.</summary>
    public void Fail(string reason) => _end.TrySetException(new CommunicationException(reason));
}

/// <inheritdoc/>
/// <typeparam name="T">The type of the elements.</typeparam>
internal sealed class ThreadRequest<T>(Collective collective, ReadOnlyMemory<T> source, Memory<T> target, int[] counts, int root)
    : ThreadRequest
    where T : unmanaged
{
    public override string Description => counts.Length == 0
        ? $"{collective} of {target.Length} {typeof(T).Name} from rank {root}"
        : $"{collective} of {string.Join(" + ", counts)} {typeof(T).Name}";

    private ReadOnlySpan<T> Source => source.Span;

    private Span<T> Target => target.Span;

    public override void Run(ThreadRequest[] requests)
    {
        var ranks = Array.ConvertAll(requests, request => (ThreadRequest<T>)request);
        switch (collective)
        {
            case Collective.Broadcast:
                foreach (var rank in ranks) ranks[root].Source.CopyTo(rank.Target);
                break;
            case Collective.AllReduce:
                Sum(ranks, 0, ranks[0].Target);
                foreach (var rank in ranks) ranks[0].Target.CopyTo(rank.Target);
                break;
            case Collective.ReduceScatter:
                for (int i = 0, offset = 0; i < ranks.Length; offset += counts[i++]) Sum(ranks, offset, ranks[i].Target);
                break;
            case Collective.AllGather:
                for (int i = 0, offset = 0; i < ranks.Length; offset += counts[i++])
                {
                    var part = ranks[i].Source.Slice(offset, counts[i]);
                    foreach (var rank in ranks) part.CopyTo(rank.Target[offset..]);
                }

                break;
            case Collective.Barrier:
                break;
        }
    }

    private static void Sum(ThreadRequest<T>[] ranks, int offset, Span<T> sum)
    {
        ranks[0].Source.Slice(offset, sum.Length).CopyTo(sum);
        foreach (var rank in ranks.AsSpan(1)) Add(sum, rank.Source.Slice(offset, sum.Length));
    }

    private static void Add(Span<T> sum, ReadOnlySpan<T> terms)
    {
        if (typeof(T) == typeof(float)) Add<float>(sum, terms);
        else if (typeof(T) == typeof(double)) Add<double>(sum, terms);
        else if (typeof(T) == typeof(int)) Add<int>(sum, terms);
        else Add<long>(sum, terms);
    }

    private static void Add<TNumber>(Span<T> sum, ReadOnlySpan<T> terms)
        where TNumber : unmanaged, INumber<TNumber>
    {
        var numbers = MemoryMarshal.Cast<T, TNumber>(sum);
        TensorPrimitives.Add(numbers, MemoryMarshal.Cast<T, TNumber>(terms), numbers);
    }
}
