using System.Text.Json.Nodes;

namespace Descent.Optimizers.Schedules;

/// <summary>Lets the learning rate rise along a line to the first rate of another schedule, which then begins.</summary>
/// <remarks>
/// <code>
/// step &lt; steps: rate(step) = InitialLearningRate + (schedule(0) − InitialLearningRate) · step / steps
/// then:         rate(step) = schedule(step − steps)
/// </code>
/// The other schedule starts when the warm-up ends: step <c>steps</c> is its step 0, as in Keras' <see cref="CosineDecay"/> with a warm-up.
/// <code>new Adam(learningRate: new Warmup(new ExponentialDecay(1e-3, decaySteps: 1000, decayRate: 0.9), steps: 500))</code>
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1706.02677">Goyal et al., Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour</seealso>
public sealed class Warmup : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="schedule">What follows the warm-up: any schedule, or a number.</param>
    /// <param name="steps">The steps of the warm-up, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is negative.</exception>
    /// <exception cref="ArgumentException">What follows is a function, or sets <see cref="LearningRateSchedule.Counts"/>, which only the whole may.</exception>
    public Warmup(LearningRate schedule, long steps)
    {
        Schedule = Part(schedule, nameof(schedule));
        Steps = Check.AtLeast(0, steps, nameof(Steps));
    }

    private Warmup(ConfigReader reader)
        : this(ReadPart(reader.Object("schedule"), "schedule"), reader.Long("steps"))
    {
        InitialLearningRate = reader.Double("initial_learning_rate", InitialLearningRate);
        Name = reader.NullableString("name") ?? Name;
    }

    /// <summary>What follows the warm-up.</summary>
    public LearningRateSchedule Schedule { get; }

    /// <summary>The steps of the warm-up, 0 or more.</summary>
    public long Steps { get; }

    /// <summary>The rate at step 0; default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double InitialLearningRate { get; init => field = Check.Finite(value, nameof(InitialLearningRate)); }

    /// <inheritdoc/>
    public override double At(long step) => step < Steps
        ? Annealing.Linear.Between(InitialLearningRate, Schedule.At(0), (double)step / Steps)
        : Schedule.At(step - Steps);

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new()
    {
        ["schedule"] = Schedule.Serialize(),
        ["steps"] = Steps,
        ["initial_learning_rate"] = KerasJson.Float(InitialLearningRate),
        ["name"] = Name,
    };

    /// <summary>Makes the schedule from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments by name.</param>
    /// <returns>A new schedule.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static Warmup FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Warmup(reader));
}
