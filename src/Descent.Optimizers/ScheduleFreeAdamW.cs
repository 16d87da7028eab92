using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Adam that needs no schedule: an average of all weights so far takes the place of a falling rate.</summary>
/// <remarks>
/// <code>
/// v += (g² - v) · (1 - beta2);  v̂ = v / (1 - beta2ᵗ)
/// z' = z - learningRate · min(t / warmupSteps, 1) · g / (√v̂ + epsilon)
/// x = (w - (1 - beta1) · z) / beta1;  x' = (1 - 1/t) · x + 1/t · z'
/// w = (1 - beta1) · z' + beta1 · x';  z = z'
/// </code>
/// <para>The weights during training are those at which gradients are taken (the paper's y). Unlike Adam, it wants a fairly large rate and some steps of warm-up.</para>
/// </remarks>
/// <example><code>
/// var optimizer = new ScheduleFreeAdamW(learningRate: 2.5e-3) { WarmupSteps = 1000, WeightDecay = 1e-2 };
/// </code></example>
/// <seealso href="https://arxiv.org/abs/2405.15682">The Road Less Scheduled (2024)</seealso>
public sealed class ScheduleFreeAdamW : AdamFamily
{
    private new const double DefaultLearningRate = 0.0025;
    private const double DefaultEpsilon = 1e-8;

    /// <summary>Creates the optimizer; <see cref="AdamFamily.Epsilon"/> is 1e-8 unless set.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.0025.</param>
    public ScheduleFreeAdamW(LearningRate? learningRate = null)
        : base(learningRate ?? DefaultLearningRate) => Epsilon = DefaultEpsilon;

    private ScheduleFreeAdamW(ConfigReader reader)
        : base(reader, DefaultLearningRate)
    {
        if (!reader.Has("epsilon")) Epsilon = DefaultEpsilon;
        WarmupSteps = reader.Int("warmup_steps", WarmupSteps);
    }

    /// <summary>The steps over which the rate rises linearly, zero or more. Default 0: none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int WarmupSteps
    {
        get;
        init => field = Check.AtLeast(0, value, nameof(WarmupSteps));
    }

    /// <inheritdoc/>
    protected override void Validate()
    {
        base.Validate();
        if (Beta1 == 0)
            throw new ArgumentException("Beta1 of ScheduleFreeAdamW must be in (0, 1): the average is recovered by dividing by it. Received: 0.");
    }

    /// <inheritdoc/>
    protected override void BuildSlots()
    {
        var slots = AddSlots(["momentum", "velocity"]);
        for (var i = 0; i < TrainableVariables.Count; i++) slots[0][i].Assign(TrainableVariables[i]);
    }

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step)
    {
        if (WarmupSteps > 0) learningRate *= Math.Min((double)step / WarmupSteps, 1);
        runner.Run(new ScheduleFreeRule(
            (float)learningRate, (float)Beta1, 1 - (float)Beta1, 1 - (float)Beta2, // float32 betas, as Keras casts them
            1 / (1 - Float32.Power(Beta2, step)), (float)(1.0 / step), (float)(1 - 1.0 / step), (float)Epsilon));
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["warmup_steps"] = WarmupSteps;
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static ScheduleFreeAdamW FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new ScheduleFreeAdamW(reader));
}

internal readonly struct ScheduleFreeRule(
    float learningRate, float beta1, float oneMinusBeta1, float oneMinusBeta2, float ofVelocity, float weight, float oneMinusWeight, float epsilon) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L z, ref L v, ref L _) where L : struct, ILane<L>
    {
        v += (g * g - v) * L.Create(oneMinusBeta2);
        var x = (w - z * L.Create(oneMinusBeta1)) / L.Create(beta1);
        z -= g * L.Create(learningRate) / (L.Sqrt(v * L.Create(ofVelocity)) + L.Create(epsilon));
        x = x * L.Create(oneMinusWeight) + z * L.Create(weight);
        w = z * L.Create(oneMinusBeta1) + x * L.Create(beta1);
    }
}
