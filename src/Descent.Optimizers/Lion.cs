using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Descent.Kernels;

namespace Descent.Optimizers;

/// <summary>Steps by the sign of an interpolation between momentum and gradient; needs one slot of state.</summary>
/// <remarks>
/// <code>
/// w -= learningRate · sign(beta1 · m + (1 - beta1) · g)
/// m = beta2 · m + (1 - beta2) · g
/// </code>
/// <para>All steps have the same size: choose a learning rate 3 to 10 times smaller than for Adam, and a weight decay as much larger.</para>
/// </remarks>
/// <example><code>
/// var lion = new Lion(learningRate: 1e-4) { WeightDecay = 0.1 };
/// </code></example>
/// <seealso href="https://arxiv.org/abs/2302.06675">Symbolic Discovery of Optimization Algorithms (2023)</seealso>
public sealed class Lion : RuleOptimizer
{
    private const double DefaultLearningRate = 0.001;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.001.</param>
    public Lion(LearningRate? learningRate = null)
        : base(learningRate ?? DefaultLearningRate)
    {
    }

    private Lion(ConfigReader reader)
        : base(reader, DefaultLearningRate)
    {
        Beta1 = reader.Double("beta_1", Beta1);
        Beta2 = reader.Double("beta_2", Beta2);
    }

    /// <summary>The share of the momentum in the direction of a step, in (0, 1]. Default 0.9.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside (0, 1]; at 0 nothing but the sign of the gradient would be left.</exception>
    public double Beta1
    {
        get;
        init => field = Check.UnitIntervalOpenAtZero(value, nameof(Beta1));
    } = 0.9;

    /// <summary>How much of the momentum stays at each step, in [0, 1). Default 0.99.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1).</exception>
    public double Beta2
    {
        get;
        init => field = Check.UnitIntervalOpenAtOne(value, nameof(Beta2));
    } = 0.99;

    /// <inheritdoc/>
    protected override void BuildSlots() => AddSlots(["momentum"]);

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(new LionRule((float)learningRate, (float)Beta1, 1 - (float)Beta1, (float)Beta2, 1 - (float)Beta2)); // float32 betas, as Keras casts them

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["beta_1"] = KerasJson.Float(Beta1);
        config["beta_2"] = KerasJson.Float(Beta2);
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Lion FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Lion(reader));
}

internal readonly struct LionRule(float learningRate, float beta1, float oneMinusBeta1, float beta2, float oneMinusBeta2) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L m, ref L _, ref L __) where L : struct, ILane<L>
    {
        w -= LaneMath.Sign(m * L.Create(beta1) + g * L.Create(oneMinusBeta1)) * L.Create(learningRate);
        m = m * L.Create(beta2) + g * L.Create(oneMinusBeta2);
    }
}
