using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>The sum over axes.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="axes">The axes to reduce, also negative; all when absent.</param>
    /// <param name="keepDimensions">Whether reduced axes stay, with size 1.</param>
    public static Tensor Sum(Tensor x, int[]? axes = null, bool keepDimensions = false)
    {
        var plan = new ReductionPlan(x, axes);
        return Record(plan.Run(x, new SumReducer(), keepDimensions), x, static n => BroadcastTo(((ReductionPlan)n.State!).Keep(n.Gradient), n.XShape), plan);
    }

    /// <summary>The mean over axes; NaN over no elements.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="axes">The axes to reduce, also negative; all when absent.</param>
    /// <param name="keepDimensions">Whether reduced axes stay, with size 1.</param>
    public static Tensor Mean(Tensor x, int[]? axes = null, bool keepDimensions = false)
    {
        var sum = Sum(x, axes, keepDimensions);
        return sum * (1f / (sum.Length == 0 ? 1f : (float)x.Length / sum.Length));
    }

    /// <summary>The largest element along axes; the gradient is shared equally between equal ones.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="axes">The axes to reduce, also negative; all when absent.</param>
    /// <param name="keepDimensions">Whether reduced axes stay, with size 1.</param>
    public static Tensor Max(Tensor x, int[]? axes = null, bool keepDimensions = false)
    {
        var plan = new ReductionPlan(x, axes);
        return Record(plan.Run(x, new MaxReducer(), keepDimensions), x, ToExtremes, plan);
    }

    /// <summary>The smallest element along axes; the gradient is shared equally between equal ones.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="axes">The axes to reduce, also negative; all when absent.</param>
    /// <param name="keepDimensions">Whether reduced axes stay, with size 1.</param>
    public static Tensor Min(Tensor x, int[]? axes = null, bool keepDimensions = false)
    {
        var plan = new ReductionPlan(x, axes);
        return Record(plan.Run(x, new MinReducer(), keepDimensions), x, ToExtremes, plan);
    }

    private static Tensor ToExtremes(Node n)
    {
        var plan = (ReductionPlan)n.State!;
        var hits = Zip(n.X, plan.Keep(n.Output), new EqualFunction());
        return hits * (plan.Keep(n.Gradient) / Sum(hits, plan.Axes, keepDimensions: true));
    }

    // 1 where equal, 0 elsewhere.
    private readonly struct EqualFunction : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => L.Select(L.Equal(x, y), L.Create(1f), L.Create(0f));
    }

    /// <summary>Sums a tensor over whatever broadcasting had stretched, back to a shape.</summary>
    internal static Tensor SumTo(Tensor x, Shape shape)
    {
        if (x.Shape == shape) return x;
        Span<int> stretched = stackalloc int[x.Rank];
        var count = 0;
        var added = x.Rank - shape.Rank;
        for (var i = 0; i < x.Rank; i++)
            if (i < added || (shape[i - added] == 1 && x.Shape[i] != 1))
                stretched[count++] = i;
        return Reshape(Sum(x, stretched[..count].ToArray()), shape);
    }

    /// <summary>Which axes a reduction takes, and how it walks memory.</summary>
    private sealed class ReductionPlan
    {
        private readonly Shape _shape;
        private readonly uint _reduced; // a bit for each axis

        public ReductionPlan(Tensor x, int[]? axes)
        {
            ArgumentNullException.ThrowIfNull(x);
            _shape = x.Shape;
            if (axes is null) _reduced = uint.MaxValue;
            foreach (var axis in axes ?? [])
            {
                var bit = 1u << _shape.Axis(axis, nameof(axes));
                if ((_reduced & bit) != 0)
                    throw new ArgumentException($"An axis can be reduced only once. Received: [{string.Join(", ", axes!)}] for shape {_shape}.", nameof(axes));
                _reduced |= bit;
            }
        }

        public int[] Axes => [.. Enumerable.Range(0, _shape.Rank).Where(Reduces)];

        /// <summary>Whether the reduced axes are the last ones, so that each result is that of one contiguous run.</summary>
        public bool IsRows
        {
            get
            {
                var axis = _shape.Rank;
                while (axis > 0 && Reduces(axis - 1)) axis--;
                while (axis > 0 && !Reduces(axis - 1)) axis--;
                return axis == 0;
            }
        }

        /// <summary>A result of this reduction with the reduced axes back in place, of size 1.</summary>
        public Tensor Keep(Tensor result) => Reshape(result, Result(keepDimensions: true));

        public Shape Result(bool keepDimensions)
        {
            Span<int> dimensions = stackalloc int[_shape.Rank];
            var count = 0;
            for (var i = 0; i < _shape.Rank; i++)
            {
                if (!Reduces(i)) dimensions[count++] = _shape[i];
                else if (keepDimensions) dimensions[count++] = 1;
            }

            return Shape.Create(dimensions[..count]);
        }

        // Runs of neighbouring reduced axes are reduced one after another, from the last to the first.
        public unsafe Tensor Run<R>(Tensor x, R reducer, bool keepDimensions) where R : struct, IReducer
        {
            var shape = Result(keepDimensions);
            var current = x;
            var inner = 1;
            for (var axis = _shape.Rank - 1; axis >= 0; axis--)
            {
                if (!Reduces(axis))
                {
                    inner *= _shape[axis];
                    continue;
                }

                var length = _shape[axis];
                while (axis > 0 && Reduces(axis - 1)) length *= _shape[--axis];
                var outer = 1;
                var isLast = true;
                for (var i = 0; i < axis; i++)
                {
                    outer *= _shape[i];
                    isLast &= !Reduces(i);
                }

                var next = Tensor.New(isLast ? shape : Shape.Create(outer, inner));
                fixed (float* source = current.Floats, destination = next.Floats)
                    Reduction.Run(source, outer, length, inner, destination, reducer);
                current = next;
            }

            return ReferenceEquals(current, x) ? Map(x, new CopyFunction()).View(shape) : current;
        }

        private bool Reduces(int axis) => (_reduced >> axis & 1) != 0;
    }

    private readonly struct CopyFunction : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x;
    }
}
