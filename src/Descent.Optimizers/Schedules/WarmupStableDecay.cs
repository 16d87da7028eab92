using System.Text.Json.Nodes;

namespace Descent.Optimizers.Schedules;

/// <summary>Lets the learning rate rise along a line, stay for most of the run, and fall at its end.</summary>
/// <remarks>
/// <code>
/// step &lt; warmupSteps: rate(step) = InitialLearningRate + (learningRate − InitialLearningRate) · step / warmupSteps
/// then:               from learningRate to Alpha · learningRate, (step − warmupSteps − stableSteps) / decaySteps of the way, in [0, 1]
/// </code>
/// The way down is <see cref="Annealing"/>. While the rate is stable training can go on for as long as it helps; a short decay, about a tenth of the run, takes the gain.
/// <code>new AdamW(learningRate: new WarmupStableDecay(1e-3, warmupSteps: 500, stableSteps: 8500, decaySteps: 1000) { Annealing = Annealing.OneMinusSqrt })</code>
/// </remarks>
/// <seealso href="https://arxiv.org/abs/2404.06395">Hu et al., MiniCPM: Unveiling the Potential of Small Language Models with Scalable Training Strategies</seealso>
/// <seealso href="https://arxiv.org/abs/2405.18392">Hägele et al., Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations (1 − √ is the best of the ways down)</seealso>
public sealed class WarmupStableDecay : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="learningRate">The rate of the stable part.</param>
    /// <param name="warmupSteps">The steps until it is reached, 0 or more.</param>
    /// <param name="stableSteps">The steps for which it stays, 0 or more.</param>
    /// <param name="decaySteps">The steps of the decay, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not finite, or a number of steps is too small.</exception>
    public WarmupStableDecay(double learningRate, long warmupSteps, long stableSteps, long decaySteps)
    {
        LearningRate = Check.Finite(learningRate, nameof(LearningRate));
        WarmupSteps = Check.AtLeast(0, warmupSteps, nameof(WarmupSteps));
        StableSteps = Check.AtLeast(0, stableSteps, nameof(StableSteps));
        DecaySteps = Check.AtLeast(1, decaySteps, nameof(DecaySteps));
    }

    private WarmupStableDecay(ConfigReader reader)
        : this(reader.Double("learning_rate"), reader.Long("warmup_steps"), reader.Long("stable_steps"), reader.Long("decay_steps"))
    {
        InitialLearningRate = reader.Double("initial_learning_rate", InitialLearningRate);
        Alpha = reader.Double("alpha", Alpha);
        Annealing = reader.Choice("annealing", Annealing);
        Name = reader.NullableString("name") ?? Name;
    }

    /// <summary>The rate of the stable part.</summary>
    public double LearningRate { get; }

    /// <summary>The steps of the warm-up, 0 or more.</summary>
    public long WarmupSteps { get; }

    /// <summary>The steps of the stable part, 0 or more.</summary>
    public long StableSteps { get; }

    /// <summary>The steps of the decay, 1 or more.</summary>
    public long DecaySteps { get; }

    /// <summary>The rate at step 0 if there is a warm-up; default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double InitialLearningRate { get; init => field = Check.Finite(value, nameof(InitialLearningRate)); }

    /// <summary>The fraction of the rate that remains at the end, in [0, 1]; default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1].</exception>
    public double Alpha { get; init => field = Check.UnitInterval(value, nameof(Alpha)); }

    /// <summary>The way down; default <see cref="Annealing.Linear"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such way.</exception>
    public Annealing Annealing { get; init => field = Check.Defined(value, nameof(Annealing)); }

    /// <inheritdoc/>
    public override double At(long step) => step < WarmupSteps
        ? Annealing.Linear.Between(InitialLearningRate, LearningRate, (double)step / WarmupSteps)
        : Annealing.Between(LearningRate, Alpha * LearningRate, Math.Clamp((double)(step - WarmupSteps - StableSteps) / DecaySteps, 0, 1));

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new()
    {
        ["learning_rate"] = KerasJson.Float(LearningRate),
        ["warmup_steps"] = WarmupSteps,
        ["stable_steps"] = StableSteps,
        ["decay_steps"] = DecaySteps,
        ["initial_learning_rate"] = KerasJson.Float(InitialLearningRate),
        ["alpha"] = KerasJson.Float(Alpha),
        ["annealing"] = KerasNames.ToSnakeCase(Annealing.ToString()),
        ["name"] = Name,
    };

    /// <summary>Makes the schedule from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments by name.</param>
    /// <returns>A new schedule.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static WarmupStableDecay FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new WarmupStableDecay(reader));
}
