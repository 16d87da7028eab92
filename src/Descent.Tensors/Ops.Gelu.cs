using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    private const float InverseRootTwo = 0.70710678f;
    private const float InverseRootTwoPi = 0.39894228f;
    private const float RootTwoOverPi = 0.79788456f;
    private const float Cubic = 0.044715f;

    /// <summary>The Gaussian error linear unit: <c>x · Φ(x)</c>, with Φ the distribution function of the standard normal; within 1.5 ulp of <c>x</c>.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <param name="approximate">Whether to use <c>x · (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2</c> instead.</param>
    /// <seealso href="https://arxiv.org/abs/1606.08415"/>
    public static Tensor Gelu(Tensor x, bool approximate = false) => approximate
        ? Record(Map(x, new TanhGeluFunction()), x, static n => Slope(n.Gradient, n.X, new TanhGeluSlope(), TanhGeluCurvature))
        : Record(Map(x, new GeluFunction()), x, static n => Slope(n.Gradient, n.X, new GeluSlope(), GeluCurvature));

    private readonly struct GeluFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x * NormalDistribution(x);
    }

    private readonly struct GeluSlope : IBinaryFunction
    {
        public L Apply<L>(L g, L x) where L : struct, ILane<L> =>
            g * (NormalDistribution(x) + x * L.Create(InverseRootTwoPi) * LaneMath.Exp(x * x * L.Create(-0.5f)));
    }

    private static Tensor GeluCurvature(Tensor x)
    {
        var square = Square(x);
        return InverseRootTwoPi * Exp(-0.5f * square) * (2f - square);
    }

    private static L NormalDistribution<L>(L x) where L : struct, ILane<L> =>
        L.Create(0.5f) * (L.Create(1f) + LaneMath.Erf(x * L.Create(InverseRootTwo)));

    private readonly struct TanhGeluFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> =>
            L.Create(0.5f) * x * (L.Create(1f) + LaneMath.Tanh(L.Create(RootTwoOverPi) * (x + L.Create(Cubic) * x * x * x)));
    }

    private readonly struct TanhGeluSlope : IBinaryFunction
    {
        public L Apply<L>(L g, L x) where L : struct, ILane<L>
        {
            var one = L.Create(1f);
            var square = L.Create(Cubic) * x * x;
            var t = LaneMath.Tanh(L.Create(RootTwoOverPi) * x * (one + square));
            var inner = L.Create(RootTwoOverPi) * (one + L.Create(3f) * square);
            return g * L.Create(0.5f) * (one + t + x * (one - t * t) * inner);
        }
    }

    private static Tensor TanhGeluCurvature(Tensor x)
    {
        var square = Cubic * Square(x);
        var t = Tanh(RootTwoOverPi * x * (1f + square));
        var inner = RootTwoOverPi * (1f + 3f * square);
        var bend = RootTwoOverPi * 6f * Cubic * x;
        return (1f - Square(t)) * (inner + 0.5f * x * (bend - 2f * t * Square(inner)));
    }
}
