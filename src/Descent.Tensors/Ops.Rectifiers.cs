using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>The rectifier: <c>max(x, 0)</c>. Its gradient at 0 is 0.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Relu(Tensor x) => Record(Map(x, new ReluFunction()), x, static n => Slope(n.Gradient, n.Output, new ReluSlope()));

    private readonly struct ReluFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => L.Max(x, L.Create(0f));
    }

    internal readonly struct ReluSlope : IBinaryFunction
    {
        public L Apply<L>(L g, L y) where L : struct, ILane<L> => L.Select(L.GreaterThan(y, L.Create(0f)), g, L.Create(0f));
    }

    /// <summary>
    /// The rectifier in general: <c>maxValue</c> above maxValue, <c>x</c> above the threshold, <c>negativeSlope · (x - threshold)</c> elsewhere.
    /// Its gradient is that of the flatter side at the threshold, and 0 at maxValue.
    /// </summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <param name="negativeSlope">The slope below the threshold.</param>
    /// <param name="maxValue">The largest output; unlimited when absent.</param>
    /// <param name="threshold">Where the identity begins.</param>
    public static Tensor Relu(Tensor x, float negativeSlope, float? maxValue = null, float threshold = 0f)
    {
        var limit = maxValue ?? float.PositiveInfinity;
        return Record(
            Map(x, new RectifierFunction(negativeSlope, limit, threshold)), x,
            n => Slope(n.Gradient, n.X, new RectifierSlope(negativeSlope, limit, threshold)));
    }

    /// <summary>The rectifier with a slope below 0: <c>x</c> above 0, <c>negativeSlope · x</c> elsewhere.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <param name="negativeSlope">The slope below 0; default 0.2.</param>
    public static Tensor LeakyRelu(Tensor x, float negativeSlope = 0.2f) => Relu(x, negativeSlope);

    private readonly struct RectifierFunction(float negativeSlope, float limit, float threshold) : IUnaryFunction
    {
        // A slope of 0 is no product, which would turn an infinity into NaN.
        public L Apply<L>(L x) where L : struct, ILane<L> => L.Select(
            L.GreaterThan(x, L.Create(threshold)),
            L.Min(x, L.Create(limit)),
            negativeSlope == 0f ? L.Create(0f) : (x - L.Create(threshold)) * L.Create(negativeSlope));
    }

    private readonly struct RectifierSlope(float negativeSlope, float limit, float threshold) : IBinaryFunction
    {
        public L Apply<L>(L g, L x) where L : struct, ILane<L> => L.Select(
            L.GreaterThan(x, L.Create(threshold)),
            L.Select(L.GreaterThan(L.Create(limit), x), g, L.Create(0f)),
            g * L.Create(negativeSlope));
    }

    /// <summary>The rectifier cut at 6: <c>min(max(x, 0), 6)</c>. Its gradient at 0 and 6 is 0.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor Relu6(Tensor x) => Ramp(x, 1f, 0f, 0f, 6f);

    /// <summary>A sigmoid of straight lines: <c>x / 6 + 1/2</c> cut to [0, 1]. Its gradient at the corners is 0.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor HardSigmoid(Tensor x) => Ramp(x, 1f / 6f, 0.5f, 0f, 1f);

    /// <summary>A hyperbolic tangent of straight lines: <c>x</c> cut to [-1, 1]. Its gradient at the corners is 0.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor HardTanh(Tensor x) => Ramp(x, 1f, 0f, -1f, 1f);

    /// <summary>The gradient of <see cref="SparsePlus"/>: <c>(x + 1) / 2</c> cut to [0, 1]. Its own gradient at the corners is 0.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor SparseSigmoid(Tensor x) => Ramp(x, 0.5f, 0.5f, 0f, 1f);

    private static Tensor Ramp(Tensor x, float scale, float offset, float low, float high) =>
        Record(Map(x, new RampFunction(scale, offset, low, high)), x, n => Slope(n.Gradient, n.Output, new RampSlope(scale, low, high)));

    private readonly struct RampFunction(float scale, float offset, float low, float high) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => L.Min(L.Max(x * L.Create(scale) + L.Create(offset), L.Create(low)), L.Create(high));
    }

    private readonly struct RampSlope(float scale, float low, float high) : IBinaryFunction
    {
        public L Apply<L>(L g, L y) where L : struct, ILane<L> => L.Select(
            L.GreaterThan(y, L.Create(low)),
            L.Select(L.GreaterThan(L.Create(high), y), g * L.Create(scale), L.Create(0f)),
            L.Create(0f));
    }

    /// <summary>A rectifier with a quadratic bend: 0 below -1, <c>(x + 1)² / 4</c>, and <c>x</c> above 1.</summary>
    /// <param name="x">A tensor of any shape.</param>
    public static Tensor SparsePlus(Tensor x) => Record(Map(x, new SparsePlusFunction()), x, static n => n.Gradient * SparseSigmoid(n.X));

    private readonly struct SparsePlusFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L>
        {
            var one = L.Create(1f);
            var bend = L.Max(x + one, L.Create(0f)) * L.Create(0.5f);
            return L.Select(L.GreaterThanOrEqual(x, one), x, bend * bend);
        }
    }

    /// <summary>Silu of straight lines: <c>x · hard_sigmoid(x)</c>.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <seealso href="https://arxiv.org/abs/1905.02244"/>
    public static Tensor HardSilu(Tensor x) =>
        Record(Map(x, new HardSiluFunction()), x, static n => Slope(n.Gradient, n.X, new HardSiluSlope(), static x => Map(x, new WithinFunction(-3f, 3f)) * (1f / 3f)));

    private readonly struct HardSiluFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x * new RampFunction(1f / 6f, 0.5f, 0f, 1f).Apply(x);
    }

    private readonly struct HardSiluSlope : IBinaryFunction
    {
        public L Apply<L>(L g, L x) where L : struct, ILane<L> => L.Select(
            L.GreaterThanOrEqual(L.Create(3f), x),
            L.Select(L.GreaterThanOrEqual(x, L.Create(-3f)), g * (x * L.Create(1f / 3f) + L.Create(0.5f)), L.Create(0f)),
            g);
    }

    /// <summary>Zeroes what lies within a threshold of 0: <c>x</c> where <c>|x| &gt; threshold</c>, else 0.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <param name="threshold">0 or more; default 0.5.</param>
    public static Tensor HardShrink(Tensor x, float threshold = 0.5f) =>
        Record(Map(x, new HardShrinkFunction(threshold)), x, n => Slope(n.Gradient, n.X, new ShrinkSlope(threshold)));

    private readonly struct HardShrinkFunction(float threshold) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => new ShrinkSlope(threshold).Apply(x, x);
    }

    private readonly struct ShrinkSlope(float threshold) : IBinaryFunction
    {
        public L Apply<L>(L g, L x) where L : struct, ILane<L> => L.Select(L.GreaterThan(L.Abs(x), L.Create(threshold)), g, L.Create(0f));
    }

    /// <summary>Moves everything towards 0 by a threshold: <c>sign(x) · max(|x| - threshold, 0)</c>.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <param name="threshold">0 or more; default 0.5.</param>
    public static Tensor SoftShrink(Tensor x, float threshold = 0.5f) =>
        Record(Map(x, new SoftShrinkFunction(threshold)), x, n => Slope(n.Gradient, n.X, new ShrinkSlope(threshold)));

    private readonly struct SoftShrinkFunction(float threshold) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => L.CopySign(L.Max(L.Abs(x) - L.Create(threshold), L.Create(0f)), x);
    }

    /// <summary><c>x</c> where it is above a threshold, a constant elsewhere.</summary>
    /// <param name="x">A tensor of any shape.</param>
    /// <param name="threshold">What has to be exceeded.</param>
    /// <param name="defaultValue">The constant.</param>
    public static Tensor Threshold(Tensor x, float threshold, float defaultValue) =>
        Record(Map(x, new ThresholdFunction(threshold, defaultValue)), x, n => Slope(n.Gradient, n.X, new ThresholdSlope(threshold)));

    private readonly struct ThresholdFunction(float threshold, float defaultValue) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => L.Select(L.GreaterThan(x, L.Create(threshold)), x, L.Create(defaultValue));
    }

    private readonly struct ThresholdSlope(float threshold) : IBinaryFunction
    {
        public L Apply<L>(L g, L x) where L : struct, ILane<L> => L.Select(L.GreaterThan(x, L.Create(threshold)), g, L.Create(0f));
    }
}
