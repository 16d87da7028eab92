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

    private static readonly Worker?[] Threads = new Worker?[MaxCount - 1];

    private static int _count;
    private static int _taken;
    private static int _helpers;
    private static int _chunks;
    private static Dispatcher? _dispatcher;
    private static ExceptionDispatchInfo? _failure;

    // Written by all participants, each on a cache line of its own.
    private static Padded _epoch;   // odd while a job is open to workers
    private static Padded _active;  // workers that may be touching the open job
    private static Padded _next;    // the next chunk to take

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
    public static void Run<TJob>(int chunks, TJob job)
        where TJob : struct, IParallelJob
    {
        if (chunks <= 1 || Count == 1 || Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
        {
            for (int chunk = 0; chunk < chunks; chunk++)
                job.Run(chunk);
            return;
        }

        Dispatcher<TJob> dispatcher = Dispatcher<TJob>.Instance;
        ExceptionDispatchInfo? failure;
        try
        {
            dispatcher.Job = job;
            Open(dispatcher, chunks);
            dispatcher.Drain();
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
            _dispatcher!.Drain();
        }
        Interlocked.Decrement(ref _active.Value);
        return epoch;
    }

    private static void Open(Dispatcher dispatcher, int chunks)
    {
        int helpers = Math.Min(Count, chunks) - 1;
        for (int i = 0; i < helpers; i++)
            Threads[i] ??= new Worker(i);

        _dispatcher = dispatcher;
        _helpers = helpers;
        _chunks = chunks;
        _next.Value = 0;
        Interlocked.Increment(ref _epoch.Value);
        Wake(0);
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
        SpinWait spinner = default;
        while (Volatile.Read(ref _active.Value) != 0)
            spinner.SpinOnce(sleep1Threshold: -1);
    }

    private static bool TryTake(out int chunk)
    {
        chunk = Interlocked.Increment(ref _next.Value) - 1;
        return chunk < _chunks;
    }

    private static void Fail(Exception exception)
    {
        Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        Volatile.Write(ref _next.Value, _chunks);
    }

    private abstract class Dispatcher
    {
        /// <summary>Runs chunks until none are left.</summary>
        public abstract void Drain();
    }

    /// <summary>Carries a job of one type to the workers; one object a type, as one job runs at a time.</summary>
    private sealed class Dispatcher<TJob> : Dispatcher
        where TJob : struct, IParallelJob
    {
        public static readonly Dispatcher<TJob> Instance = new();

        public TJob Job;

        public override void Drain()
        {
            TJob job = Job;
            try
            {
                while (TryTake(out int chunk))
                    job.Run(chunk);
            }
#pragma warning disable CA1031 // Whatever a chunk throws belongs to the caller, on whose thread it is rethrown.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Fail(exception);
            }
        }
    }

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Padded
    {
        [FieldOffset(128)]
        public int Value;
    }
}
