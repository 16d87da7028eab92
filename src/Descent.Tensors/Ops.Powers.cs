using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>Powers element by element: <c>xʸ</c>. The gradient for <c>y</c> is NaN where <c>x</c> is negative.</summary>
    /// <param name="x">The bases.</param>
    /// <param name="y">The exponents; broadcast.</param>
    public static Tensor Power(Tensor x, Tensor y) =>
        Record(
            Zip(x, y, new PerPair<PowerFunction>(default)),
            // Exponents of 0 become 0 · x⁰ instead of 0 · x⁻¹, and bases of 0 ln 1 instead of ln 0: both gradients are 0 there, not NaN.
            x, static n => n.Gradient * n.Y * Power(n.X, Where(Equal(n.Y, 0f), 0f, n.Y - 1f)),
            y, static n => n.Gradient * n.Output * Log(Where(Equal(n.X, 0f), 1f, n.X)));

    /// <summary>Powers with one exponent: <c>xʸ</c>; exact for -1, -½, 0, ½, 1 and 2.</summary>
    /// <param name="x">The bases.</param>
    /// <param name="y">The exponent.</param>
    public static Tensor Power(Tensor x, float y)
    {
        ArgumentNullException.ThrowIfNull(x);
        return y switch
        {
            2f => Square(x),
            1f => x,
            0.5f => Sqrt(x),
            0f => Record(Tensor.Ones(x.Shape), x, static n => Tensor.Zeros(n.XShape)),
            -0.5f => Rsqrt(x),
            -1f => Reciprocal(x),
            _ => Record(Zip(x, y, new PerPair<PowerFunction>(default)), x, n => n.Gradient * (y * Power(n.X, y - 1f))),
        };
    }

    private readonly struct PowerFunction : IScalarPairFunction
    {
        public float Apply(float x, float y) => MathF.Pow(x, y);
    }

    /// <summary>The nearest integer, halves to the even one; its gradient is 0.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Round(Tensor x) => Record(Map(x, new RoundFunction()), x, static n => Tensor.Zeros(n.XShape));

    private readonly struct RoundFunction : IUnaryFunction
    {
        // From 2^23 on every float is an integer; below, adding it pushes the fraction out, rounded to even.
        public L Apply<L>(L x) where L : struct, ILane<L>
        {
            var shift = L.Create(8388608f);
            var a = L.Abs(x);
            return L.Select(L.GreaterThan(shift, a), L.CopySign(a + shift - shift, x), x);
        }
    }
}
