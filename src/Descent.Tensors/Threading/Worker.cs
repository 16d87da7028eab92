using System.Diagnostics;

namespace Descent.Threading;

/// <summary>
/// One thread of the pool. After a job it watches for the next one for a moment, as steps follow each other closely,
/// and then parks, so that an idle process costs nothing.
/// </summary>
internal sealed class Worker
{
    private static readonly long WatchTicks = Stopwatch.Frequency * 30 / 1_000_000;

    private readonly int _index;
    private readonly object _gate = new();
    private bool _parked;

    public Worker(int index)
    {
        _index = index;
        new Thread(Loop) { IsBackground = true, Name = $"Descent worker {index}" }.UnsafeStart();
    }

    /// <summary>Brings the worker back if it has parked; a worker that still watches needs no call to the system.</summary>
    public void Wake()
    {
        if (!Volatile.Read(ref _parked))
            return;
        lock (_gate)
        {
            _parked = false;
            Monitor.Pulse(_gate);
        }
    }

    private void Loop()
    {
        int epoch = 0;
        while (true)
        {
            if (!Watch(epoch))
                Park(epoch);
            epoch = Workers.Join(_index);
        }
    }

    private static bool Watch(int epoch)
    {
        bool crowded = Workers.Count > Environment.ProcessorCount;
        long start = Stopwatch.GetTimestamp();
        while (!Workers.HasWorkSince(epoch))
        {
            if (Stopwatch.GetTimestamp() - start > WatchTicks)
                return false;
            if (crowded)
                Thread.Yield();
            else
                Thread.SpinWait(5);
        }
        return true;
    }

    private void Park(int epoch)
    {
        lock (_gate)
        {
            _parked = true;
            // The flag goes up before the last look, as Workers opens a job before it looks at the flag: one of the two sees the other.
            Interlocked.MemoryBarrier();
            if (Workers.HasWorkSince(epoch))
                _parked = false;
            while (_parked)
                Monitor.Wait(_gate);
        }
    }
}
