using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    // The gradient of most activations is one pass over the arriving gradient g and the input (or output) x: g · f'(x). It is an operation
    // itself, linear in g; curvature gives f''(x) by ordinary operations, and nothing where f is piecewise linear.
    private static Tensor Slope<F>(Tensor g, Tensor x, F slope, Func<Tensor, Tensor>? curvature = null) where F : struct, IBinaryFunction =>
        Recording.Current is null ? Zip(g, x, slope) : RecordedSlope(g, x, slope, curvature);

    private static Tensor RecordedSlope<F>(Tensor g, Tensor x, F slope, Func<Tensor, Tensor>? curvature) where F : struct, IBinaryFunction =>
        Record(
            Zip(g, x, slope),
            g, n => Slope(n.Gradient, n.Y, slope, curvature),
            x, n => curvature is null ? Tensor.Zeros(n.YShape) : n.Gradient * n.X * curvature(n.Y));

    /// <summary>The logistic function: <c>1 / (1 + e⁻ˣ)</c>, within 2.5 ulp.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Sigmoid(Tensor x) => Remember(
        Record(Map(x, new SigmoidFunction()), x, static n => Slope(n.Gradient, n.Output, new SigmoidSlope(), static y => 1f - (y + y))),
        x, ProbabilityActivation.Sigmoid);

    internal readonly struct SigmoidFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Sigmoid(x);
    }

    private readonly struct SigmoidSlope : IBinaryFunction
    {
        public L Apply<L>(L g, L y) where L : struct, ILane<L> => g * y * (L.Create(1f) - y);
    }

    /// <summary>The hyperbolic tangent, within 1.5 ulp.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Tanh(Tensor x) =>
        Record(Map(x, new TanhFunction()), x, static n => Slope(n.Gradient, n.Output, new TanhSlope(), static y => -2f * y));

    internal readonly struct TanhFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Tanh(x);
    }

    internal readonly struct TanhSlope : IBinaryFunction
    {
        public L Apply<L>(L g, L y) where L : struct, ILane<L> => g * (L.Create(1f) - y * y);
    }

    /// <summary><c>x - tanh(x)</c>.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor TanhShrink(Tensor x) => Record(Map(x, new TanhShrinkFunction()), x, static n => n.Gradient * Square(Tanh(n.X)));

    private readonly struct TanhShrinkFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x - LaneMath.Tanh(x);
    }

    /// <summary>A smooth rectifier: <c>ln(1 + eˣ)</c>, within 2 ulp.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Softplus(Tensor x) => Record(Map(x, new SoftplusFunction()), x, static n => n.Gradient * Sigmoid(n.X));

    private readonly struct SoftplusFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Softplus(x);
    }

    /// <summary>The logarithm of <see cref="Sigmoid"/>, without underflow: <c>-ln(1 + e⁻ˣ)</c>, within 2 ulp.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor LogSigmoid(Tensor x) => Record(Map(x, new LogSigmoidFunction()), x, static n => n.Gradient * Sigmoid(-n.X));

    private readonly struct LogSigmoidFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => -LaneMath.Softplus(-x);
    }

    /// <summary><c>x / (1 + |x|)</c>.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Softsign(Tensor x) => Record(Map(x, new SoftsignFunction()), x, static n => n.Gradient / Square(1f + Abs(n.X)));

    private readonly struct SoftsignFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x / (L.Create(1f) + L.Abs(x));
    }

    /// <summary>A smooth rectifier without exponentials: <c>(x + √(x² + b)) / 2</c>.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <param name="b">How smooth, 0 or more; default 4.</param>
    /// <seealso href="https://arxiv.org/abs/2112.11687"/>
    public static Tensor Squareplus(Tensor x, float b = 4f) =>
        Record(Map(x, new SquareplusFunction(b)), x, n => n.Gradient * (0.5f + 0.5f * n.X * Rsqrt(Square(n.X) + b)));

    private readonly struct SquareplusFunction(float b) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => (x + L.Sqrt(x * x + L.Create(b))) * L.Create(0.5f);
    }

    /// <summary>The sigmoid linear unit, also known as Swish: <c>x · sigmoid(x)</c>.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <seealso href="https://arxiv.org/abs/1702.03118"/>
    public static Tensor Silu(Tensor x) => Record(Map(x, new SiluFunction()), x, static n => Slope(n.Gradient, n.X, new SiluSlope(), SiluCurvature));

    private readonly struct SiluFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x * LaneMath.Sigmoid(x);
    }

    private readonly struct SiluSlope : IBinaryFunction
    {
        public L Apply<L>(L g, L x) where L : struct, ILane<L>
        {
            var s = LaneMath.Sigmoid(x);
            return g * (s * (L.Create(1f) + x * (L.Create(1f) - s)));
        }
    }

    private static Tensor SiluCurvature(Tensor x)
    {
        var s = Sigmoid(x);
        return s * (1f - s) * (2f + x * (1f - (s + s)));
    }

    /// <summary>Mish: <c>x · tanh(softplus(x))</c>.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <seealso href="https://arxiv.org/abs/1908.08681"/>
    public static Tensor Mish(Tensor x) => Record(Map(x, new MishFunction()), x, static n => n.Gradient * MishSlope(n.X));

    private readonly struct MishFunction : IUnaryFunction
    {
        // tanh(ln(1 + e)) = w / (w + 2) with w = e (e + 2); beyond 20 it is 1 in float32.
        public L Apply<L>(L x) where L : struct, ILane<L>
        {
            var two = L.Create(2f);
            var e = LaneMath.Exp(L.Min(x, L.Create(20f)));
            var w = e * (e + two);
            return x * (w / (w + two));
        }
    }

    private static Tensor MishSlope(Tensor x)
    {
        var t = Tanh(Softplus(x));
        return t + x * Sigmoid(x) * (1f - Square(t));
    }

    /// <summary>The exponential linear unit: <c>x</c> above 0, <c>alpha · (eˣ - 1)</c> elsewhere.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <param name="alpha">What it tends to for large negative inputs, negated; default 1.</param>
    /// <seealso href="https://arxiv.org/abs/1511.07289"/>
    public static Tensor Elu(Tensor x, float alpha = 1f) => ExponentialUnit(x, 1f, alpha, 1f);

    /// <summary>The scaled exponential linear unit: <c>1.0507 · elu(x, 1.6733)</c>, which keeps activations normalised.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <seealso href="https://arxiv.org/abs/1706.02515"/>
    public static Tensor Selu(Tensor x)
    {
        const double Scale = 1.0507009873554804934193349852946;
        const double Alpha = 1.6732632423543772848170429916717;
        return ExponentialUnit(x, (float)Scale, (float)(Scale * Alpha), 1f);
    }

    /// <summary>The continuously differentiable exponential linear unit: <c>x</c> above 0, <c>alpha · (exp(x / alpha) - 1)</c> elsewhere.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <param name="alpha">What it tends to for large negative inputs, negated; not 0; default 1.</param>
    /// <seealso href="https://arxiv.org/abs/1704.07483"/>
    public static Tensor Celu(Tensor x, float alpha = 1f) => ExponentialUnit(x, 1f, alpha, (float)(1.0 / alpha));

    private static Tensor ExponentialUnit(Tensor x, float scale, float depth, float rate) =>
        Record(
            Map(x, new ExponentialUnitFunction(scale, depth, rate)), x,
            n => Slope(n.Gradient, n.X, new ExponentialUnitSlope(scale, depth * rate, rate), x => Where(Greater(x, 0f), 0f, depth * rate * rate * Exp(Minimum(x, 0f) * rate))));

    private readonly struct ExponentialUnitFunction(float scale, float depth, float rate) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> =>
            L.Select(L.GreaterThan(x, L.Create(0f)), x * L.Create(scale), LaneMath.ExpMinusOne(x * L.Create(rate)) * L.Create(depth));
    }

    private readonly struct ExponentialUnitSlope(float scale, float steepness, float rate) : IBinaryFunction
    {
        public L Apply<L>(L g, L x) where L : struct, ILane<L> =>
            g * L.Select(L.GreaterThan(x, L.Create(0f)), L.Create(scale), LaneMath.Exp(x * L.Create(rate)) * L.Create(steepness));
    }
}
