namespace Descent.Kernels;

/// <summary>Softmax and its relatives, row by row over a (rows, length) block.</summary>
internal static unsafe class SoftmaxKernel
{
    /// <summary>y = exp(x - max) / Σ exp(x - max).</summary>
    public readonly struct Softmax(float* x, float* y, int length) : IRangeJob
    {
        public void Run(int start, int end)
        {
            for (var row = start; row < end; row++)
            {
                var to = y + (long)row * length;
                var sum = Exponentials(x + (long)row * length, to, length, out _);
                Elementwise.MapRange(to, to, length, new DivideBy(sum));
            }
        }
    }

    /// <summary>y = x - max - ln Σ exp(x - max).</summary>
    public readonly struct LogSoftmax(float* x, float* y, int length) : IRangeJob
    {
        public void Run(int start, int end)
        {
            for (var row = start; row < end; row++)
            {
                var from = x + (long)row * length;
                var to = y + (long)row * length;
                var sum = Exponentials(from, to, length, out var max);
                Elementwise.MapRange(from, to, length, new Shift(-max - Log(sum)));
            }
        }
    }

    /// <summary>The softmax of each row, and the cross-entropy of it with one label per row.</summary>
    public readonly struct SparseCrossEntropy(float* logits, int* labels, float* probabilities, float* losses, int length) : IRangeJob
    {
        public void Run(int start, int end)
        {
            for (var row = start; row < end; row++)
            {
                var from = logits + (long)row * length;
                var to = probabilities + (long)row * length;
                var sum = Exponentials(from, to, length, out var max);
                losses[row] = Log(sum) - (from[labels[row]] - max);
                Elementwise.MapRange(to, to, length, new DivideBy(sum));
            }
        }
    }

    /// <summary>(p - one-hot) · g, the gradient of <see cref="SparseCrossEntropy"/>.</summary>
    public readonly struct SparseCrossEntropyGradient(float* probabilities, int* labels, float* g, float* y, int length) : IRangeJob
    {
        public void Run(int start, int end)
        {
            for (var row = start; row < end; row++)
            {
                var to = y + (long)row * length;
                Elementwise.MapRange(probabilities + (long)row * length, to, length, new Scale(g[row]));
                to[labels[row]] -= g[row];
            }
        }
    }

    private static float Exponentials(float* x, float* y, int length, out float max)
    {
        max = Reduction.Row(x, length, default(MaxReducer));

        // A row of nothing but -∞ has no finite maximum to subtract; its exponentials are all zero over zero, as in NumPy.
        Elementwise.MapRange(x, y, length, new ShiftedExp(max));
        return Reduction.Row(y, length, default(SumReducer));
    }

    private static float Log(float x)
    {
        float result;
        LaneMath.Log(ScalarLane.Create(x)).Store(&result);
        return result;
    }

    private readonly struct ShiftedExp(float max) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => LaneMath.Exp(x - L.Create(max));
    }

    private readonly struct DivideBy(float divisor) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x / L.Create(divisor);
    }

    private readonly struct Shift(float offset) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x + L.Create(offset);
    }

    private readonly struct Scale(float factor) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x * L.Create(factor);
    }
}
