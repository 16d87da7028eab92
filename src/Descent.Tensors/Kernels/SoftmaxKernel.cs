using System.Runtime.CompilerServices;

namespace Descent.Kernels;

/// <summary>Softmax and its relatives, row by row over a (rows, length) block.</summary>
internal static unsafe class SoftmaxKernel
{
    // Rows whose logarithms are taken together.
    private const int Group = 16;

    /// <summary>y = exp(x - max) / Σ exp(x - max).</summary>
    public readonly struct Softmax(float* x, float* y, int length) : ILaneRangeJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            for (var row = start; row < end; row++)
            {
                var offset = (nint)row * length;
                float* from = x + offset, to = y + offset;
                if (length <= L.Count)
                {
                    var e = Exponentials<L>(from, length, out _);
                    Lanes.Store(e / L.Create(e.Fold(default(SumReducer))), to, length);
                    continue;
                }

                var (sum, _) = Exponentials<L>(from, to, length);
                Elementwise.MapRange<L, DivideBy>(to, to, length, new DivideBy(sum));
            }
        }
    }

    /// <summary>y = x - max - ln Σ exp(x - max).</summary>
    public readonly struct LogSoftmax(float* x, float* y, int length) : ILaneRangeJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            float* sums = stackalloc float[Group], maxima = stackalloc float[Group];
            for (var first = start; first < end; first += Group)
            {
                var rows = Math.Min(Group, end - first);
                for (var i = 0; i < rows; i++)
                {
                    var offset = (nint)(first + i) * length;
                    (sums[i], maxima[i]) = Exponentials<L>(x + offset, y + offset, length);
                }

                Elementwise.ZipRange<L, LogPlus>(sums, 1, maxima, 1, sums, rows, default);
                for (var i = 0; i < rows; i++)
                {
                    var offset = (nint)(first + i) * length;
                    Elementwise.MapRange<L, Minus>(x + offset, y + offset, length, new Minus(sums[i]));
                }
            }
        }
    }

    /// <summary>The cross-entropy of the softmax of each row with one label; leaves exponentials and their sums for the gradient.</summary>
    public readonly struct SparseCrossEntropy(float* logits, int* labels, float* exponentials, float* sums, float* losses, int length) : ILaneRangeJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            for (var row = start; row < end; row++)
            {
                var from = logits + (nint)row * length;
                (sums[row], var max) = Exponentials<L>(from, exponentials + (nint)row * length, length);
                losses[row] = max - from[labels[row]];
            }

            Elementwise.ZipRange<L, LogPlus>(sums + start, 1, losses + start, 1, losses + start, end - start, default);
        }
    }

    /// <summary>(p - one-hot) · g, the gradient of <see cref="SparseCrossEntropy"/>.</summary>
    public readonly struct SparseCrossEntropyGradient(float* exponentials, float* sums, int* labels, float* g, float* y, int length) : ILaneRangeJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            for (var row = start; row < end; row++)
            {
                var to = y + (nint)row * length;
                Elementwise.MapRange<L, Scale>(exponentials + (nint)row * length, to, length, new Scale(g[row] / sums[row]));
                to[labels[row]] -= g[row];
            }
        }
    }

    /// <summary>The cross-entropy of the softmax of each row with a distribution; leaves exponentials and their sums for the gradient.</summary>
    public readonly struct CrossEntropy(float* logits, float* targets, float* exponentials, float* sums, float* losses, int length) : ILaneRangeJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            for (var row = start; row < end; row++)
                (sums[row], losses[row]) = Exponentials<L>(logits + (nint)row * length, exponentials + (nint)row * length, length);

            Elementwise.ZipRange<L, LogPlus>(sums + start, 1, losses + start, 1, losses + start, end - start, default);
            for (var row = start; row < end; row++)
            {
                var surprises = new Zipped<Surprise>(targets, logits, new Surprise(losses[row]));
                losses[row] = Reduction.Row<L, Zipped<Surprise>, SumReducer>(surprises, (nint)row * length, length, default);
            }
        }
    }

    /// <summary>(p · Σt - t) · g, the gradient of <see cref="CrossEntropy"/>.</summary>
    public readonly struct CrossEntropyGradient(float* exponentials, float* sums, float* targets, float* g, float* y, int length) : ILaneRangeJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            for (var row = start; row < end; row++)
            {
                var offset = (nint)row * length;
                var total = Reduction.Row<L, Values, SumReducer>(new Values(targets), offset, length, default);
                var difference = new ScaledDifference(g[row] * total / sums[row], g[row]);
                Elementwise.ZipRange<L, ScaledDifference>(exponentials + offset, 1, targets + offset, 1, y + offset, length, difference);
            }
        }
    }

    // exp(x - max) of a row that fills one lane at most; 0 behind its end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static L Exponentials<L>(float* x, int length, out float max) where L : struct, ILane<L>
    {
        var first = Lanes.First<L>(length);
        var row = Lanes.Load<L>(x, length);
        max = L.Select(first, row, L.Create(float.NegativeInfinity)).Fold(default(MaxReducer));
        return L.Select(first, LaneMath.Exp(row - L.Create(max)), L.Create(0f));
    }

    // y = exp(x - max). A row of nothing but -∞ has no finite maximum to subtract; its exponentials are NaN, as in NumPy.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (float Sum, float Max) Exponentials<L>(float* x, float* y, int length) where L : struct, ILane<L>
    {
        float max;
        if (length <= L.Count)
        {
            var e = Exponentials<L>(x, length, out max);
            Lanes.Store(e, y, length);
            return (e.Fold(default(SumReducer)), max);
        }

        max = Reduction.Row<L, Values, MaxReducer>(new Values(x), 0, length, default);
        Elementwise.MapRange<L, ShiftedExp>(x, y, length, new ShiftedExp(max));
        return (Reduction.Row<L, Values, SumReducer>(new Values(y), 0, length, default), max);
    }

    private readonly struct ShiftedExp(float max) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Exp(x - L.Create(max));
    }

    private readonly struct DivideBy(float divisor) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x / L.Create(divisor);
    }

    private readonly struct LogPlus : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => LaneMath.Log(x) + y;
    }

    // What a target adds to the loss: t · -ln p.
    private readonly struct Surprise(float logSum) : IBinaryFunction
    {
        public L Apply<L>(L t, L x) where L : struct, ILane<L> => t * (L.Create(logSum) - x);
    }

    private readonly struct ScaledDifference(float xScale, float yScale) : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => x * L.Create(xScale) - y * L.Create(yScale);
    }

    private readonly struct Minus(float offset) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x - L.Create(offset);
    }

    private readonly struct Scale(float factor) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x * L.Create(factor);
    }
}
