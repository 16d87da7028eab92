using Descent.Kernels;
using Descent.Threading;

namespace Descent.Optimizers;

/// <content>Sums of squares of the gradients, for their norms.</content>
internal sealed unsafe partial class Sweep
{
    private SharedSquares? _sharedSquares;

    /// <summary>Σ (scale · g)² of every variable's gradient, 0 for those without; good until the next call.</summary>
    /// <param name="scale">Applied first: squares of a scaled loss may be too large for float32.</param>
    public ReadOnlySpan<float> SumsOfSquares(float scale = 1)
    {
        if (Share is not null)
        {
            (_sharedSquares ??= new SharedSquares(_variables, Share)).Measure(Gradients, scale, _sums);
            return _sums;
        }

        Array.Clear(_partialSums);
        Workers.Run(_chunks.Length - 1, new NormJob(this, scale), inShares: true);
        Array.Clear(_sums);
        for (var i = 0; i < _segments.Length;)
        {
            var (variable, sum) = (_segments[i].Variable, 0.0);
            for (; i < _segments.Length && _segments[i].Variable == variable; i++) sum += _partialSums[i];
            _sums[variable] = (float)sum;
        }

        return _sums;
    }

    private readonly struct NormJob(Sweep sweep, float scale) : IParallelJob
    {
        public void Run(int chunk)
        {
            for (var i = sweep._chunks[chunk]; i < sweep._chunks[chunk + 1]; i++)
            {
                if (sweep.Gradients[sweep._segments[i].Variable] is not { } gradient) continue;
                var sum = 0.0;
                fixed (float* g = Part(gradient, sweep._segments[i]))
                    for (var start = 0; start < sweep._segments[i].Length; start += Lanes.ChunkLength)
                        sum += Reduction.SumOfSquares(g + start, Math.Min(Lanes.ChunkLength, sweep._segments[i].Length - start), scale);
                sweep._partialSums[i] = sum;
            }
        }
    }
}
