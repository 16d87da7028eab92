using System.Text.Json.Nodes;

namespace Descent.Optimizers.Schedules;

/// <summary>Multiplies the learning rate by a constant factor every so many steps.</summary>
/// <remarks>
/// <code>rate(step) = initialLearningRate · decayRate ^ (step / decaySteps)</code>
/// <code>new SGD(learningRate: new ExponentialDecay(initialLearningRate: 1e-2, decaySteps: 10000, decayRate: 0.9) { Staircase = true })</code>
/// </remarks>
public sealed class ExponentialDecay : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="initialLearningRate">The rate at step 0.</param>
    /// <param name="decaySteps">The steps after which the rate has been multiplied by <paramref name="decayRate"/> once; above 0, not necessarily whole.</param>
    /// <param name="decayRate">The factor; below 1 the rate falls, above 1 it grows.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not finite, or <paramref name="decaySteps"/> is not above 0.</exception>
    public ExponentialDecay(double initialLearningRate, double decaySteps, double decayRate)
    {
        InitialLearningRate = Check.Finite(initialLearningRate, nameof(InitialLearningRate));
        DecaySteps = Check.Positive(decaySteps, nameof(DecaySteps));
        DecayRate = Check.Finite(decayRate, nameof(DecayRate));
    }

    private ExponentialDecay(ConfigReader reader)
        : this(reader.Double("initial_learning_rate"), reader.Double("decay_steps"), reader.Double("decay_rate"))
    {
        Staircase = reader.Bool("staircase", Staircase);
        Name = reader.NullableString("name") ?? Name;
    }

    /// <summary>The rate at step 0.</summary>
    public double InitialLearningRate { get; }

    /// <summary>The steps in which the rate is multiplied by <see cref="DecayRate"/> once; above 0.</summary>
    public double DecaySteps { get; }

    /// <summary>The factor of every <see cref="DecaySteps"/> steps.</summary>
    public double DecayRate { get; }

    /// <summary>Whether the rate stays the same between multiples of <see cref="DecaySteps"/>; default false.</summary>
    public bool Staircase { get; init; }

    /// <inheritdoc/>
    public override double At(long step)
    {
        float periods = step / (float)DecaySteps;
        return (float)InitialLearningRate * Pow((float)DecayRate, Staircase ? MathF.Floor(periods) : periods);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new()
    {
        ["initial_learning_rate"] = KerasJson.Float(InitialLearningRate),
        ["decay_steps"] = KerasJson.Number(DecaySteps),
        ["decay_rate"] = KerasJson.Float(DecayRate),
        ["staircase"] = Staircase,
        ["name"] = Name,
    };

    /// <summary>Makes the schedule from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new schedule.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static ExponentialDecay FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new ExponentialDecay(reader));
}
