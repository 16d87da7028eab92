using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Descent.Kernels;

namespace Descent.Optimizers;

/// <summary>Follow the regularized leader: for sparse, wide models; weights that do not earn their place become exactly zero.</summary>
/// <remarks>
/// <code>
/// n' = n + g²;  p = -learningRatePower
/// z += g + 2 · l2Shrinkage · w - (n'ᵖ - nᵖ) / learningRate · w
/// w = (clip(z, -l1, l1) - z) / (n'ᵖ / learningRate + 2 · l2 + beta / learningRate);  n = n'
/// </code>
/// </remarks>
/// <example><code>
/// var ftrl = new Ftrl(learningRate: 0.1) { L1RegularizationStrength = 0.01 };
/// </code></example>
/// <seealso href="https://research.google.com/pubs/archive/41159.pdf">Ad Click Prediction: a View from the Trenches (2013)</seealso>
public sealed class Ftrl : RuleOptimizer
{
    private const double DefaultLearningRate = 0.001;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.001.</param>
    public Ftrl(LearningRate? learningRate = null)
        : base(learningRate ?? DefaultLearningRate)
    {
    }

    private Ftrl(ConfigReader reader)
        : base(reader, DefaultLearningRate)
    {
        LearningRatePower = reader.Double("learning_rate_power", LearningRatePower);
        InitialAccumulatorValue = reader.Double("initial_accumulator_value", InitialAccumulatorValue);
        L1RegularizationStrength = reader.Double("l1_regularization_strength", L1RegularizationStrength);
        L2RegularizationStrength = reader.Double("l2_regularization_strength", L2RegularizationStrength);
        L2ShrinkageRegularizationStrength = reader.Double("l2_shrinkage_regularization_strength", L2ShrinkageRegularizationStrength);
        Beta = reader.Double("beta", Beta);
    }

    /// <summary>How the rate falls with the sum of squares: zero for a fixed rate, or negative. Default -0.5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is positive or not finite.</exception>
    public double LearningRatePower
    {
        get;
        init => field = value <= 0 && double.IsFinite(value) ? value : throw Check.OutOfRange(nameof(LearningRatePower), "negative or zero", value);
    } = -0.5;

    /// <summary>The first value of the sums of squares, zero or more. Default 0.1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double InitialAccumulatorValue
    {
        get;
        init => field = Check.NotNegative(value, nameof(InitialAccumulatorValue));
    } = 0.1;

    /// <summary>The penalty on the magnitude of the weights, zero or more. Default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double L1RegularizationStrength
    {
        get;
        init => field = Check.NotNegative(value, nameof(L1RegularizationStrength));
    }

    /// <summary>The penalty on the squares of the weights, zero or more. Default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double L2RegularizationStrength
    {
        get;
        init => field = Check.NotNegative(value, nameof(L2RegularizationStrength));
    }

    /// <summary>A penalty on the squares of the weights that acts through the gradient, zero or more. Default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double L2ShrinkageRegularizationStrength
    {
        get;
        init => field = Check.NotNegative(value, nameof(L2ShrinkageRegularizationStrength));
    }

    /// <summary>The paper's beta; enters the divisor as beta / learning rate. Default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double Beta
    {
        get;
        init => field = Check.Finite(value, nameof(Beta));
    }

    /// <inheritdoc/>
    protected override void BuildSlots()
    {
        var slots = AddSlots(["accumulator", "linear"]);
        foreach (var accumulator in slots[0]) accumulator.Assign(Tensor.Full(accumulator.Shape, (float)InitialAccumulatorValue));
    }

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step) => runner.Run(new FtrlRule(
        (float)learningRate, (float)-LearningRatePower, (float)L1RegularizationStrength,
        (float)(2 * L2RegularizationStrength + Beta / learningRate), (float)(2 * L2ShrinkageRegularizationStrength)));

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["learning_rate_power"] = KerasJson.Float(LearningRatePower);
        config["initial_accumulator_value"] = KerasJson.Float(InitialAccumulatorValue);
        config["l1_regularization_strength"] = KerasJson.Float(L1RegularizationStrength);
        config["l2_regularization_strength"] = KerasJson.Float(L2RegularizationStrength);
        config["l2_shrinkage_regularization_strength"] = KerasJson.Float(L2ShrinkageRegularizationStrength);
        config["beta"] = KerasJson.Float(Beta);
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Ftrl FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Ftrl(reader));
}

internal readonly struct FtrlRule(float learningRate, float power, float l1, float twiceL2, float twiceShrinkage) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L n, ref L z, ref L _) where L : struct, ILane<L>
    {
        if (learningRate == 0f) return; // where the formula divides by zero, nothing moves
        var sum = n + g * g;
        var (before, after, rate) = (Power(n), Power(sum), L.Create(learningRate));
        z += g + w * L.Create(twiceShrinkage) - (after - before) / rate * w;
        w = (L.Min(L.Max(z, L.Create(-l1)), L.Create(l1)) - z) / (after / rate + L.Create(twiceL2));
        n = sum;
    }

    // The root is by far the most common power.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private L Power<L>(L x) where L : struct, ILane<L> =>
        power == 0.5f ? L.Sqrt(x) : power == 0f ? L.Create(1f) : LaneMath.Exp(LaneMath.Log(x) * L.Create(power));
}
