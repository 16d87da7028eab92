using Descent.Kernels;

namespace Descent.Tests.Kernels;

public sealed unsafe class LaneMathTests
{
    // Every 997th float of all there are: four million values spread evenly over the exponents, subnormal ones too.
    private const int Stride = 997;

    // The bounds stand in the docs of Ops and in docs/performance.md.
    [Fact]
    public void Exp_AllExponents_IsWithinItsBound() => AssertWithin(1, new Exp(), Math.Exp);

    [Fact]
    public void ExpMinusOne_AllExponents_IsWithinItsBound() => AssertWithin(2, new ExpMinusOne(), ExpMinusOneReference);

    [Fact]
    public void Log_AllExponents_IsWithinItsBound() => AssertWithin(1, new Log(), Math.Log);

    [Fact]
    public void LogOnePlus_AllExponents_IsWithinItsBound() => AssertWithin(2, new LogOnePlus(), LogOnePlusReference);

    [Fact]
    public void Tanh_AllExponents_IsWithinItsBound() => AssertWithin(1.5, new Tanh(), Math.Tanh);

    [Fact]
    public void Sigmoid_AllExponents_IsWithinItsBound() => AssertWithin(2.5, new Sigmoid(), x => 1 / (1 + Math.Exp(-x)));

    [Fact]
    public void Softplus_AllExponents_IsWithinItsBound() => AssertWithin(2, new Softplus(), x => Math.Max(x, 0) + LogOnePlusReference(Math.Exp(-Math.Abs(x))));

    [Fact]
    public void Erf_AllExponents_IsWithinItsBound() => AssertWithin(1.5, new Erf(), ErfReference);

    // x Φ(x) cannot be close in its own units far below 0, where it vanishes: its error is measured in those of x.
    [Fact]
    public void Gelu_WideRange_IsWithinItsBound()
    {
        var x = Ops.Cast(Ops.Arange(-32768, 32768), DType.Float32) * (1f / 4096);
        var (inputs, values) = (x.ToArray(), Ops.Gelu(x).ToArray());
        for (var i = 0; i < inputs.Length; i++)
        {
            var exact = inputs[i] * (1 + ErfReference(inputs[i] / Math.Sqrt(2))) / 2;
            Assert.True(Math.Abs(values[i] - exact) <= 1.5 * (MathF.BitIncrement(MathF.Abs(inputs[i])) - MathF.Abs(inputs[i])), $"Gelu({inputs[i]:R}) is {values[i]:R}, not {exact:R}.");
        }
    }

    [Fact]
    public void Functions_SpecialValues_GiveTheirLimits()
    {
        float[] special = [float.NaN, float.NegativeInfinity, float.PositiveInfinity, 0f];
        Assert.Equal([float.NaN, 0f, float.PositiveInfinity, 1f], Map(special, new Exp()));
        Assert.Equal([float.NaN, -1f, float.PositiveInfinity, 0f], Map(special, new ExpMinusOne()));
        Assert.Equal([float.NaN, float.NaN, float.PositiveInfinity, float.NegativeInfinity], Map(special, new Log()));
        Assert.Equal([float.NaN, float.NaN, float.PositiveInfinity, 0f], Map(special, new LogOnePlus()));
        Assert.Equal([float.NegativeInfinity], Map([-1f], new LogOnePlus()));
        Assert.Equal([float.NaN, -1f, 1f, 0f], Map(special, new Tanh()));
        Assert.Equal([float.NaN, 0f, 1f, 0.5f], Map(special, new Sigmoid()));
        Assert.Equal([float.NaN, 0f, float.PositiveInfinity, MathF.Log(2f)], Map(special, new Softplus()));
        Assert.Equal([float.NaN, -1f, 1f, 0f], Map(special, new Erf()));
    }

    private static void AssertWithin<F>(double ulps, F function, Func<double, double> reference) where F : struct, IUnaryFunction
    {
        List<float> inputs = [0f, -0f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 1f, -1f];
        for (long bits = int.MinValue; bits <= int.MaxValue; bits += Stride) inputs.Add(BitConverter.Int32BitsToSingle((int)bits));

        var (values, worst, at) = (Map([.. inputs], function), 0.0, 0f);
        for (var i = 0; i < values.Length; i++)
        {
            var error = Ulps(values[i], reference(inputs[i]));
            if (error > worst) (worst, at) = (error, inputs[i]);
        }

        Assert.True(worst <= ulps, $"{typeof(F).Name}({at:R}) is off by {worst:F3} ulp; the bound is {ulps}.");
    }

    // How far a result is from the exact one, in units of the float that the exact one lies beside.
    private static double Ulps(float value, double expected)
    {
        if (double.IsNaN(expected)) return float.IsNaN(value) ? 0 : double.PositiveInfinity;
        if (float.IsNaN(value)) return double.PositiveInfinity;

        // What lies above the largest float counts as the next power of two, which is how an infinity comes about.
        const double Overflow = 3.4028236692093846e38;
        var (exact, rounded) = (Math.Clamp(expected, -Overflow, Overflow), Math.Clamp(value, -Overflow, Overflow));
        var exponent = exact == 0 ? int.MinValue : Math.ILogB(exact);
        return Math.Abs(rounded - exact) / Math.ScaleB(1, Math.Max(exponent, -126) - 23);
    }

    private static float[] Map<F>(float[] inputs, F function) where F : struct, IUnaryFunction
    {
        var results = new float[inputs.Length];
        fixed (float* x = inputs, y = results)
            Elementwise.Map(x, y, inputs.Length, function);
        return results;
    }

    private static double ExpMinusOneReference(double x)
    {
        var u = Math.Exp(x);
        return u == 1 ? x : u - 1 == -1 ? -1 : double.IsInfinity(u) ? u : (u - 1) * x / Math.Log(u);
    }

    private static double LogOnePlusReference(double x)
    {
        var u = 1 + x;
        return u == 1 || double.IsPositiveInfinity(x) ? x : Math.Log(u) * (x / (u - 1));
    }

    // The series, where its terms do not cancel; else the continued fraction of erfc.
    private static double ErfReference(double x)
    {
        var a = Math.Abs(x);
        double result;
        if (double.IsNaN(a) || a > 10) return double.IsNaN(a) ? a : Math.Sign(x);
        if (a < 2.5)
        {
            double term = a, sum = a;
            for (var n = 1; term > 1e-18 * sum; n++)
            {
                term *= 2 * a * a / (2 * n + 1);
                sum += term;
            }

            result = 2 / Math.Sqrt(Math.PI) * Math.Exp(-a * a) * sum;
        }
        else
        {
            var fraction = a;
            for (var n = 60; n > 0; n--) fraction = a + n / 2.0 / fraction;
            result = 1 - Math.Exp(-a * a) / Math.Sqrt(Math.PI) / fraction;
        }

        return Math.CopySign(result, x);
    }

    internal readonly struct Exp : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Exp(x);
    }

    internal readonly struct ExpMinusOne : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.ExpMinusOne(x);
    }

    internal readonly struct Log : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Log(x);
    }

    internal readonly struct LogOnePlus : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.LogOnePlus(x);
    }

    internal readonly struct Tanh : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Tanh(x);
    }

    internal readonly struct Sigmoid : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Sigmoid(x);
    }

    internal readonly struct Softplus : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Softplus(x);
    }

    internal readonly struct Erf : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Erf(x);
    }
}
