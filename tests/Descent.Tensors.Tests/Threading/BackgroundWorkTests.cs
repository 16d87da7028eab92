using System.Diagnostics;
using Descent.Threading;

namespace Descent.Tests.Threading;

public sealed class BackgroundWorkTests
{
    [Fact]
    public void Run_ALongJob_ContinuesTheWorkOfTheCallersThreadUntilItEnds()
    {
        var work = new Counter();
        using (work.Begin()) Workers.Run(20, new Slow());
        var continued = work.Count;
        Workers.Run(20, new Slow());

        Assert.InRange(continued, 1, 20);
        Assert.Equal(continued, work.Count);
    }

    [Fact]
    public void Run_OnAnotherThread_LeavesTheWorkAlone()
    {
        var work = new Counter();
        using (work.Begin())
        {
            var thread = new Thread(() => Workers.Run(20, new Slow()));
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
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 1) Thread.SpinWait(10);
        }
    }
}
