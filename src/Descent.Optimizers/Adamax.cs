using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Adam with the largest gradient of the recent past in place of the mean square.</summary>
/// <remarks>
/// <code>
/// m += (g - m) · (1 - beta1)
/// u = max(beta2 · u, |g|)
/// w -= learningRate / (1 - beta1ᵗ) · m / (u + epsilon)
/// </code>
/// </remarks>
/// <example><code>
/// var adamax = new Adamax(learningRate: 2e-3);
/// </code></example>
/// <seealso href="https://arxiv.org/abs/1412.6980">Adam: A Method for Stochastic Optimization, section 7 (2014)</seealso>
public sealed class Adamax : RuleOptimizer
{
    private const double DefaultLearningRate = 0.001;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.001.</param>
    public Adamax(LearningRate? learningRate = null)
        : base(learningRate ?? DefaultLearningRate)
    {
    }

    private Adamax(ConfigReader reader)
        : base(reader, DefaultLearningRate)
    {
        Beta1 = reader.Double("beta_1", Beta1);
        Beta2 = reader.Double("beta_2", Beta2);
        Epsilon = reader.Double("epsilon", Epsilon);
    }

    /// <summary>How much of the mean of the gradient stays at each step, in [0, 1). Default 0.9.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1).</exception>
    public double Beta1
    {
        get;
        init => field = Fraction(value, nameof(Beta1));
    } = 0.9;

    /// <summary>How much of the largest gradient stays at each step, in [0, 1). Default 0.999.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1).</exception>
    public double Beta2
    {
        get;
        init => field = Fraction(value, nameof(Beta2));
    } = 0.999;

    /// <summary>Added to the divisor, zero or more. Default 1e-7.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double Epsilon
    {
        get;
        init => field = NotNegative(value, nameof(Epsilon));
    } = 1e-7;

    /// <inheritdoc/>
    protected override void BuildSlots() => AddSlots(["momentum", "norm"]);

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(new AdamaxRule((float)(learningRate / (1 - Math.Pow(Beta1, step))), (float)(1 - Beta1), (float)Beta2, (float)Epsilon));

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["beta_1"] = KerasJson.Float(Beta1);
        config["beta_2"] = KerasJson.Float(Beta2);
        config["epsilon"] = KerasJson.Float(Epsilon);
        return config;
    }

    /// <summary>Makes the optimizer from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Adamax FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Adamax(reader));
}

internal readonly struct AdamaxRule(float alpha, float oneMinusBeta1, float beta2, float epsilon) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L m, ref L u, ref L _) where L : struct, ILane<L>
    {
        m += (g - m) * L.Create(oneMinusBeta1);
        u = L.Max(u * L.Create(beta2), L.Abs(g));
        w -= m * L.Create(alpha) / (u + L.Create(epsilon));
    }
}
