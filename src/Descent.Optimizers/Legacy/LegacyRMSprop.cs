using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Descent.Optimizers.Legacy;

/// <summary>RMSprop of Keras 1 and 2: divides the gradient by a running root of its mean square.</summary>
/// <remarks>
/// <code>
/// a = rho · a + (1 - rho) · g²
/// w -= learningRate · g / (√a + epsilon)          Keras 3: / √(a + epsilon)
/// </code>
/// </remarks>
/// <seealso href="http://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf">Hinton, Neural Networks for Machine Learning, lecture 6 (2012)</seealso>
public abstract class LegacyRMSprop : LegacyAdaptive
{
    private protected const double DefaultLr = 0.001;

    private protected LegacyRMSprop(KerasVersion version, double lr)
        : base(version, lr)
    {
    }

    private protected LegacyRMSprop(KerasVersion version, ConfigReader reader)
        : base(version, reader, DefaultLr) => Rho = reader.Double("rho", Rho);

    /// <summary>How much of the old mean square stays at each step, in [0, 1). Default 0.9.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1).</exception>
    public double Rho
    {
        get;
        init => field = Check.UnitIntervalOpenAtOne(value, nameof(Rho));
    } = 0.9;

    /// <inheritdoc/>
    protected sealed override void BuildSlots() => AddSlots(["accumulator"]);

    /// <inheritdoc/>
    protected sealed override void Update(RuleRunner runner, double learningRate, int step) =>
        runner.Run(new LegacyRMSpropRule((float)learningRate, (float)Rho, 1 - (float)Rho, (float)UsedEpsilon));

    /// <inheritdoc/>
    public sealed override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["rho"] = KerasJson.Float32(Rho);
        return config;
    }
}

internal readonly struct LegacyRMSpropRule(float learningRate, float rho, float oneMinusRho, float epsilon) : IUpdateRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update<L>(ref L w, L g, ref L a, ref L _, ref L __) where L : struct, ILane<L>
    {
        a = a * L.Create(rho) + g * g * L.Create(oneMinusRho);
        w -= g * L.Create(learningRate) / (L.Sqrt(a) + L.Create(epsilon));
    }
}
