using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>Adam whose step for each variable is as long as the variable itself: for very large batches.</summary>
/// <remarks>
/// <code>
/// m += (g - m) · (1 - beta1);  v += (g² - v) · (1 - beta2)
/// u = m / (1 - beta1ᵗ) / (√(v / (1 - beta2ᵗ)) + epsilon)
/// w -= learningRate · ‖w‖ / ‖u‖ · u          the ratio is 1 where either norm is 0
/// </code>
/// </remarks>
/// <example><code>
/// var lamb = new Lamb(learningRate: 1e-3) { WeightDecay = 1e-2 };
/// </code></example>
/// <seealso href="https://arxiv.org/abs/1904.00962">Large Batch Optimization for Deep Learning: Training BERT in 76 minutes (2019)</seealso>
public sealed class Lamb : AdamFamily
{
    private DirectionPass? _steps;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">A number, a schedule, or <see cref="LearningRate.From"/> a function. Default 0.001.</param>
    public Lamb(LearningRate? learningRate = null)
        : base(learningRate)
    {
    }

    private Lamb(ConfigReader reader)
        : base(reader)
    {
    }

    /// <inheritdoc/>
    protected override void BuildSlots()
    {
        AddSlots(["momentum", "velocity"]);
        _steps = new DirectionPass(TrainableVariables, AddUnlistedSlot("direction"), Share is not null);
    }

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step) => runner.Run(new LambRule(
        (float)(1 - Beta1), (float)(1 - Beta2), 1 / (1 - Float32.Power(Beta1, step)), 1 / (1 - Float32.Power(Beta2, step)), (float)Epsilon));

    internal override bool IsOnePass => false;

    internal override void Run(Sweep sweep, double learningRate)
    {
        base.Run(sweep, learningRate);
        var steps = _steps!;
        steps.Measure(sweep);
        for (var i = 0; i < steps.Scale.Length; i++)
        {
            var (weight, direction) = (steps.WeightNorms[i], steps.DirectionNorms[i]);
            var trust = weight > 0 && direction > 0 ? weight / direction : 1;
            steps.Scale[i] = (float)(trust * (learningRate * Plan.RateMultiplier(i)));
        }

        steps.Run(sweep);
    }

    /// <summary>Makes the optimizer from what <see cref="Optimizer.GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names; absent ones take their defaults.</param>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Lamb FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Lamb(reader));
}

internal readonly struct LambRule(float oneMinusBeta1, float oneMinusBeta2, float ofMomentum, float ofVelocity, float epsilon) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L m, ref L v, ref L u) where L : struct, ILane<L>
    {
        m += (g - m) * L.Create(oneMinusBeta1);
        v += (g * g - v) * L.Create(oneMinusBeta2);
        u = m * L.Create(ofMomentum) / (L.Sqrt(v * L.Create(ofVelocity)) + L.Create(epsilon));
    }
}
