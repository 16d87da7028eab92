using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> have in common: everything but the defaults.</summary>
/// <remarks>
/// <code>
/// m += (g - m) · (1 - beta1)
/// v += (g² - v) · (1 - beta2)
/// α = learningRate · √(1 - beta2ᵗ) / (1 - beta1ᵗ)
/// w -= α · m / (√v + epsilon)          with AmsGrad: v̂ = max(v̂, v) in place of v
/// </code>
/// <para>Epsilon is the paper's "epsilon hat": it is added before the correction of the bias.</para>
/// </remarks>
public abstract class AdamBase : AdamFamily
{
    private protected AdamBase(LearningRate? learningRate)
        : base(learningRate)
    {
    }

    private protected AdamBase(ConfigReader reader)
        : base(reader)
    {
        AmsGrad = reader.Bool("amsgrad", AmsGrad);
    }

    /// <summary>Whether the divisor never shrinks (AMSGrad). Default: no.</summary>
    /// <seealso href="https://openreview.net/forum?id=ryQu7f-RZ">On the Convergence of Adam and Beyond</seealso>
    public bool AmsGrad { get; init; }

    /// <inheritdoc/>
    protected override void BuildSlots()
    {
        AddSlots(["momentum", "velocity"]);
        if (AmsGrad) AddSlots(["velocity_hat"]);
    }

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step)
    {
        if (AmsGrad) runner.Run(AmsGradRule<Keras3Arithmetic>.At(step, learningRate, Beta1, Beta2, Epsilon));
        else runner.Run(AdamRule<Keras3Arithmetic>.At(step, learningRate, Beta1, Beta2, Epsilon));
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["amsgrad"] = AmsGrad;
        return config;
    }
}

internal readonly struct AdamRule<A>(float alpha, float beta1, float oneMinusBeta1, float beta2, float oneMinusBeta2, float epsilon) : IUpdateRule where A : struct, IAdamArithmetic
{
    /// <summary>The rule of a step, counted from 1.</summary>
    public static AdamRule<A> At(int step, double learningRate, double beta1, double beta2, double epsilon) =>
        new(A.StepSize((float)learningRate, Float32.Power(beta1, step), Float32.Power(beta2, step)), (float)beta1, (float)(1 - beta1), (float)beta2, (float)(1 - beta2), (float)epsilon);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L m, ref L v, ref L _) where L : struct, ILane<L>
    {
        m = A.Mean(m, g, beta1, oneMinusBeta1);
        v = A.Mean(v, g * g, beta2, oneMinusBeta2);
        w -= m * L.Create(alpha) / (L.Sqrt(v) + L.Create(epsilon));
    }
}

internal readonly struct AmsGradRule<A>(float alpha, float beta1, float oneMinusBeta1, float beta2, float oneMinusBeta2, float epsilon) : IUpdateRule where A : struct, IAdamArithmetic
{
    /// <inheritdoc cref="AdamRule{A}.At"/>
    public static AmsGradRule<A> At(int step, double learningRate, double beta1, double beta2, double epsilon) =>
        new(A.StepSize((float)learningRate, Float32.Power(beta1, step), Float32.Power(beta2, step)), (float)beta1, (float)(1 - beta1), (float)beta2, (float)(1 - beta2), (float)epsilon);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L m, ref L v, ref L vHat) where L : struct, ILane<L>
    {
        m = A.Mean(m, g, beta1, oneMinusBeta1);
        v = A.Mean(v, g * g, beta2, oneMinusBeta2);
        vHat = L.Max(vHat, v);
        w -= m * L.Create(alpha) / (L.Sqrt(vHat) + L.Create(epsilon));
    }
}
