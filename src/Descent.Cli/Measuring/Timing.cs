using System.Diagnostics;

namespace Descent.Cli.Measuring;

/// <summary>How long work is measured: in rounds, of which the least counts, as whatever else a machine does can only make work slower.</summary>
/// <param name="Rounds">The rounds; work whose calls are so long that it has used up the time of all of them has fewer, but two.</param>
/// <param name="Seconds">The seconds of a round.</param>
internal sealed record Timing(int Rounds, double Seconds)
{
    private const int LeastRounds = 2;

    /// <summary>The seconds of work before the first round: tiered compilation needs some calls and a moment.</summary>
    public double WarmUp { get; init; } = 0.5;

    /// <summary>The rest before each round, for threads of the work before that still wait for more to do.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>The seconds of a call of each work, measured in turn: what happens to the machine meanwhile happens to all of them.</summary>
    public double[] Least(params Action[] works)
    {
        var repetitions = Array.ConvertAll(works, work => (int)Math.Clamp(Seconds / FastestCallOfWarmUp(work), 1, int.MaxValue));
        var (least, spent) = (new double[works.Length], new double[works.Length]);
        Array.Fill(least, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < works.Length; i++)
            {
                if (round >= LeastRounds && spent[i] > Rounds * Seconds) continue;
                Thread.Sleep(Pause);
                var start = Stopwatch.GetTimestamp();
                for (var call = 0; call < repetitions[i]; call++) works[i]();
                var elapsed = SecondsSince(start);
                spent[i] += elapsed;
                least[i] = Math.Min(least[i], elapsed / repetitions[i]);
            }
        }

        return least;
    }

    private double FastestCallOfWarmUp(Action work)
    {
        const double ClockTick = 1e-7;
        work(); // compiles
        var fastest = double.MaxValue;
        var start = Stopwatch.GetTimestamp();
        do
        {
            var call = Stopwatch.GetTimestamp();
            work();
            fastest = Math.Min(fastest, SecondsSince(call));
        }
        while (SecondsSince(start) < WarmUp);
        return Math.Max(fastest, ClockTick);
    }

    // A TimeSpan would round to 100 ns.
    private static double SecondsSince(long timestamp) => (Stopwatch.GetTimestamp() - timestamp) / (double)Stopwatch.Frequency;
}
