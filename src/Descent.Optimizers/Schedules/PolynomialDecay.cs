using System.Text.Json.Nodes;

namespace Descent.Optimizers.Schedules;

/// <summary>Lets the learning rate fall along a polynomial to an end rate, once or in cycles.</summary>
/// <remarks>
/// <code>
/// rate(step) = (initialLearningRate − EndLearningRate) · (1 − t / d) ^ Power + EndLearningRate
/// t = min(step, decaySteps), d = decaySteps
/// with Cycle: t = step, d = the first multiple of decaySteps that is not below step
/// </code>
/// <code>new SGD(learningRate: new PolynomialDecay(initialLearningRate: 0.1, decaySteps: 10000) { EndLearningRate = 0.01, Power = 0.5 })</code>
/// </remarks>
public sealed class PolynomialDecay : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="initialLearningRate">The rate at step 0.</param>
    /// <param name="decaySteps">The steps until <see cref="EndLearningRate"/> is reached; above 0, not necessarily whole.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not finite, or <paramref name="decaySteps"/> is not above 0.</exception>
    public PolynomialDecay(double initialLearningRate, double decaySteps)
    {
        InitialLearningRate = Check.Finite(initialLearningRate, nameof(InitialLearningRate));
        DecaySteps = Check.Positive(decaySteps, nameof(DecaySteps));
    }

    private PolynomialDecay(ConfigReader reader)
        : this(reader.Double("initial_learning_rate"), reader.Double("decay_steps"))
    {
        EndLearningRate = reader.Double("end_learning_rate", EndLearningRate);
        Power = reader.Double("power", Power);
        Cycle = reader.Bool("cycle", Cycle);
        Name = reader.NullableString("name") ?? Name;
    }

    /// <summary>The rate at step 0.</summary>
    public double InitialLearningRate { get; }

    /// <summary>The steps until <see cref="EndLearningRate"/> is reached; above 0.</summary>
    public double DecaySteps { get; }

    /// <summary>The rate at the end; default 0.0001.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double EndLearningRate { get; init => field = Check.Finite(value, nameof(EndLearningRate)); } = 0.0001;

    /// <summary>The power of the polynomial; default 1, a straight line.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double Power { get; init => field = Check.Finite(value, nameof(Power)); } = 1;

    /// <summary>Whether the rate rises again after <see cref="DecaySteps"/>, lower each time; default false.</summary>
    public bool Cycle { get; init; }

    /// <inheritdoc/>
    public override double At(long step)
    {
        float steps = (float)DecaySteps;
        float period = Cycle ? steps * MathF.Max(1, MathF.Ceiling(step / steps)) : steps;
        float end = (float)EndLearningRate;
        return ((float)InitialLearningRate - end) * Pow(1 - MathF.Min(step, period) / period, (float)Power) + end;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new()
    {
        ["initial_learning_rate"] = KerasJson.Float(InitialLearningRate),
        ["decay_steps"] = KerasJson.Number(DecaySteps),
        ["end_learning_rate"] = KerasJson.Float(EndLearningRate),
        ["power"] = KerasJson.Float(Power),
        ["cycle"] = Cycle,
        ["name"] = Name,
    };

    /// <summary>Makes the schedule from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new schedule.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static PolynomialDecay FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new PolynomialDecay(reader));
}
