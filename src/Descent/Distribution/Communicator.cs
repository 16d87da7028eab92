using System.Numerics;

namespace Descent.Distribution;

/// <summary>What the ranks of a run do together: processes (<c>Descent.Mpi</c>), or threads of one process (<see cref="Local(int)"/>).</summary>
/// <remarks>
/// Every rank makes the same calls in the same order, with the same lengths, element types, roots and counts.
/// One thread at a time uses a communicator. Numbers are moved as they are: all machines must have the same byte order.
/// Each operation throws <see cref="CommunicationException"/> if it fails; what its buffers then hold is undefined.
/// </remarks>
public abstract class Communicator : IDisposable
{
    /// <summary>Which of the ranks this is: 0 to <see cref="Size"/> − 1.</summary>
    public abstract int Rank { get; }

    /// <summary>How many ranks there are: 1 or more.</summary>
    public abstract int Size { get; }

    /// <summary>Communicators for ranks that are threads of this process: for tests, and to try what several ranks do.</summary>
    /// <param name="size">The number of ranks, 1 or more. Each communicator belongs to one thread.</param>
    /// <returns>The communicators in the order of their ranks. Sums are added in that order. A call allocates a little, unless there is one rank.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is less than 1.</exception>
    public static IReadOnlyList<Communicator> Local(int size)
    {
        Check.AtLeast(1, size, nameof(size));
        if (size == 1) return [new LocalCommunicator()];
        var group = new ThreadGroup(size);
        return [.. Enumerable.Range(0, size).Select(rank => new ThreadCommunicator(group, rank))];
    }

    /// <summary>Waits until every rank has come here.</summary>
    public abstract void Barrier();

    /// <summary>Copies a buffer of one rank into those of all others.</summary>
    /// <typeparam name="T">float, double, int, long or byte.</typeparam>
    /// <param name="data">Read on the root, written everywhere else.</param>
    /// <param name="root">The rank that has the values; default 0.</param>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is another type.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="root"/> is not a rank.</exception>
    public void Broadcast<T>(Memory<T> data, int root = 0)
        where T : unmanaged
    {
        RequireElementType<T>();
        if ((uint)root >= (uint)Size) throw new ArgumentOutOfRangeException(nameof(root), $"root must be a rank in [0, {Size}). Received: {root}.");
        BroadcastCore(data, root);
    }

    /// <summary>Adds up the buffers of all ranks, element by element; every rank gets the sums, and all get the same bits.</summary>
    /// <param name="data">The terms, then the sums.</param>
    /// <remarks>The order of the additions is the library's own: another number of ranks may give other last bits.</remarks>
    public void AllReduce(Memory<float> data) => AllReduceCore(data);

    /// <inheritdoc cref="AllReduce(Memory{float})"/>
    public void AllReduce(Memory<double> data) => AllReduceCore(data);

    /// <inheritdoc cref="AllReduce(Memory{float})"/>
    public void AllReduce(Memory<int> data) => AllReduceCore(data);

    /// <inheritdoc cref="AllReduce(Memory{float})"/>
    public void AllReduce(Memory<long> data) => AllReduceCore(data);

    /// <summary>Adds up the buffers of all ranks; every rank gets its own part of the sums.</summary>
    /// <param name="data">The terms of all parts, one after another in the order of the ranks. They stay as they are.</param>
    /// <param name="part">The sums of this rank's part: <c>counts[Rank]</c> elements, none of them in <paramref name="data"/>.</param>
    /// <param name="counts">How many elements the part of each rank has; 0 is allowed.</param>
    /// <exception cref="ArgumentException">A length does not fit <paramref name="counts"/>, or the buffers overlap.</exception>
    public void ReduceScatter(ReadOnlyMemory<float> data, Memory<float> part, ReadOnlySpan<int> counts)
    {
        RequireApart(data, part, counts);
        ReduceScatterCore(data, part, counts);
    }

    /// <summary>Puts the parts of all ranks one after another; every rank gets the whole.</summary>
    /// <typeparam name="T">float, double, int, long or byte.</typeparam>
    /// <param name="part">This rank's part: <c>counts[Rank]</c> elements, outside of <paramref name="data"/> or at their place in it.</param>
    /// <param name="data">The whole, in the order of the ranks.</param>
    /// <param name="counts">How many elements the part of each rank has; 0 is allowed.</param>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is another type, a length does not fit <paramref name="counts"/>, or the buffers overlap elsewhere.</exception>
    public void AllGather<T>(ReadOnlyMemory<T> part, Memory<T> data, ReadOnlySpan<int> counts)
        where T : unmanaged
    {
        RequireElementType<T>();
        PutIntoPlace(part, data, counts);
        AllGatherCore(data, counts);
    }

    /// <summary>Begins <see cref="AllReduce(Memory{float})"/>.</summary>
    /// <param name="data">The terms, then the sums; nobody else may touch it until the request is complete.</param>
    /// <returns>The request, which must be waited for.</returns>
    public CollectiveRequest StartAllReduce(Memory<float> data) => StartAllReduceCore(data);

    /// <summary>Begins <see cref="ReduceScatter"/>; the buffers stay in use until the request is complete, the counts do not.</summary>
    /// <inheritdoc cref="ReduceScatter"/>
    /// <returns>The request, which must be waited for.</returns>
    public CollectiveRequest StartReduceScatter(ReadOnlyMemory<float> data, Memory<float> part, ReadOnlySpan<int> counts)
    {
        RequireApart(data, part, counts);
        return StartReduceScatterCore(data, part, counts);
    }

    /// <summary>Begins <see cref="AllGather"/>; the buffers stay in use until the request is complete, the counts do not.</summary>
    /// <param name="part">This rank's part: <c>counts[Rank]</c> elements, outside of <paramref name="data"/> or at their place in it.</param>
    /// <param name="data">The whole, in the order of the ranks.</param>
    /// <param name="counts">How many elements the part of each rank has; 0 is allowed.</param>
    /// <exception cref="ArgumentException">A length does not fit <paramref name="counts"/>, or the buffers overlap elsewhere.</exception>
    /// <returns>The request, which must be waited for.</returns>
    public CollectiveRequest StartAllGather(ReadOnlyMemory<float> part, Memory<float> data, ReadOnlySpan<int> counts)
    {
        PutIntoPlace(part, data, counts);
        return StartAllGatherCore(data, counts);
    }

    /// <summary>Ends all ranks without waiting for them: processes end with the exit code; in threads, every call of any rank throws from now on.</summary>
    /// <param name="exitCode">The exit code, 1 to 255.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exitCode"/> is another number.</exception>
    public void Abort(int exitCode)
    {
        if (exitCode is < 1 or > 255) throw new ArgumentOutOfRangeException(nameof(exitCode), $"exitCode must be in [1, 255]. Received: {exitCode}.");
        AbortCore(exitCode);
    }

    /// <summary>Leaves the other ranks. Every rank does so once nothing is under way.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Waits until all ranks have come to their end.</summary>
    /// <exception cref="InvalidOperationException">One of them is in another call, and would wait for this rank for ever.</exception>
    protected void EndTogether() => StartCheck.Compare(this, "the end of the program");

    /// <inheritdoc cref="Broadcast"/>
    protected abstract void BroadcastCore<T>(Memory<T> data, int root)
        where T : unmanaged;

    /// <inheritdoc cref="AllReduce(Memory{float})"/>
    /// <typeparam name="T">float, double, int or long.</typeparam>
    protected abstract void AllReduceCore<T>(Memory<T> data)
        where T : unmanaged, INumber<T>;

    /// <inheritdoc cref="ReduceScatter"/>
    protected abstract void ReduceScatterCore(ReadOnlyMemory<float> data, Memory<float> part, ReadOnlySpan<int> counts);

    /// <summary>Gives every rank the parts of all others.</summary>
    /// <typeparam name="T">float, double, int, long or byte.</typeparam>
    /// <param name="data">The whole; this rank's part is in its place already.</param>
    /// <param name="counts">How many elements the part of each rank has.</param>
    protected abstract void AllGatherCore<T>(Memory<T> data, ReadOnlySpan<int> counts)
        where T : unmanaged;

    /// <inheritdoc cref="StartAllReduce"/>
    protected abstract CollectiveRequest StartAllReduceCore(Memory<float> data);

    /// <inheritdoc cref="StartReduceScatter"/>
    protected abstract CollectiveRequest StartReduceScatterCore(ReadOnlyMemory<float> data, Memory<float> part, ReadOnlySpan<int> counts);

    /// <inheritdoc cref="AllGatherCore"/>
    protected abstract CollectiveRequest StartAllGatherCore(Memory<float> data, ReadOnlySpan<int> counts);

    /// <inheritdoc cref="Abort"/>
    protected abstract void AbortCore(int exitCode);

    /// <summary>Leaves the other ranks; a second call does nothing.</summary>
    /// <param name="disposing">Always true: there is no finalizer.</param>
    protected abstract void Dispose(bool disposing);

    private static void RequireElementType<T>()
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double) && typeof(T) != typeof(int) && typeof(T) != typeof(long) && typeof(T) != typeof(byte))
        {
            throw new ArgumentException($"Ranks exchange float, double, int, long or byte. Received: {typeof(T)}.");
        }
    }

    private void RequireApart(ReadOnlyMemory<float> data, Memory<float> part, ReadOnlySpan<int> counts)
    {
        RequireLengths(part.Length, data.Length, counts);
        if (data.Span.Overlaps(part.Span)) throw new ArgumentException("part must not lie in data.", nameof(part));
    }

    private void PutIntoPlace<T>(ReadOnlyMemory<T> part, Memory<T> data, ReadOnlySpan<int> counts)
    {
        var offset = RequireLengths(part.Length, data.Length, counts);
        if (!data.Span.Overlaps(part.Span, out var place)) part.CopyTo(data[offset..]);
        else if (place != offset) throw new ArgumentException($"part must lie outside of data or at its place in it, element {offset}. Received: element {place}.", nameof(part));
    }

    /// <summary>Checks that the counts are those of a part and of a whole.</summary>
    /// <returns>Where this rank's part begins in the whole.</returns>
    private int RequireLengths(int part, int whole, ReadOnlySpan<int> counts)
    {
        if (counts.Length != Size) throw new ArgumentException($"counts must have one entry for each of {Size} ranks. Received: {counts.Length}.", nameof(counts));
        long sum = 0, offset = 0;
        for (var rank = 0; rank < counts.Length; rank++)
        {
            Check.AtLeast(0, counts[rank], nameof(counts));
            if (rank == Rank) offset = sum;
            sum += counts[rank];
        }

        if (part != counts[Rank] || whole != sum)
        {
            throw new ArgumentException($"part and data must have {counts[Rank]} and {sum} elements, as counts say. Received: {part} and {whole}.", nameof(counts));
        }

        return (int)offset;
    }
}
