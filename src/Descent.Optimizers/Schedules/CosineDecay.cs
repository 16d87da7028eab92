using System.Text.Json.Nodes;

namespace Descent.Optimizers.Schedules;

/// <summary>Lets the learning rate fall along half a cosine wave, after a linear warm-up if one is asked for.</summary>
/// <remarks>
/// <code>
/// without WarmupTarget, t = min(step, decaySteps):
///   rate(step) = initialLearningRate · ((1 − Alpha) · (1 + cos(π · t / decaySteps)) / 2 + Alpha)
/// with WarmupTarget:
///   step &lt; WarmupSteps: rate(step) = initialLearningRate + (WarmupTarget − initialLearningRate) · step / WarmupSteps
///   then as above from WarmupTarget, with t = min(step − WarmupSteps, decaySteps)
/// </code>
/// <code>new AdamW(learningRate: new CosineDecay(initialLearningRate: 0, decaySteps: 1000) { WarmupTarget = 0.1, WarmupSteps = 100 })</code>
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1608.03983">Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts</seealso>
/// <seealso href="https://arxiv.org/abs/1706.02677">Goyal et al., Accurate, Large Minibatch SGD (the warm-up)</seealso>
public sealed class CosineDecay : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="initialLearningRate">The rate at step 0.</param>
    /// <param name="decaySteps">The steps of the decay, which follow those of the warm-up; above 0, not necessarily whole.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not finite, or <paramref name="decaySteps"/> is not above 0.</exception>
    public CosineDecay(double initialLearningRate, double decaySteps)
    {
        InitialLearningRate = Check.Finite(initialLearningRate, nameof(InitialLearningRate));
        DecaySteps = Check.Positive(decaySteps, nameof(DecaySteps));
    }

    private CosineDecay(ConfigReader reader)
        : this(reader.Double("initial_learning_rate"), reader.Double("decay_steps"))
    {
        Alpha = reader.Double("alpha", Alpha);
        Name = reader.NullableString("name") ?? Name;
        WarmupTarget = reader.NullableDouble("warmup_target", WarmupTarget);
        WarmupSteps = reader.Double("warmup_steps", WarmupSteps);
    }

    /// <summary>The rate at step 0.</summary>
    public double InitialLearningRate { get; }

    /// <summary>The steps of the decay; above 0.</summary>
    public double DecaySteps { get; }

    /// <summary>The fraction of the highest rate that remains at the end; default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double Alpha { get; init => field = Check.Finite(value, nameof(Alpha)); }

    /// <summary>The rate at the end of the warm-up; default null, no warm-up (<see cref="WarmupSteps"/> then has no effect).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double? WarmupTarget { get; init => field = value is double given ? Check.Finite(given, nameof(WarmupTarget)) : null; }

    /// <summary>The steps of the warm-up; default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double WarmupSteps { get; init => field = Check.Finite(value, nameof(WarmupSteps)); }

    /// <inheritdoc/>
    public override double At(long step)
    {
        if (WarmupTarget is not double target)
            return Decay((float)InitialLearningRate, step);

        float warmupSteps = (float)WarmupSteps;
        if (step >= warmupSteps)
            return Decay((float)target, step - warmupSteps);

        float initial = (float)InitialLearningRate;
        return ((float)target - initial) * (step / warmupSteps) + initial;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig() => new()
    {
        ["initial_learning_rate"] = KerasJson.Float(InitialLearningRate),
        ["decay_steps"] = KerasJson.Number(DecaySteps),
        ["alpha"] = KerasJson.Float(Alpha),
        ["name"] = Name,
        ["warmup_target"] = KerasJson.Float(WarmupTarget),
        ["warmup_steps"] = KerasJson.Number(WarmupSteps),
    };

    /// <summary>Makes the schedule from what <see cref="GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new schedule.</returns>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static CosineDecay FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new CosineDecay(reader));

    private float Decay(float from, float step)
    {
        float steps = (float)DecaySteps;
        return from * ((float)(1 - Alpha) * HalfCosine(MathF.Min(step, steps) / steps) + (float)Alpha);
    }
}
