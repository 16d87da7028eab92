using System.Diagnostics;
using System.Runtime.CompilerServices;
using Descent.Threading;

namespace Descent.Tests.Threading;

[Collection(ThreadCountTests.Name)]
public sealed class WorkersTests : IDisposable
{
    private readonly int _count = Workers.Count;

    public void Dispose() => Workers.SetCount(_count);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Run_AnyNumberOfChunks_RunsEachExactlyOnce(int threads)
    {
        Workers.SetCount(threads);
        for (int round = 0; round < 200; round++)
        {
            foreach (int chunks in (int[])[0, 1, 2, 3, 8, 100])
            {
                foreach (bool inShares in (bool[])[false, true])
                {
                    var runs = new int[chunks];
                    Workers.Run(chunks, new CountRuns(runs), inShares);
                    Assert.All(runs, count => Assert.Equal(1, count));
                }
            }
        }
    }

    [Fact]
    public void Run_ChunksThatWaitForEachOther_RunOnSeparateThreads()
    {
        Workers.SetCount(3);
        using var meeting = new Barrier(3);
        Workers.Run(3, new Meet(meeting));
        Assert.Equal(1, meeting.CurrentPhaseNumber);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Run_ChunkThrows_RethrowsFirstAndStaysUsable(int threads)
    {
        Workers.SetCount(threads);
        for (int round = 0; round < 100; round++)
        {
            var runs = new int[1000];
            var exception = Assert.Throws<InvalidDataException>(() => Workers.Run(1000, new FailAt(runs, 5)));
            Assert.Equal("Chunk 5", exception.Message);
            Assert.Contains(nameof(FailAt), exception.StackTrace, StringComparison.Ordinal);
            Assert.True(runs.Sum() < 1000, "Chunks after the failure should be skipped.");
        }

        var after = new int[100];
        Workers.Run(100, new CountRuns(after));
        Assert.All(after, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Run_InsideAJob_RunsInlineOnTheSameThread()
    {
        Workers.SetCount(7);
        var runs = new int[16 * 16];
        Workers.Run(16, new Nest(runs));
        Assert.All(runs, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Run_ManyCallersAtOnce_EachJobIsWhole()
    {
        Workers.SetCount(7);
        var wrong = new int[1];
        Thread[] callers = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            for (int round = 0; round < 500; round++)
            {
                var runs = new int[20];
                Workers.Run(20, new CountRuns(runs));
                if (runs.Any(count => count != 1))
                    Interlocked.Increment(ref wrong[0]);
            }
        }))];
        foreach (Thread caller in callers)
            caller.Start();
        foreach (Thread caller in callers)
            caller.Join();
        Assert.Equal(0, wrong[0]);
    }

    [Fact]
    public void Run_AfterWarmUp_AllocatesNothing()
    {
        Workers.SetCount(2);
        var runs = new int[64];
        Workers.Run(64, new CountRuns(runs));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++)
            Workers.Run(64, new CountRuns(runs));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Run_MoreThreadsThanProcessors_StaysFast()
    {
        Workers.SetCount(7);
        var runs = new int[8];
        var clock = Stopwatch.StartNew();
        for (int round = 0; round < 2000; round++)
            Workers.Run(8, new CountRuns(runs));
        // Tens of microseconds a job on an idle machine; the bound is what a livelock or a sleep in the wait would break.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"2000 jobs took {clock.Elapsed}.");
    }

    [Fact]
    public void Workers_WithoutWork_UseNoProcessorTime()
    {
        Workers.SetCount(7);
        Workers.Run(7, new CountRuns(new int[7]));
        Thread.Sleep(50);
        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        Thread.Sleep(200);
        process.Refresh();
        TimeSpan used = process.TotalProcessorTime - before;
        Assert.True(used < TimeSpan.FromMilliseconds(100), $"Parked workers used {used} in 200 ms.");
    }

    [Fact]
    public void Run_CallerIsInterrupted_EndsWithAllChunksRun()
    {
        Workers.SetCount(4);
        Workers.Run(4, new CountRuns(new int[4])); // starts the threads
        var failures = 0;
        using var ready = new ManualResetEventSlim();
        var caller = new Thread(() =>
        {
            ready.Set();
            for (var round = 0; round < 20_000; round++)
            {
                var runs = new int[16];
                try
                {
                    Workers.Run(runs.Length, new CountRuns(runs), inShares: round % 2 == 0);
                }
                catch (ThreadInterruptedException)
                {
                    failures++;
                }

                if (runs.Any(count => count != 1)) failures++;
            }
        });
        caller.Start();
        ready.Wait();
        while (caller.IsAlive)
        {
            caller.Interrupt();
            Thread.SpinWait(500);
        }

        Assert.Equal(0, failures);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData(" 7 ", 7)]
    [InlineData("256", 256)]
    public void ParseCount_Integer_IsTaken(string text, int expected) => Assert.Equal(expected, Workers.ParseCount(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void ParseCount_Nothing_IsTheNumberOfProcessors(string? text) =>
        Assert.Equal(Math.Min(Environment.ProcessorCount, 256), Workers.ParseCount(text));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("257")]
    [InlineData("two")]
    [InlineData("1.5")]
    public void ParseCount_AnythingElse_Throws(string text)
    {
        var exception = Assert.Throws<InvalidOperationException>(() => Workers.ParseCount(text));
        Assert.Equal($"DESCENT_NUM_THREADS must be an integer in [1, 256]. Received: {text}.", exception.Message);
    }

    [Fact]
    public void SetCount_OutOfRange_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Workers.SetCount(0));

    private readonly struct CountRuns(int[] runs) : IParallelJob
    {
        public void Run(int chunk) => Interlocked.Increment(ref runs[chunk]);
    }

    private readonly struct Meet(Barrier barrier) : IParallelJob
    {
        public void Run(int chunk) => Assert.True(barrier.SignalAndWait(TimeSpan.FromSeconds(30)));
    }

    private readonly struct FailAt(int[] runs, int at) : IParallelJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run(int chunk)
        {
            if (chunk == at)
                throw new InvalidDataException($"Chunk {chunk}");
            Interlocked.Increment(ref runs[chunk]);
            Thread.SpinWait(200);
        }
    }

    private readonly struct Nest(int[] runs) : IParallelJob
    {
        public void Run(int chunk) => Workers.Run(16, new NestInner(runs, chunk * 16, Environment.CurrentManagedThreadId));
    }

    private readonly struct NestInner(int[] runs, int start, int thread) : IParallelJob
    {
        public void Run(int chunk)
        {
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            Interlocked.Increment(ref runs[start + chunk]);
        }
    }
}
