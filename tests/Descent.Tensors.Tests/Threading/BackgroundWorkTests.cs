using System.Diagnostics;
using Descent.Threading;

namespace Descent.Tests.Threading;

public sealed class BackgroundWorkTests
{
    private const int Chunks = 200; // so many that the caller runs some of them

    [Fact]
    public void Run_ALongJob_ContinuesTheWorkOfTheCallersThreadUntilItEnds()
    {
        var work = new Counter();
        using (work.Begin()) Workers.Run(Chunks, new Slow());
        var continued = work.Count;
        Workers.Run(Chunks, new Slow());

        Assert.InRange(continued, 1, Chunks);
        Assert.Equal(continued, work.Count);
    }

    [Fact]
    public void Run_OnAnotherThread_LeavesTheWorkAlone()
    {
        var work = new Counter();
        using (work.Begin())
        {
            var thread = new Thread(() => Workers.Run(Chunks, new Slow()));
            thread.Start();
            thread.Join();
        }

        Assert.Equal(0, work.Count);
    }

    private sealed class Counter : BackgroundWork
    {
        public int Count { get; private set; }

        protected override void Continue() => Count++;
    }

    private readonly struct Slow : IParallelJob
    {
        public void Run(int chunk)
        {
            var start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 0.3) Thread.SpinWait(10);
        }
    }
}
