using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>Adds: <c>x + y</c>.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">Another tensor; broadcast.</param>
    public static Tensor Add(Tensor x, Tensor y) =>
        Record(Zip(x, y, new AddFunction()), x, static n => n.Gradient, y, static n => n.Gradient);

    internal readonly struct AddFunction : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => x + y;
    }

    /// <summary>Subtracts: <c>x - y</c>.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">Another tensor; broadcast.</param>
    public static Tensor Subtract(Tensor x, Tensor y) =>
        Record(Zip(x, y, new SubtractFunction()), x, static n => n.Gradient, y, static n => -n.Gradient);

    private readonly struct SubtractFunction : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => x - y;
    }

    /// <summary>Multiplies element by element: <c>x · y</c>.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">Another tensor; broadcast.</param>
    public static Tensor Multiply(Tensor x, Tensor y) =>
        Record(Zip(x, y, new MultiplyFunction()), x, static n => n.Gradient * n.Y, y, static n => n.Gradient * n.X);

    internal readonly struct MultiplyFunction : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => x * y;
    }

    /// <summary>Divides element by element: <c>x / y</c>.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">Another tensor; broadcast.</param>
    public static Tensor Divide(Tensor x, Tensor y) =>
        Record(Zip(x, y, new DivideFunction()), x, static n => n.Gradient / n.Y, y, static n => -n.Gradient * n.Output / n.Y);

    private readonly struct DivideFunction : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => x / y;
    }

    /// <summary>Negates: <c>-x</c>.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Negative(Tensor x) => Record(Map(x, new NegativeFunction()), x, static n => -n.Gradient);

    private readonly struct NegativeFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => -x;
    }

    /// <summary>The square: <c>x²</c>.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Square(Tensor x) => Record(Map(x, new SquareFunction()), x, static n => n.Gradient * (n.X + n.X));

    private readonly struct SquareFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x * x;
    }

    /// <summary>The square root; NaN below zero.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Sqrt(Tensor x) => Record(Map(x, new SqrtFunction()), x, static n => n.Gradient * 0.5f / n.Output);

    private readonly struct SqrtFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => L.Sqrt(x);
    }

    /// <summary>The reciprocal square root: <c>1 / √x</c>.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Rsqrt(Tensor x) => Record(Map(x, new RsqrtFunction()), x, static n => n.Gradient * -0.5f * n.Output / n.X);

    private readonly struct RsqrtFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => L.Create(1f) / L.Sqrt(x);
    }

    /// <summary>The reciprocal: <c>1 / x</c>.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Reciprocal(Tensor x) => Record(Map(x, new ReciprocalFunction()), x, static n => -n.Gradient * n.Output * n.Output);

    private readonly struct ReciprocalFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => L.Create(1f) / x;
    }

    /// <summary>The absolute value; its gradient at 0 is 0.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Abs(Tensor x) => Record(Map(x, new AbsFunction()), x, static n => n.Gradient * Sign(n.X));

    private readonly struct AbsFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => L.Abs(x);
    }

    /// <summary>-1, 0 or 1 by the sign of <c>x</c>, NaN for NaN; its gradient is 0.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Sign(Tensor x) => Record(Map(x, new SignFunction()), x, static n => Tensor.Zeros(n.XShape));

    private readonly struct SignFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Sign(x);
    }

    /// <summary>The largest integer not above <c>x</c>; its gradient is 0.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Floor(Tensor x) => Record(Map(x, new FloorFunction()), x, static n => Tensor.Zeros(n.XShape));

    private readonly struct FloorFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => L.Floor(x);
    }

    /// <summary>The smallest integer not below <c>x</c>; its gradient is 0.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Ceil(Tensor x) => Record(Map(x, new CeilFunction()), x, static n => Tensor.Zeros(n.XShape));

    private readonly struct CeilFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => -L.Floor(-x);
    }

    /// <summary>The exponential: <c>eˣ</c>, within 1 ulp.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Exp(Tensor x) => Record(Map(x, new ExpFunction()), x, static n => n.Gradient * n.Output);

    private readonly struct ExpFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Exp(x);
    }

    /// <summary><c>eˣ - 1</c>, within 2 ulp, near zero too.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Expm1(Tensor x) => Record(Map(x, new Expm1Function()), x, static n => n.Gradient * (n.Output + 1f));

    private readonly struct Expm1Function : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.ExpMinusOne(x);
    }

    /// <summary>The natural logarithm, within 1 ulp; -∞ at zero, NaN below.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Log(Tensor x) => Record(Map(x, new LogFunction()), x, static n => n.Gradient / n.X);

    private readonly struct LogFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.LogInLoop(x);
    }

    /// <summary><c>ln(1 + x)</c>, within 2 ulp, near zero too.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Log1p(Tensor x) => Record(Map(x, new Log1pFunction()), x, static n => n.Gradient / (n.X + 1f));

    private readonly struct Log1pFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.LogOnePlus(x);
    }

    /// <summary>The error function, within 1.5 ulp.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Erf(Tensor x) => Record(Map(x, new ErfFunction()), x, static n => n.Gradient * 1.128379167f * Exp(-Square(n.X)));

    private readonly struct ErfFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Erf(x);
    }
}
