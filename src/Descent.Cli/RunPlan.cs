using Descent.Optimizers;
using Descent.Optimizers.Schedules;

namespace Descent.Cli;

/// <summary>How a run trains: what the user asked for, and for the rest what has done well on tables of this size.</summary>
internal sealed class RunPlan
{
    public static readonly int[] DefaultHidden = [96, 48];

    public const string DefaultActivation = "silu";
    public const string DefaultSchedule = "cosine";
    public const string DefaultOptimizer = "adamw";
    public const double DefaultRate = 0.005;
    public const int DefaultPatience = 30;

    private const double DefaultWeightDecay = 0.1;

    // Enough steps for a small network to learn a table; early stopping ends most runs before.
    private const int Steps = 10_000;
    private const int LeastEpochs = 40;
    private const int MostEpochs = 300;

    private readonly TrainOptions _options;
    private readonly int _rows;

    public RunPlan(TrainOptions options, int rows)
    {
        (_options, _rows) = (options, rows);
        Hidden = options.Hidden ?? DefaultHidden;
        BatchSize = Math.Min(options.BatchSize ?? DefaultBatchSize(rows), rows);
        Epochs = options.Epochs ?? Math.Clamp(Steps / StepsPerEpoch, LeastEpochs, MostEpochs);
        Patience = options.Patience ?? (options.Epochs is null ? DefaultPatience : 0);
    }

    public int[] Hidden { get; }

    public int BatchSize { get; }

    public int Epochs { get; }

    /// <summary>The epochs without progress after which training ends; 0: never.</summary>
    public int Patience { get; }

    private int StepsPerEpoch => (_rows + BatchSize - 1) / BatchSize;

    /// <summary>Makes the optimizer with its learning rate.</summary>
    public Optimizer CreateOptimizer()
    {
        var optimizer = _options.Optimizer is { } name ? Optimizer.Get(name) : new AdamW(DefaultRate) { WeightDecay = DefaultWeightDecay };
        if (_options is { LearningRate: not null, Schedule.HasOwnRate: true })
            throw new UsageException("Only one of --learning-rate and a --schedule in JSON, which has its own rate, can be given. Received: both.");
        var rate = _options.LearningRate ?? optimizer.LearningRate.Value;
        optimizer.LearningRate = CreateSchedule(rate) is { } schedule ? schedule : rate;
        return optimizer;
    }

    /// <summary>Makes the schedule that begins at a rate; null for a rate that stays.</summary>
    /// <exception cref="UsageException">It leaves the range of float32.</exception>
    public LearningRateSchedule? CreateSchedule(double rate)
    {
        var schedule = (_options.Schedule ?? ScheduleSpec.Parse(DefaultSchedule)).Create(rate, StepsPerEpoch, Epochs);
        if (schedule is not null)
            RequireFiniteRates(schedule);
        return schedule;
    }

    // Found here, it is the command line's fault; found in a step, it would be the program's.
    private void RequireFiniteRates(LearningRateSchedule schedule)
    {
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            var rate = schedule.At((long)epoch * StepsPerEpoch);
            if (!float.IsFinite((float)rate))
                throw new UsageException(FormattableString.Invariant($"--schedule must give learning rates that are finite in float32. Received: {rate} in epoch {epoch + 1}."));
        }
    }

    /// <summary>About forty steps an epoch, in powers of two.</summary>
    private static int DefaultBatchSize(int rows)
    {
        const int Least = 8, Most = 128;
        var size = Least;
        while (size < Most && rows > 60 * size)
            size *= 2;
        return size;
    }
}
