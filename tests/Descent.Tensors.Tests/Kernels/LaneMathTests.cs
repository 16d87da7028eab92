using Descent.Kernels;

namespace Descent.Tests.Kernels;

public sealed unsafe class LaneMathTests
{
    // Every 997th float of the range: some million values spread evenly over the exponents.
    private const int Stride = 997;

    [Fact]
    public void Exp_WideRange_IsWithinItsBound() => AssertWithin(2, -103f, 88.7f, new Exp(), Math.Exp);

    [Fact]
    public void ExpMinusOne_WideRange_IsWithinItsBound() => AssertWithin(4, -20f, 88.7f, new ExpMinusOne(), x =>
    {
        var u = Math.Exp(x);
        return u == 1 ? x : u - 1 == -1 ? -1 : (u - 1) * x / Math.Log(u);
    });

    [Fact]
    public void Log_WideRange_IsWithinItsBound() => AssertWithin(2, float.Epsilon, float.MaxValue, new Log(), Math.Log);

    [Fact]
    public void LogOnePlus_WideRange_IsWithinItsBound() => AssertWithin(3, -0.99f, 1e30f, new LogOnePlus(), LogOnePlusReference);

    [Fact]
    public void Tanh_WideRange_IsWithinItsBound() => AssertWithin(2, -20f, 20f, new Tanh(), Math.Tanh);

    [Fact]
    public void Sigmoid_WideRange_IsWithinItsBound() => AssertWithin(3, -87f, 40f, new Sigmoid(), x => 1 / (1 + Math.Exp(-x)));

    [Fact]
    public void Softplus_WideRange_IsWithinItsBound() => AssertWithin(3, -87f, 100f, new Softplus(), x => Math.Max(x, 0) + LogOnePlusReference(Math.Exp(-Math.Abs(x))));

    [Fact]
    public void Erf_WideRange_IsWithinItsBound() => AssertWithin(3, -6f, 6f, new Erf(), ErfReference);

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

    private static void AssertWithin<F>(double ulps, float low, float high, F function, Func<double, double> reference) where F : struct, IUnaryFunction
    {
        List<float> inputs = [low, high, 0f];
        for (long bits = int.MinValue; bits <= int.MaxValue; bits += Stride)
        {
            var x = BitConverter.Int32BitsToSingle((int)bits);
            if (x >= low && x <= high) inputs.Add(x);
        }

        var (values, worst, at) = (Map([.. inputs], function), 0.0, 0f);
        for (var i = 0; i < values.Length; i++)
        {
            var expected = reference(inputs[i]);
            if (double.IsInfinity(expected) && expected == values[i]) continue;
            var ulp = Math.Max(float.Epsilon, Math.ScaleB(1, Math.ILogB(expected == 0 ? float.Epsilon : expected) - 23));
            var error = Math.Abs(values[i] - expected) / ulp;
            if (!(error <= worst)) (worst, at) = (error, inputs[i]);
        }

        Assert.True(worst <= ulps, $"{typeof(F).Name}({at:R}) is off by {worst:F2} ulp; the bound is {ulps}.");
    }

    private static float[] Map<F>(float[] inputs, F function) where F : struct, IUnaryFunction
    {
        var results = new float[inputs.Length];
        fixed (float* x = inputs, y = results)
            Elementwise.Map(x, y, inputs.Length, function);
        return results;
    }

    private static double LogOnePlusReference(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : Math.Log(u) * (x / (u - 1));
    }

    // The series, where its terms do not cancel; else the continued fraction of erfc.
    private static double ErfReference(double x)
    {
        var a = Math.Abs(x);
        double result;
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
