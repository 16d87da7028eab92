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
public sealed class Adamax : AdamFamily
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.001.</param>
    public Adamax(LearningRate? learningRate = null)
        : base(learningRate)
    {
    }

    private Adamax(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    protected override void BuildSlots() => AddSlots(["momentum", "norm"]);

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(AdamaxRule<Keras3Arithmetic>.At(step, learningRate, Beta1, Beta2, Epsilon));

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Adamax FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Adamax(reader));
}

internal readonly struct AdamaxRule<A>(float alpha, float beta1, float oneMinusBeta1, float beta2, float epsilon) : IUpdateRule where A : struct, IAdamArithmetic
{
    /// <summary>The rule of a step, counted from 1.</summary>
    public static AdamaxRule<A> At(int step, double learningRate, double beta1, double beta2, double epsilon) =>
        new((float)learningRate / (1 - Float32.Power(beta1, step)), (float)beta1, (float)(1 - beta1), (float)beta2, (float)epsilon);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L m, ref L u, ref L _) where L : struct, ILane<L>
    {
        m = A.Mean(m, g, beta1, oneMinusBeta1);
        u = L.Max(u * L.Create(beta2), L.Abs(g));
        w -= m * L.Create(alpha) / (u + L.Create(epsilon));
    }
}
