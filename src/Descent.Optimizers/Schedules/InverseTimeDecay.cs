using System.Text.Json.Nodes;

namespace Descent.Optimizers.Schedules;

/// <summary>Lets the learning rate fall with the inverse of time.</summary>
/// <remarks>
/// <code>rate(step) = initialLearningRate / (1 + decayRate · step / decaySteps)</code>
/// <code>new Adam(learningRate: new InverseTimeDecay(initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5))</code>
/// </remarks>
public sealed class InverseTimeDecay : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="initialLearningRate">The rate at step 0.</param>
    /// <param name="decaySteps">The unit of time in steps; above 0, not necessarily whole.</param>
    /// <param name="decayRate">What a unit of time adds to the divisor.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not finite, or <paramref name="decaySteps"/> is not above 0.</exception>
    public InverseTimeDecay(double initialLearningRate, double decaySteps, double decayRate)
    {
        InitialLearningRate = Check.Finite(initialLearningRate, nameof(InitialLearningRate));
        DecaySteps = Check.Positive(decaySteps, nameof(DecaySteps));
        DecayRate = Check.Finite(decayRate, nameof(DecayRate));
    }

    private InverseTimeDecay(ConfigReader reader)
        : this(reader.Double("initial_learning_rate"), reader.Double("decay_steps"), reader.Double("decay_rate"))
    {
        Staircase = reader.Bool("staircase", Staircase);
        Name = reader.NullableString("name") ?? Name;
    }

    /// <summary>The rate at step 0.</summary>
    public double InitialLearningRate { get; }

    /// <summary>The unit of time in steps; above 0.</summary>
    public double DecaySteps { get; }

    /// <summary>What <see cref="DecaySteps"/> steps add to the divisor.</summary>
    public double DecayRate { get; }

    /// <summary>Whether the rate stays the same between multiples of <see cref="DecaySteps"/>; default false.</summary>
    public bool Staircase { get; init; }

    /// <inheritdoc/>
    public override double At(long step)
    {
        float periods = step / (float)DecaySteps;
        return (float)InitialLearningRate / (1 + (float)DecayRate * (Staircase ? MathF.Floor(periods) : periods));
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
    public static InverseTimeDecay FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new InverseTimeDecay(reader));
}
