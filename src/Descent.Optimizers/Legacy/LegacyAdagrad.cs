using System.Runtime.CompilerServices;

namespace Descent.Optimizers.Legacy;

/// <summary>Adagrad of Keras 1 and 2: divides the gradient by the root of the sum of its squares so far.</summary>
/// <remarks>
/// <code>
/// a += g²                                         from 0; Keras 3: from 0.1
/// w -= learningRate · g / (√a + epsilon)          Keras 3: / √(a + epsilon)
/// </code>
/// </remarks>
/// <seealso href="https://www.jmlr.org/papers/volume12/duchi11a/duchi11a.pdf">Adaptive Subgradient Methods for Online Learning and Stochastic Optimization (2011)</seealso>
public abstract class LegacyAdagrad : LegacyAdaptive
{
    private protected const double DefaultLr = 0.01;

    private protected LegacyAdagrad(KerasVersion version, double lr)
        : base(version, lr)
    {
    }

    private protected LegacyAdagrad(KerasVersion version, ConfigReader reader)
        : base(version, reader, DefaultLr)
    {
    }

    /// <inheritdoc/>
    protected sealed override void BuildSlots() => AddSlots(["accumulator"]);

    /// <inheritdoc/>
    protected sealed override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(new LegacyAdagradRule((float)learningRate, (float)UsedEpsilon));
}

internal readonly struct LegacyAdagradRule(float learningRate, float epsilon) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L a, ref L _, ref L __) where L : struct, ILane<L>
    {
        a += g * g;
        w -= g * L.Create(learningRate) / (L.Sqrt(a) + L.Create(epsilon));
    }
}
