using System.Runtime.CompilerServices;
using Descent.Kernels;
using Descent.Memory;

namespace Descent.Optimizers;

/// <summary>
/// Adafactor's passes over the last two dimensions of a gradient: its mean squares are kept as one value per row and one per column, whose products
/// stand for those of the elements.
/// </summary>
internal sealed unsafe class FactoredSquares
{
    private float[]? _sums;

    /// <summary>Updates the state of a variable and leaves <c>g / √v</c> as its direction.</summary>
    /// <param name="gradient">The gradient, of rank 2 or more; it may be the direction itself.</param>
    /// <param name="rows">One value per row: <c>r = keep · r + add · mean(g² + epsilon)</c>.</param>
    /// <param name="columns">The same per column.</param>
    /// <param name="velocity">Becomes <c>r · c / mean(r)</c>.</param>
    /// <param name="direction">Becomes <c>g / √v</c>.</param>
    /// <param name="keep">The share of the earlier means that stays.</param>
    /// <param name="add">The share of the new ones.</param>
    /// <param name="epsilon">Added to each square.</param>
    public void Update(Tensor gradient, Variable rows, Variable columns, Variable velocity, Variable direction, float keep, float add, float epsilon)
    {
        var (height, width) = (gradient.Shape[^2], gradient.Shape[^1]);
        if (gradient.Length == 0) return;
        var matrices = gradient.Length / (height * width);
        var sums = AlignedMemory.Grow(ref _sums, Math.Max(rows.Shape.Size, columns.Shape.Size));
        var square = new ShiftedSquare(epsilon);
        fixed (float* g = gradient.Floats, r = rows.Write(), c = columns.Write(), v = velocity.Write(), u = direction.Write())
        {
            Reduction.Run(new Mapped<ShiftedSquare>(g, square), matrices * height, width, sums, default(SumReducer));
            Elementwise.Zip(r, 1, sums, 1, r, matrices * height, new MovingMean(keep, add, 1f / width));
            ColumnReduction.Run(new MappedColumns<ShiftedSquare>(g, square), matrices, height, width, sums, default(SumReducer));
            Elementwise.Zip(c, 1, sums, 1, c, matrices * width, new MovingMean(keep, add, 1f / height));
            Reduction.Run(r, matrices, height, 1, sums, default(SumReducer));
            Reduction.Rows(matrices * height, width, new WidestLanes<DirectionJob>(new DirectionJob(g, r, sums, c, v, u, height, width)));
        }
    }

    private readonly struct MovingMean(float keep, float add, float ofSum) : IBinaryFunction
    {
        public L Apply<L>(L mean, L sum) where L : struct, ILane<L> => mean * L.Create(keep) + sum * L.Create(ofSum) * L.Create(add);
    }

    // v = r · c / mean(r);  u = g / √v
    private readonly struct DirectionJob(float* g, float* r, float* sums, float* c, float* v, float* u, int height, int width) : ILaneRangeJob
    {
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            for (var row = start; row < end; row++)
            {
                var (matrix, first) = (row / height, (nint)row * width);
                Row<L>(g + first, r[row] / (sums[matrix] * (1f / height)), c + (nint)matrix * width, v + first, u + first, width);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Row<L>(float* g, float factor, float* c, float* v, float* u, int width) where L : struct, ILane<L>
        {
            for (var i = 0; i < width; i += L.Count)
            {
                var count = width - i;
                var velocity = L.Create(factor) * Lanes.Load<L>(c + i, count);
                Lanes.Store(velocity, v + i, count);
                Lanes.Store(Lanes.Load<L>(g + i, count) / L.Sqrt(velocity), u + i, count);
            }
        }
    }
}

/// <summary>x² + epsilon.</summary>
internal readonly struct ShiftedSquare(float epsilon) : IUnaryFunction
{
    public L Apply<L>(L x) where L : struct, ILane<L> => x * x + L.Create(epsilon);
}
