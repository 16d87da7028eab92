using System.Runtime.CompilerServices;
using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    // What losses would otherwise compose of five passes and more.

    /// <summary>The mean along the last axis of squared differences: <c>mean((x - y)²)</c>, in one pass.</summary>
    /// <param name="x">A float32 tensor of rank 1 or more.</param>
    /// <param name="y">Another of the same shape.</param>
    internal static Tensor MeanSquaredDifference(Tensor x, Tensor y)
    {
        var shape = x.Shape[..^1];
        if (x.Shape[^1] == 1) return Reshape(Square(x - y), shape);
        return Record(
            SquaredDifferenceRows(x, y, shape),
            x, static n => SquaredDifferenceGradient(n.X, n.Y, n.Gradient),
            y, static n => SquaredDifferenceGradient(n.Y, n.X, n.Gradient));
    }

    // 2/length · (x - y) · g in one pass, with one g for each row.
    private static Tensor SquaredDifferenceGradient(Tensor x, Tensor y, Tensor g)
    {
        var scale = 2f / x.Shape[^1];
        return Record(
            SquaredDifferenceGradientRows(x, y, g, scale),
            x, n => n.Gradient * ExpandLast(n.Z * scale),
            y, n => n.Gradient * ExpandLast(n.Z * -scale),
            g, n => Sum(n.Gradient * (n.X - n.Y), [-1]) * scale);
    }

    private static unsafe Tensor SquaredDifferenceRows(Tensor x, Tensor y, Shape shape)
    {
        var result = Tensor.New(shape);
        var length = x.Shape[^1];
        fixed (float* px = x.Floats, py = y.Floats, pz = result.Floats)
        {
            Reduction.Run(new Zipped<SquaredDifferenceFunction>(px, py, default), result.Length, length, pz, default(SumReducer));
            Elementwise.Map(pz, pz, result.Length, new ScaleFunction(1f / length));
        }

        return result;
    }

    private static unsafe Tensor SquaredDifferenceGradientRows(Tensor x, Tensor y, Tensor g, float scale)
    {
        var result = Tensor.New(x.Shape);
        fixed (float* px = x.Floats, py = y.Floats, pg = g.Floats, pz = result.Floats)
            Rows(x, new ScaledDifferenceJob(px, py, pg, pz, x.Shape[^1], scale));
        return result;
    }

    private readonly unsafe struct ScaledDifferenceJob(float* x, float* y, float* g, float* z, int length, float scale) : ILaneRangeJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            for (var row = start; row < end; row++)
            {
                var offset = (nint)row * length;
                Elementwise.ZipRange<L, ScaledDifferenceFunction>(x + offset, 1, y + offset, 1, z + offset, length, new ScaledDifferenceFunction(g[row] * scale));
            }
        }
    }

    private readonly struct SquaredDifferenceFunction : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L>
        {
            x -= y;
            return x * x;
        }
    }

    private readonly struct ScaledDifferenceFunction(float scale) : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => (x - y) * L.Create(scale);
    }

    private readonly struct ScaleFunction(float factor) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x * L.Create(factor);
    }

    /// <summary>
    /// The cross-entropy of targets with the sigmoid of logits, element by element: <c>max(x, 0) - x·t + ln(1 + exp(-|x|))</c>, in which
    /// nothing overflows.
    /// </summary>
    /// <param name="logits">A float32 tensor.</param>
    /// <param name="targets">Another of the same shape, in [0, 1].</param>
    internal static Tensor SigmoidCrossEntropy(Tensor logits, Tensor targets) =>
        Record(
            Zip(logits, targets, new SigmoidCrossEntropyFunction()),
            logits, static n => n.Gradient * (Sigmoid(n.X) - n.Y),
            targets, static n => -n.Gradient * n.X);

    private readonly struct SigmoidCrossEntropyFunction : IBinaryFunction
    {
        public L Apply<L>(L x, L t) where L : struct, ILane<L> => LaneMath.Softplus(x) - x * t;
    }
}
