using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>The product over axes.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="axes">The axes to reduce, also negative; all when absent.</param>
    /// <param name="keepDimensions">Whether reduced axes stay, with size 1.</param>
    public static Tensor Prod(Tensor x, int[]? axes = null, bool keepDimensions = false)
    {
        // Halves are multiplied until one element is left: the gradient is then exact where factors are 0 too, in every order.
        var plan = new ReductionPlan(x, axes);
        int[] order = [.. plan.Axes, .. Enumerable.Range(0, x.Rank).Except(plan.Axes)];
        var result = plan.Result(keepDimensions);
        var factors = plan.Axes.Aggregate(1, (length, axis) => length * x.Shape[axis]);
        var rest = Reshape(Transpose(x, order), Shape.Create(factors, result.Size));
        if (factors == 0) return Tensor.Ones(result);
        while (rest.Shape[0] > 1)
        {
            var half = rest.Shape[0] / 2;
            var parts = Split(rest, [half, 2 * half]);
            var product = parts[0] * parts[1];
            rest = parts[2].Length > 0 ? Concatenate([product, parts[2]], 0) : product;
        }

        return Reshape(rest, result);
    }

    /// <summary>The variance over axes: the mean square distance from the mean.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="axes">The axes to reduce, also negative; all when absent.</param>
    /// <param name="keepDimensions">Whether reduced axes stay, with size 1.</param>
    public static Tensor Var(Tensor x, int[]? axes = null, bool keepDimensions = false)
    {
        var plan = new ReductionPlan(x, axes);
        if (!plan.IsRows) return Mean(Square(x - Mean(x, axes, keepDimensions: true)), axes, keepDimensions);
        return Record(VarianceRows(x, plan.Result(keepDimensions)), x, n =>
            plan.Keep(n.Gradient) * (n.X - Mean(n.X, axes, keepDimensions: true)) * (2f * n.Output.Length / n.X.Length));
    }

    // No differences are stored: a second pass over the row takes them again.
    private static unsafe Tensor VarianceRows(Tensor x, Shape shape)
    {
        var result = Tensor.New(shape);
        var rows = result.Length;
        var length = rows == 0 ? 0 : x.Length / rows;
        fixed (float* px = x.Floats, py = result.Floats)
        {
            // One long row is cut into pieces for several threads; many rows are spread over them.
            var job = new VarianceJob(px, length, py);
            if (rows == 1) job.Run(0, 1);
            else Reduction.Rows(rows, length, job);
        }

        return result;
    }

    private readonly unsafe struct VarianceJob(float* x, int length, float* y) : IRangeJob
    {
        public void Run(int start, int end)
        {
            for (var row = start; row < end; row++)
            {
                var from = x + (nint)row * length;
                Reduction.Run(new Values(from), 1, length, y + row, default(SumReducer));
                var scale = 1f / length;
                Reduction.Run(new Mapped<SquaredDistanceFunction>(from, new SquaredDistanceFunction(y[row] * scale)), 1, length, y + row, default(SumReducer));
                y[row] *= scale;
            }
        }
    }

    private readonly struct SquaredDistanceFunction(float center) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L>
        {
            x -= L.Create(center);
            return x * x;
        }
    }

    /// <summary>The standard deviation over axes: the root of <see cref="Var"/>. Its gradient is not finite where all elements are equal.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="axes">The axes to reduce, also negative; all when absent.</param>
    /// <param name="keepDimensions">Whether reduced axes stay, with size 1.</param>
    public static Tensor Std(Tensor x, int[]? axes = null, bool keepDimensions = false) => Sqrt(Var(x, axes, keepDimensions));

    /// <summary>The logarithm of the sum of exponentials over axes, without overflow: <c>ln Σ eˣ</c>.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="axes">The axes to reduce, also negative; all when absent.</param>
    /// <param name="keepDimensions">Whether reduced axes stay, with size 1.</param>
    public static Tensor LogSumExp(Tensor x, int[]? axes = null, bool keepDimensions = false)
    {
        // Any shift gives the same value; the largest element keeps the exponentials in range. An infinite one would give ∞ - ∞.
        var largest = Max(StopGradient(x), axes, keepDimensions: true);
        var shift = Where(IsFinite(largest), largest, 0f);
        var result = Log(Sum(Exp(x - shift), axes, keepDimensions));
        return result + Reshape(shift, result.Shape);
    }

    /// <summary>A norm over axes; its gradient is 0 where all elements are 0.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="order">1: the sum of absolute values; 2, the default: the root of the sum of squares; infinity: the largest absolute value.</param>
    /// <param name="axes">The axes to reduce, also negative; all when absent.</param>
    /// <param name="keepDimensions">Whether reduced axes stay, with size 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The order is another number.</exception>
    public static Tensor Norm(Tensor x, float order = 2f, int[]? axes = null, bool keepDimensions = false)
    {
        switch (order)
        {
            case 1f: return Sum(Abs(x), axes, keepDimensions);
            case float.PositiveInfinity: return Max(Abs(x), axes, keepDimensions);
            case 2f:
                var square = Sum(Square(x), axes, keepDimensions);
                var zero = Equal(square, 0f);
                return Where(zero, 0f, Sqrt(Where(zero, 1f, square)));
            default: throw new ArgumentOutOfRangeException(nameof(order), FormattableString.Invariant($"The order of a norm must be 1, 2 or infinity. Received: {order}."));
        }
    }

    /// <summary>The running sum along an axis.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="axis">The axis, also negative; absent: the elements row-major on one axis.</param>
    /// <param name="exclusive">Whether each sum leaves its own element out.</param>
    /// <param name="reverse">Whether to run from the end.</param>
    public static Tensor CumSum(Tensor x, int? axis = null, bool exclusive = false, bool reverse = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (axis is null) return CumSum(Reshape(x, [-1]), 0, exclusive, reverse);
        var place = x.Shape.Axis(axis.Value);
        return Record(Accumulate(x, place, exclusive, reverse), x, n => CumSum(n.Gradient, place, exclusive, !reverse));
    }

    private static unsafe Tensor Accumulate(Tensor x, int axis, bool exclusive, bool reverse)
    {
        var result = Tensor.New(x.Shape);
        if (x.Length == 0) return result;
        var (length, inner) = (x.Shape[axis], x.Shape[(axis + 1)..].Size);
        fixed (float* px = x.Floats, py = result.Floats)
            Reduction.Rows(x.Length / length, length, new AccumulateJob(px, py, length, inner, exclusive, reverse));
        return result;
    }

    private readonly unsafe struct AccumulateJob(float* x, float* y, int length, int inner, bool exclusive, bool reverse) : IRangeJob
    {
        public void Run(int start, int end)
        {
            for (var row = start; row < end; row++)
            {
                var first = (long)(row / inner) * length * inner + row % inner;
                var sum = 0f;
                for (var i = 0; i < length; i++)
                {
                    var at = first + (long)(reverse ? length - 1 - i : i) * inner;
                    var next = sum + x[at];
                    y[at] = exclusive ? sum : next;
                    sum = next;
                }
            }
        }
    }
}
