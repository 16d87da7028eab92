using Descent.Kernels;
using Descent.Threading;

namespace Descent.Optimizers;

/// <summary>Sums of squares of gradients of which each has only a part: of blocks, each of which one has, and then of variables, so that the cut changes no bit.</summary>
internal sealed class SharedSquares
{
    private readonly Variable[] _variables;
    private readonly OptimizerShare _share;
    private readonly int[] _blocks; // the first of each variable, and their number at the end
    private readonly double[] _sums;

    public SharedSquares(Variable[] variables, OptimizerShare share)
    {
        (_variables, _share) = (variables, share);
        _blocks = new int[variables.Length + 1];
        for (var v = 0; v < variables.Length; v++)
            _blocks[v + 1] = _blocks[v] + ((variables[v].Whole ?? variables[v]).Shape.Size + OptimizerShare.Block - 1) / OptimizerShare.Block;
        _sums = new double[_blocks[^1]];
    }

    /// <summary>Σ (scale · g)² of every whole variable's gradient.</summary>
    public void Measure(Tensor?[] gradients, float scale, Span<float> sums)
    {
        Array.Clear(_sums);
        Workers.Run(_variables.Length, new Job(this, gradients, scale));
        _share.Sum(_sums);
        for (var v = 0; v < _variables.Length; v++)
        {
            var sum = 0.0;
            for (var b = _blocks[v]; b < _blocks[v + 1]; b++) sum += _sums[b];
            sums[v] = (float)sum;
        }
    }

    private readonly unsafe struct Job(SharedSquares squares, Tensor?[] gradients, float scale) : IParallelJob
    {
        public void Run(int variable)
        {
            if (gradients[variable] is not { } gradient) return;
            var block = squares._blocks[variable] + squares._variables[variable].Start / OptimizerShare.Block;
            fixed (float* g = gradient.Floats)
                for (var start = 0; start < gradient.Length; start += OptimizerShare.Block)
                    squares._sums[block++] = Reduction.SumOfSquares(g + start, Math.Min(OptimizerShare.Block, gradient.Length - start), scale);
        }
    }
}
