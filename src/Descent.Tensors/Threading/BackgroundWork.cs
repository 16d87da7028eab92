using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Descent.Threading;

/// <summary>
/// What goes on beside the work of a thread but needs that thread now and then, as messages do that move only while the library that carries them is called: it is
/// continued between the chunks of the jobs that the thread runs.
/// </summary>
internal abstract class BackgroundWork
{
    // Rare enough to cost nothing, often enough to keep a link of 10 Gbit/s busy from its buffers.
    private static readonly long s_pause = Stopwatch.Frequency / 5_000;

    [ThreadStatic]
    private static BackgroundWork? s_current;

    private long _continued;

    /// <summary>Continues it beside the jobs of this thread until the result is disposed.</summary>
    public Scope Begin()
    {
        var scope = new Scope(s_current);
        s_current = this;
        return scope;
    }

    /// <summary>Called between chunks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Poll()
    {
        if (s_current is { } work) work.ContinueIfDue();
    }

    /// <summary>Does what can be done at once.</summary>
    protected abstract void Continue();

    private void ContinueIfDue()
    {
        var now = Stopwatch.GetTimestamp();
        if (now - _continued < s_pause) return;
        Continue();
        _continued = Stopwatch.GetTimestamp();
    }

    /// <summary>Ends it.</summary>
    public readonly ref struct Scope(BackgroundWork? before)
    {
        /// <summary>Ends it.</summary>
        public void Dispose() => s_current = before;
    }
}
