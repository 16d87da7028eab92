namespace Descent.Optimizers.Legacy;

/// <summary>Adam of Keras 1 and 2: steps by the mean of the gradient over the root of its mean square, both corrected for their start at zero.</summary>
/// <remarks>
/// <code>
/// m += (g - m) · (1 - beta1);  v += (g² - v) · (1 - beta2)
/// w -= learningRate · √(1 - beta2ᵗ) / (1 - beta1ᵗ) · m / (√v + epsilon)
/// </code>
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1412.6980">Adam: A Method for Stochastic Optimization (2014)</seealso>
public abstract class LegacyAdam : LegacyAdamFamily
{
    private protected const double DefaultLr = 0.001;

    private protected LegacyAdam(KerasVersion version, double lr)
        : base(version, lr)
    {
    }

    private protected LegacyAdam(KerasVersion version, ConfigReader reader)
        : base(version, reader, DefaultLr)
    {
    }

    /// <inheritdoc/>
    protected override void BuildSlots()
    {
        AddSlots(["m"]);
        AddSlots(["v"]);
    }

    /// <inheritdoc/>
    protected override void Update(RuleRunner runner, double learningRate, int step)
    {
        var (beta1, beta2) = UsedBetas;
        runner.Run(AdamRule<LegacyArithmetic>.At(step, learningRate, beta1, beta2, UsedEpsilon));
    }
}
