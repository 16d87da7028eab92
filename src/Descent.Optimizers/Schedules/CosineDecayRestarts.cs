using System.Text.Json.Nodes;

namespace Descent.Optimizers.Schedules;

/// <summary>Lets the learning rate fall along half a cosine wave and start again, each period longer and lower if asked for.</summary>
/// <remarks>
/// <code>
/// period i is TMul^i · firstDecaySteps long; f in [0, 1) is the part of it that has passed
/// rate(step) = initialLearningRate · ((1 − Alpha) · MMul^i · (1 + cos(π · f)) / 2 + Alpha)
/// </code>
/// <code>new SGD(learningRate: new CosineDecayRestarts(initialLearningRate: 0.1, firstDecaySteps: 1000) { MMul = 0.9 })</code>
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1608.03983">Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts</seealso>
public sealed class CosineDecayRestarts : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="initialLearningRate">The rate at step 0.</param>
    /// <param name="firstDecaySteps">The steps of the first period; above 0, not necessarily whole.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not finite, or <paramref name="firstDecaySteps"/> is not above 0.</exception>
    public CosineDecayRestarts(double initialLearningRate, double firstDecaySteps)
        : base("SGDRDecay")
    {
        InitialLearningRate = Check.Finite(initialLearningRate, nameof(InitialLearningRate));
        FirstDecaySteps = Check.Positive(firstDecaySteps, nameof(FirstDecaySteps));
    }

    private CosineDecayRestarts(ConfigReader reader)
        : this(reader.Double("initial_learning_rate"), reader.Double("first_decay_steps"))
    {
        TMul = reader.Double("t_mul", TMul);
        MMul = reader.Double("m_mul", MMul);
        Alpha = reader.Double("alpha", Alpha);
        Name = reader.NullableString("name") ?? Name;
    }

    /// <summary>The rate at step 0.</summary>
    public double InitialLearningRate { get; }

    /// <summary>The steps of the first period; above 0.</summary>
    public double FirstDecaySteps { get; }

    /// <summary>How many times longer than the last each period is; above 0, default 2. Below 1 the rate stays at its lowest after the last period.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 0, or not finite.</exception>
    public double TMul { get; init => field = Check.Positive(value, nameof(TMul)); } = 2;

    /// <summary>How many times higher than the last each period starts; default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double MMul { get; init => field = Check.Finite(value, nameof(MMul)); } = 1;

    /// <summary>The fraction of the initial rate that remains at the end of a period; default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double Alpha { get; init => field = Check.Finite(value, nameof(Alpha)); }

    /// <inheritdoc/>
    public override double At(long step)
    {
        (float period, float fraction) = Locate(step / (float)FirstDecaySteps);
        float alpha = (float)Alpha;
        return (float)InitialLearningRate * ((1 - alpha) * (Pow((float)MMul, period) * HalfCosine(fraction)) + alpha);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new()
    {
        ["initial_learning_rate"] = KerasJson.Float(InitialLearningRate),
        ["first_decay_steps"] = KerasJson.Number(FirstDecaySteps),
        ["t_mul"] = KerasJson.Float(TMul),
        ["m_mul"] = KerasJson.Float(MMul),
        ["alpha"] = KerasJson.Float(Alpha),
        ["name"] = Name,
    };

    /// <summary>Makes the schedule from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new schedule.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static CosineDecayRestarts FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new CosineDecayRestarts(reader));

    /// <summary>Finds the period and the part of it that has passed from the time in units of the first period.</summary>
    private (float Period, float Fraction) Locate(float time)
    {
        float ratio = (float)TMul;
        if (ratio == 1)
            return (MathF.Floor(time), time - MathF.Floor(time));

        // Period i starts at 1 + ratio + … + ratio^(i-1) = (1 - ratio^i) / (1 - ratio), and time is solved for i.
        float argument = 1 - time * (1 - ratio);
        if (argument <= 0)
            return (0, 1); // Shrinking periods come to an end; the rate stays there, where Keras gives NaN.

        float period = MathF.Floor((float)Math.Log(argument) / (float)Math.Log(ratio));
        float length = Pow(ratio, period);
        return (period, (time - (1 - length) / (1 - ratio)) / length);
    }
}
