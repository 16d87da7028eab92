using System.Diagnostics;

namespace Descent.Threading;

/// <summary>
/// One thread of the pool. After a job it watches for the next one for a moment, as steps follow each other closely,
/// and then parks, so that an idle process costs nothing.
/// </summary>
#pragma warning disable CA1001 // A worker lives as long as the process.
internal sealed class Worker
#pragma warning restore CA1001
{
    private static readonly long WatchTicks = Stopwatch.Frequency * 30 / 1_000_000;

    private readonly int _index;
    private readonly AutoResetEvent _wake = new(false);
    private int _parked; // 1 or 0

    public Worker(int index)
    {
        _index = index;
        new Thread(Loop) { IsBackground = true, Name = $"Descent worker {index}" }.UnsafeStart();
    }

    /// <summary>
    /// Brings the worker back if it has parked; a worker that still watches needs no call to the system. Nothing here blocks:
    /// a caller whose thread is interrupted must not leave an open job behind.
    /// </summary>
    public void Wake()
    {
        if (Volatile.Read(ref _parked) == 1 && Interlocked.Exchange(ref _parked, 0) == 1)
            _wake.Set();
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
        // The flag goes up before the last look, as Workers opens a job before it looks at the flag: one of the two sees the other.
        Interlocked.Exchange(ref _parked, 1);
        if (!Workers.HasWorkSince(epoch) || Interlocked.Exchange(ref _parked, 0) == 0)
            _wake.WaitOne();
    }
}
