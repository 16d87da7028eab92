using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    // These go through the run-time library element by element: the same bits on any number of threads and at any lane width, but not
    // necessarily on another operating system.

    /// <summary>The sine of angles in radians.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Sin(Tensor x) => Record(Map(x, new PerElement<SinFunction>(default)), x, static n => n.Gradient * Cos(n.X));

    private readonly struct SinFunction : IScalarFunction
    {
        public float Apply(float x) => MathF.Sin(x);
    }

    /// <summary>The cosine of angles in radians.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Cos(Tensor x) => Record(Map(x, new PerElement<CosFunction>(default)), x, static n => -n.Gradient * Sin(n.X));

    private readonly struct CosFunction : IScalarFunction
    {
        public float Apply(float x) => MathF.Cos(x);
    }

    /// <summary>The tangent of angles in radians.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Tan(Tensor x) => Record(Map(x, new PerElement<TanFunction>(default)), x, static n => n.Gradient * (1f + Square(n.Output)));

    private readonly struct TanFunction : IScalarFunction
    {
        public float Apply(float x) => MathF.Tan(x);
    }

    /// <summary>The inverse sine, in radians; NaN outside [-1, 1].</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Asin(Tensor x) => Record(Map(x, new PerElement<AsinFunction>(default)), x, static n => n.Gradient * Rsqrt(1f - Square(n.X)));

    private readonly struct AsinFunction : IScalarFunction
    {
        public float Apply(float x) => MathF.Asin(x);
    }

    /// <summary>The inverse cosine, in radians; NaN outside [-1, 1].</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Acos(Tensor x) => Record(Map(x, new PerElement<AcosFunction>(default)), x, static n => -n.Gradient * Rsqrt(1f - Square(n.X)));

    private readonly struct AcosFunction : IScalarFunction
    {
        public float Apply(float x) => MathF.Acos(x);
    }

    /// <summary>The inverse tangent, in radians.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Atan(Tensor x) => Record(Map(x, new PerElement<AtanFunction>(default)), x, static n => n.Gradient / (1f + Square(n.X)));

    private readonly struct AtanFunction : IScalarFunction
    {
        public float Apply(float x) => MathF.Atan(x);
    }

    /// <summary>The hyperbolic sine.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Sinh(Tensor x) => Record(Map(x, new PerElement<SinhFunction>(default)), x, static n => n.Gradient * Cosh(n.X));

    private readonly struct SinhFunction : IScalarFunction
    {
        public float Apply(float x) => MathF.Sinh(x);
    }

    /// <summary>The hyperbolic cosine.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Cosh(Tensor x) => Record(Map(x, new PerElement<CoshFunction>(default)), x, static n => n.Gradient * Sinh(n.X));

    private readonly struct CoshFunction : IScalarFunction
    {
        public float Apply(float x) => MathF.Cosh(x);
    }

    /// <summary>The inverse hyperbolic sine.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Asinh(Tensor x) => Record(Map(x, new PerElement<AsinhFunction>(default)), x, static n => n.Gradient * Rsqrt(Square(n.X) + 1f));

    private readonly struct AsinhFunction : IScalarFunction
    {
        public float Apply(float x) => MathF.Asinh(x);
    }

    /// <summary>The inverse hyperbolic cosine; NaN below 1.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Acosh(Tensor x) => Record(Map(x, new PerElement<AcoshFunction>(default)), x, static n => n.Gradient * Rsqrt(Square(n.X) - 1f));

    private readonly struct AcoshFunction : IScalarFunction
    {
        public float Apply(float x) => MathF.Acosh(x);
    }

    /// <summary>The inverse hyperbolic tangent; NaN outside [-1, 1].</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Atanh(Tensor x) => Record(Map(x, new PerElement<AtanhFunction>(default)), x, static n => n.Gradient / (1f - Square(n.X)));

    private readonly struct AtanhFunction : IScalarFunction
    {
        public float Apply(float x) => MathF.Atanh(x);
    }
}
