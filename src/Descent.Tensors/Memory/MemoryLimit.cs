namespace Descent.Memory;

/// <summary>
/// The most memory that the tensors made on this thread while it is open may take, all together: for what a file describes, whose sizes
/// nobody trusts. An inner limit stands for the outer one.
/// </summary>
internal sealed class MemoryLimit : IDisposable
{
    [ThreadStatic]
    private static MemoryLimit? t_current;

    private readonly MemoryLimit? _outer = t_current;
    private readonly string _what;
    private readonly long _bytes;
    private long _left;

    /// <param name="what">What the tensors are made for, as messages say.</param>
    /// <param name="bytes">The limit.</param>
    public MemoryLimit(string what, long bytes)
    {
        (_what, _bytes, _left) = (what, bytes, bytes);
        t_current = this;
    }

    /// <summary>Counts what is about to be allocated, if a limit is open.</summary>
    /// <exception cref="InvalidDataException">It would be too much.</exception>
    public static void Take(int cells)
    {
        if (t_current is not { } limit) return;
        limit._left -= (long)cells * sizeof(float);
        if (limit._left < 0)
            throw new InvalidDataException($"{limit._what} must take at most {limit._bytes >> 20} MB of memory. Received: a description of more.");
    }

    public void Dispose() => t_current = _outer;
}
