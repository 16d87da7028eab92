namespace Descent;

/// <summary>What several kinds of objects share of Keras' numerics.</summary>
internal static class KerasMath
{
    /// <summary>Keras' fuzz factor, which keeps quotients and logarithms finite.</summary>
    public const float Epsilon = 1e-7f;

    /// <summary>Scales the vectors along an axis to length 1: <c>x / √max(Σ x², ε²)</c>.</summary>
    public static Tensor Normalize(Tensor x, int axis)
        => x * Ops.Rsqrt(Ops.Maximum(Ops.Sum(Ops.Square(x), [axis], keepDimensions: true), Epsilon * Epsilon));
}
