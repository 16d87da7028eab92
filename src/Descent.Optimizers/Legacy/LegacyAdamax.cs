namespace Descent.Optimizers.Legacy;

/// <summary>Adamax of Keras 1 and 2: Adam with the largest gradient of the recent past in place of the mean square.</summary>
/// <remarks>
/// <code>
/// m += (g - m) · (1 - beta1)
/// u = max(beta2 · u, |g|)
/// w -= learningRate / (1 - beta1ᵗ) · m / (u + epsilon)
/// </code>
/// </remarks>
/// <seealso href="https://arxiv.org/abs/1412.6980">Adam: A Method for Stochastic Optimization, section 7 (2014)</seealso>
public abstract class LegacyAdamax : LegacyAdamFamily
{
    private protected const double DefaultLr = 0.002;

    private protected LegacyAdamax(KerasVersion version, double lr)
        : base(version, lr)
    {
    }

    private protected LegacyAdamax(KerasVersion version, ConfigReader reader)
        : base(version, reader, DefaultLr)
    {
    }

    /// <inheritdoc/>
    protected sealed override void BuildSlots()
    {
        AddSlots(["m"]);
        AddSlots(["u"]);
    }

    /// <inheritdoc/>
    protected sealed override void Update(RuleRunner runner, double learningRate, int step)
    {
        var (beta1, beta2) = UsedBetas;
        runner.Run(AdamaxRule<LegacyArithmetic>.At(step, learningRate, beta1, beta2, UsedEpsilon));
    }
}
