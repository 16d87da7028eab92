using System.Diagnostics;

namespace Descent.Cli.Measuring;

/// <summary>How long work is measured: in rounds, in which several works take turns, as what happens to the machine meanwhile should happen to all of them.</summary>
/// <param name="Rounds">The rounds; work whose calls are so long that it has used up the time of all of them has fewer, but two.</param>
/// <param name="Seconds">The seconds of a round.</param>
internal sealed record Timing(int Rounds, double Seconds)
{
    private const int LeastRounds = 2;

    /// <summary>The seconds of work before the first round: tiered compilation needs some calls and a moment.</summary>
    public double WarmUp { get; init; } = 0.5;

    /// <summary>The rest before each round, for threads of the work before that still wait for more to do.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Called with the index of a work before it is warmed up and before each of its rounds, outside of its time.</summary>
    public Action<int>? BeforeRound { get; init; }

    /// <summary>The seconds of a call of each work in its best round: whatever else a machine does can only make work slower.</summary>
    public double[] Least(params Action[] works) => Array.ConvertAll(Measure(works), rounds => rounds.Min());

    /// <summary>The seconds of a call of two works in the round whose ratio is the median of all: steadier than two bests of different moments.</summary>
    public (double Work, double Other) Beside(Action work, Action other)
    {
        var rounds = Measure(work, other);
        return MedianRatio(rounds[0].Zip(rounds[1]));
    }

    /// <summary>The pair whose ratio is the median; of two in the middle the one of the larger ratio.</summary>
    internal static (double Work, double Other) MedianRatio(IEnumerable<(double Work, double Other)> pairs)
    {
        (double, double)[] ordered = [.. pairs.OrderBy(pair => pair.Work / pair.Other)];
        return ordered[ordered.Length / 2];
    }

    // The seconds of a call of each work in each of its rounds.
    private List<double>[] Measure(params Action[] works)
    {
        var repetitions = new int[works.Length];
        for (var i = 0; i < works.Length; i++)
        {
            BeforeRound?.Invoke(i);
            repetitions[i] = (int)Math.Clamp(Seconds / FastestCallOfWarmUp(works[i]), 1, int.MaxValue);
        }

        var (measured, spent) = (Array.ConvertAll(works, _ => new List<double>()), new double[works.Length]);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < works.Length; i++)
            {
                if (round >= LeastRounds && spent[i] > Rounds * Seconds) continue;
                BeforeRound?.Invoke(i);
                Thread.Sleep(Pause);
                var start = Stopwatch.GetTimestamp();
                for (var call = 0; call < repetitions[i]; call++) works[i]();
                var elapsed = SecondsSince(start);
                spent[i] += elapsed;
                measured[i].Add(elapsed / repetitions[i]);
            }
        }

        return measured;
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
