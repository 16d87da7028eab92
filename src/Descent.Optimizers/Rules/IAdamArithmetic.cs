using System.Runtime.CompilerServices;

namespace Descent.Optimizers;

/// <summary>
/// The order in which a generation of Keras calculates what Adam and its relatives share. The formulas are equal but for float32 rounding, which shows where little of
/// a mean is kept and at high rates.
/// </summary>
internal interface IAdamArithmetic
{
    /// <summary>The next value of a running mean.</summary>
    /// <param name="mean">The mean so far.</param>
    /// <param name="value">What comes in.</param>
    /// <param name="keep">The share of the mean.</param>
    /// <param name="add">The share of the value: one minus <paramref name="keep"/>.</param>
    static abstract L Mean<L>(L mean, L value, float keep, float add) where L : struct, ILane<L>;

    /// <summary>Adam's α = rate · √(1 - beta2ᵗ) / (1 - beta1ᵗ), in which the biases of both means are corrected.</summary>
    static abstract float StepSize(float rate, float beta1Power, float beta2Power);
}

/// <summary>As in Keras 3.</summary>
internal readonly struct Keras3Arithmetic : IAdamArithmetic
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Mean<L>(L mean, L value, float keep, float add) where L : struct, ILane<L> => mean + (value - mean) * L.Create(add);

    public static float StepSize(float rate, float beta1Power, float beta2Power) => rate * MathF.Sqrt(1 - beta2Power) / (1 - beta1Power);
}

/// <summary>As in Keras 1 and 2.</summary>
internal readonly struct LegacyArithmetic : IAdamArithmetic
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static L Mean<L>(L mean, L value, float keep, float add) where L : struct, ILane<L> => mean * L.Create(keep) + value * L.Create(add);

    public static float StepSize(float rate, float beta1Power, float beta2Power) => rate * (MathF.Sqrt(1 - beta2Power) / (1 - beta1Power));
}

/// <summary>Powers of betas, which Keras takes in float32: 1 - 0.999f is 1.3e-5 away from 0.001.</summary>
internal static class Float32
{
    /// <summary>The power, rounded once.</summary>
    public static float Power(double x, int exponent) => (float)Math.Pow((float)x, exponent);
}
