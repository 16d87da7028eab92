using System.Text.Json.Nodes;

namespace Descent.Optimizers.Legacy;

/// <summary>Nadam of Keras 1 and 2: Adam with Nesterov momentum.</summary>
/// <remarks>
/// <code>
/// uₜ = beta1 · (1 - 0.5 · 0.96^(t · scheduleDecay));  Uₜ = u₁ · u₂ · … · uₜ          Keras 3: 0.96ᵗ
/// m += (g - m) · (1 - beta1);  v += (g² - v) · (1 - beta2)
/// m̂ = uₜ₊₁ · m / (1 - Uₜ₊₁) + (1 - uₜ) · g / (1 - Uₜ)
/// v̂ = v / (1 - beta2ᵗ)
/// w -= learningRate · m̂ / (√v̂ + epsilon)
/// </code>
/// </remarks>
/// <seealso href="http://cs229.stanford.edu/proj2015/054_report.pdf">Incorporating Nesterov Momentum into Adam (2015)</seealso>
public abstract class LegacyNadam : LegacyAdamFamily
{
    private protected const double DefaultLr = 0.002;

    private Variable? _product;

    private protected LegacyNadam(KerasVersion version, double lr)
        : base(version, lr)
    {
    }

    private protected LegacyNadam(KerasVersion version, ConfigReader reader)
        : base(version, reader, DefaultLr) => ScheduleDecay = reader.Double("schedule_decay", ScheduleDecay);

    /// <summary>How fast the momentum approaches <see cref="LegacyAdamFamily.Beta1"/>, zero or more. Default 0.004.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double ScheduleDecay
    {
        get;
        init => field = Check.NotNegative(value, nameof(ScheduleDecay));
    } = 0.004;

    private protected sealed override bool HasDecay => false;

    /// <inheritdoc/>
    protected sealed override void BuildSlots()
    {
        // Keras 1 keeps the product, but not among the weights: it follows them.
        if (Version == KerasVersion.Keras2) AddProduct();
        AddSlots(["m"]);
        AddSlots(["v"]);
        if (Version == KerasVersion.Keras1) AddProduct();
    }

    /// <inheritdoc/>
    protected sealed override void Update(RuleRunner runner, double learningRate, int step)
    {
        var (beta1, beta2) = UsedBetas;
        runner.Run(NadamRule<LegacyArithmetic>.At(step, learningRate, Momentum, beta1, beta2, UsedEpsilon));
    }

    internal sealed override void Run(Sweep sweep, double learningRate)
    {
        Momentum.Advance(Iterations + 1);
        base.Run(sweep, learningRate);
    }

    /// <inheritdoc/>
    public sealed override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["schedule_decay"] = KerasJson.Float(ScheduleDecay);
        return config;
    }

    private NadamMomentum Momentum => new(UsedBetas.First, ScheduleDecay, _product!);

    private void AddProduct() => _product = AddVariable("m_schedule", Tensor.Scalar(1f));
}
