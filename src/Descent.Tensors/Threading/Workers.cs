using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Descent.Threading;

/// <summary>
/// The process-wide pool of threads that kernels share. One job runs at a time; whoever finds the pool taken
/// (another caller, or a job started inside a job) does all of its work on its own thread.
/// </summary>
internal static class Workers
{
    private const string Setting = "DESCENT_NUM_THREADS";
    private const int MaxCount = 256;
    private const int SpinsBeforeYield = 100; // some 20 microseconds

    private static readonly Worker?[] Threads = new Worker?[MaxCount - 1];

    private static int _count;
    private static int _taken;
    private static int _helpers;
    private static int _shares;
    private static Dispatcher? _dispatcher;
    private static ExceptionDispatchInfo? _failure;

    // Written by all participants, each on a cache line of its own.
    private static Padded _epoch;   // odd while a job is open to workers
    private static Padded _active;  // workers that may be touching the open job
    private static readonly Share[] Shares = new Share[MaxCount];

    /// <summary>
    /// The number of threads that take part in a job, the caller included: <c>DESCENT_NUM_THREADS</c>,
    /// or the number of processors when it is not set.
    /// </summary>
    /// <exception cref="InvalidOperationException"><c>DESCENT_NUM_THREADS</c> is not an integer in [1, 256].</exception>
    public static int Count
    {
        get
        {
            if (_count == 0)
                _count = ParseCount(Environment.GetEnvironmentVariable(Setting));
            return _count;
        }
    }

    /// <summary>
    /// Runs the chunks 0 to <paramref name="chunks"/> - 1 of a job, the caller taking part, and returns when all are done.
    /// The caller cuts the work by its size, never by the number of threads, so that results do not depend on it.
    /// </summary>
    /// <remarks>When a chunk throws, chunks not yet begun are skipped and the first exception is rethrown here.</remarks>
    /// <param name="chunks">The number of chunks.</param>
    /// <param name="job">Runs one of them.</param>
    /// <param name="inShares">
    /// Whether each thread begins with a share of its own, for jobs that come again over the same data: it is still in that core's cache, and
    /// fetching it from another core's takes longer than working on it. Otherwise threads take the chunks in their order.
    /// </param>
    public static void Run<TJob>(int chunks, TJob job, bool inShares = false)
        where TJob : struct, IParallelJob
    {
        if (chunks <= 1 || Count == 1 || Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
        {
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                job.Run(chunk);
                BackgroundWork.Poll();
            }

            return;
        }

        Dispatcher<TJob> dispatcher = Dispatcher<TJob>.Instance;
        ExceptionDispatchInfo? failure;
        try
        {
            dispatcher.Job = job;
            Open(dispatcher, chunks, inShares);
            dispatcher.Drain(0);
            Close();
        }
        finally
        {
            failure = _failure;
            _failure = null;
            dispatcher.Job = default;
            Volatile.Write(ref _taken, 0);
        }

        failure?.Throw();
    }

    /// <summary>Replaces the number of threads, so that a test can compare several within one process.</summary>
    internal static void SetCount(int count)
    {
        if (count is < 1 or > MaxCount)
            throw new ArgumentOutOfRangeException(nameof(count), $"The number of threads must be in [1, {MaxCount}]. Received: {count}.");
        _count = count;
    }

    /// <summary>Reads a value of <c>DESCENT_NUM_THREADS</c>; null or empty means the number of processors.</summary>
    internal static int ParseCount(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return Math.Min(Environment.ProcessorCount, MaxCount);
        if (int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int count)
            && count is >= 1 and <= MaxCount)
            return count;
        throw new InvalidOperationException($"{Setting} must be an integer in [1, {MaxCount}]. Received: {text}.");
    }

    /// <summary>Whether a job is open that a worker has not seen yet.</summary>
    internal static bool HasWorkSince(int epoch)
    {
        int current = Volatile.Read(ref _epoch.Value);
        return (current & 1) == 1 && current != epoch;
    }

    /// <summary>Takes part in the open job, if there still is one. Returns the epoch that the worker has now seen.</summary>
    internal static int Join(int index)
    {
        // Announced before the epoch is read, as Close moves the epoch before it reads the announcements:
        // either this worker finds the job closed, or Close waits for it.
        Interlocked.Increment(ref _active.Value);
        int epoch = Volatile.Read(ref _epoch.Value);
        if ((epoch & 1) == 1 && index < _helpers)
        {
            Wake(2 * index + 1);
            Wake(2 * index + 2);
            _dispatcher!.Drain(index + 1);
        }
        Interlocked.Decrement(ref _active.Value);
        return epoch;
    }

    private static void Open(Dispatcher dispatcher, int chunks, bool inShares)
    {
        int helpers = Math.Min(Count, chunks) - 1;
        for (int i = 0; i < helpers; i++)
            Threads[i] ??= new Worker(i);

        _dispatcher = dispatcher;
        _helpers = helpers;
        _shares = inShares ? helpers + 1 : 1;
        for (int i = 0; i < _shares; i++)
            Shares[i] = new Share { Next = Start(i), End = Start(i + 1) };
        Interlocked.Increment(ref _epoch.Value);
        Wake(0);

        int Start(int share) => (int)((long)chunks * share / _shares);
    }

    /// <summary>Wakes a helper, which wakes two more: a wake-up takes microseconds, which one thread should not spend on all.</summary>
    private static void Wake(int index)
    {
        if (index < _helpers)
            Threads[index]!.Wake();
    }

    private static void Close()
    {
        Interlocked.Increment(ref _epoch.Value);

        // Not SpinWait, which sleeps at times: an interrupt would end the wait, while workers still use the caller's memory.
        for (int i = 0; Volatile.Read(ref _active.Value) != 0; i++)
        {
            if (i < SpinsBeforeYield)
                Thread.SpinWait(5);
            else
                Thread.Yield();
        }
    }

    /// <summary>The next chunk of a participant's own share, or of another's when that is used up.</summary>
    private static bool TryTake(int participant, out int chunk)
    {
        for (int i = 0; i < _shares; i++)
        {
            ref Share share = ref Shares[(participant + i) % _shares];
            if (i > 0)
                share.LeaveLast();
            if (Volatile.Read(ref share.Next) >= share.End)
                continue;
            chunk = Interlocked.Increment(ref share.Next) - 1;
            if (chunk < share.End)
                return true;
        }
        chunk = -1;
        return false;
    }

    private static void Fail(Exception exception)
    {
        Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        for (int i = 0; i < _shares; i++)
            Volatile.Write(ref Shares[i].Next, Shares[i].End);
    }

    private abstract class Dispatcher
    {
        /// <summary>Runs chunks until none are left.</summary>
        public abstract void Drain(int participant);
    }

    /// <summary>Carries a job of one type to the workers; one object a type, as one job runs at a time.</summary>
    private sealed class Dispatcher<TJob> : Dispatcher
        where TJob : struct, IParallelJob
    {
        public static readonly Dispatcher<TJob> Instance = new();

        public TJob Job;

        public override void Drain(int participant)
        {
            TJob job = Job;
            Shares[participant % _shares].Begun = true;
            try
            {
                while (TryTake(participant, out int chunk))
                {
                    job.Run(chunk);
                    BackgroundWork.Poll();
                }
            }
#pragma warning disable CA1031 // Whatever a chunk throws belongs to the caller, on whose thread it is rethrown.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Fail(exception);
            }
        }
    }

    /// <summary>Chunks that one participant begins with, or all.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Share
    {
        [FieldOffset(0)]
        public int Next;
        [FieldOffset(4)]
        public int End;
        [FieldOffset(8)]
        public bool Begun;

        /// <summary>Gives the owner, if it is at work, about a microsecond to take its last chunk itself.</summary>
        public void LeaveLast()
        {
            for (int i = 0; i < 40 && Volatile.Read(ref Next) == End - 1 && Volatile.Read(ref Begun); i++)
                Thread.SpinWait(1);
        }
    }

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Padded
    {
        [FieldOffset(128)]
        public int Value;
    }
}
