using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Adam with Nesterov momentum.</summary>
/// <remarks>
/// <code>
/// uₜ = beta1 · (1 - 0.5 · 0.96ᵗ);  Uₜ = u₁ · u₂ · … · uₜ
/// m += (g - m) · (1 - beta1);  v += (g² - v) · (1 - beta2)
/// m̂ = uₜ₊₁ · m / (1 - Uₜ₊₁) + (1 - uₜ) · g / (1 - Uₜ)
/// v̂ = v / (1 - beta2ᵗ)
/// w -= learningRate · m̂ / (√v̂ + epsilon)
/// </code>
/// </remarks>
/// <example><code>
/// var nadam = new Nadam(learningRate: 2e-3);
/// </code></example>
/// <seealso href="http://cs229.stanford.edu/proj2015/054_report.pdf">Incorporating Nesterov Momentum into Adam (2015)</seealso>
public sealed class Nadam : AdamFamily
{
    // By then the product is 0, unless beta1 is all but 1; a file may claim any number of steps.
    private const int MostFactors = 1 << 20;

    private Variable? _product;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.001.</param>
    public Nadam(LearningRate? learningRate = null)
        : base(learningRate)
    {
    }

    private Nadam(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    protected override void BuildSlots()
    {
        AddSlots(["momentum", "velocity"]);
        _product = AddVariable("variable", Tensor.Scalar(1f)); // Keras gives it no better name
    }

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(NadamRule<Keras3Arithmetic>.At(step, learningRate, Momentum, (float)Beta1, (float)Beta2, Epsilon)); // float32 betas, as Keras casts them

    internal override IEnumerable<Variable> Attributes => _product is null ? [] : [_product];

    internal override void RestoreAttributes()
    {
        _product!.Write()[0] = 1;
        for (var step = 1; step <= Math.Min(Iterations, MostFactors); step++) Momentum.Advance(step);
    }

    internal override void Run(Sweep sweep, double learningRate)
    {
        Momentum.Advance(Iterations + 1);
        base.Run(sweep, learningRate);
    }

    private NadamMomentum Momentum => new((float)Beta1, scheduleDecay: 1, _product!);

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Nadam FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Nadam(reader));
}

internal readonly struct NadamRule<A>(
    float learningRate, float beta1, float oneMinusBeta1, float beta2, float oneMinusBeta2, float ofMomentum, float ofGradient, float ofVelocity, float epsilon) : IUpdateRule
    where A : struct, IAdamArithmetic
{
    /// <summary>The rule of a step, counted from 1.</summary>
    public static NadamRule<A> At(int step, double learningRate, NadamMomentum momentum, double beta1, double beta2, double epsilon)
    {
        var (u, next, product) = (momentum.At(step), momentum.At(step + 1), momentum.Product(step));
        return new NadamRule<A>(
            (float)learningRate, (float)beta1, (float)(1 - beta1), (float)beta2, (float)(1 - beta2),
            (float)(next / (1 - product * next)), (float)((1 - u) / (1 - product)), 1 / (1 - Float32.Power(beta2, step)), (float)epsilon);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L m, ref L v, ref L _) where L : struct, ILane<L>
    {
        m = A.Mean(m, g, beta1, oneMinusBeta1);
        v = A.Mean(v, g * g, beta2, oneMinusBeta2);
        var mHat = m * L.Create(ofMomentum) + g * L.Create(ofGradient);
        var vHat = v * L.Create(ofVelocity);
        w -= mHat * L.Create(learningRate) / (L.Sqrt(vHat) + L.Create(epsilon));
    }
}

/// <summary>The momentum of Nadam, which approaches beta1, and the product of it over all steps.</summary>
internal readonly struct NadamMomentum(double beta1, double scheduleDecay, Variable product)
{
    /// <summary>That of a step: <c>uₜ = beta1 · (1 - 0.5 · 0.96^(t · scheduleDecay))</c>.</summary>
    public double At(int step) => beta1 * (1 - 0.5 * Math.Pow(0.96, step * scheduleDecay));

    /// <summary>The product up to the next step.</summary>
    public float Product(int step) => (float)(product.View.Floats[0] * At(step));

    /// <summary>Keeps it.</summary>
    public void Advance(int step) => product.Write()[0] = Product(step);
}
