using System.Runtime.CompilerServices;
using Descent.Kernels;
using Descent.Memory;

namespace Descent.Optimizers;

/// <summary>
/// Adafactor's passes over the last two dimensions of a variable: the mean squares of its gradient are kept as one value per row and one per column,
/// whose products stand for those of the elements. They are computed again where they are needed: that costs less than memory.
/// </summary>
internal sealed unsafe class FactoredSquares
{
    private float[]? _sums;
    private float[]? _means;

    /// <summary>Updates the state, <c>r = keep · r + add · mean over columns of (g² + epsilon)</c> and c likewise over rows, and measures the direction.</summary>
    /// <param name="gradient">The gradient, of rank 2 or more.</param>
    /// <param name="rows">One value per row.</param>
    /// <param name="columns">One value per column.</param>
    /// <param name="keep">The share of the earlier means that stays.</param>
    /// <param name="add">The share of the new ones.</param>
    /// <param name="epsilon">Added to each square.</param>
    /// <returns>The norm of <c>g / √v</c>, where <c>v = r · c / mean(r)</c>.</returns>
    public double Update(Tensor gradient, Variable rows, Variable columns, float keep, float add, float epsilon)
    {
        if (gradient.Length == 0) return 0;
        var (height, width) = (gradient.Shape[^2], gradient.Shape[^1]);
        var (allRows, allColumns) = (rows.Shape.Size, columns.Shape.Size);
        var sums = AlignedMemory.Grow(ref _sums, Math.Max(allRows, allColumns));
        var square = new ShiftedSquare(epsilon);
        fixed (float* g = gradient.Floats, r = rows.Write(), c = columns.Write())
        {
            Reduction.Run(new Mapped<ShiftedSquare>(g, square), allRows, width, sums, default(SumReducer));
            Elementwise.Zip(r, 1, sums, 1, r, allRows, new MovingMean(keep, add, 1f / width));
            ColumnReduction.Run(new MappedColumns<ShiftedSquare>(g, square), allRows / height, height, width, sums, default(SumReducer));
            Elementwise.Zip(c, 1, sums, 1, c, allColumns, new MovingMean(keep, add, 1f / height));

            float sum;
            Reduction.Rows(allRows, width, new WidestLanes<NormJob>(new NormJob(VelocityOf(r, c, allRows, height, width), g, sums)));
            Reduction.Run(sums, 1, allRows, 1, &sum, default(SumReducer));
            return Math.Sqrt(sum);
        }
    }

    /// <summary>Steps, <c>w -= scale · g / √v</c>, and leaves <c>v</c>.</summary>
    /// <param name="gradient">The gradient.</param>
    /// <param name="rows">One value per row.</param>
    /// <param name="columns">One value per column.</param>
    /// <param name="velocity">Becomes <c>r · c / mean(r)</c>.</param>
    /// <param name="variable">What steps.</param>
    /// <param name="scale">What the direction is multiplied with.</param>
    public void Step(Tensor gradient, Variable rows, Variable columns, Variable velocity, Variable variable, float scale)
    {
        if (gradient.Length == 0) return;
        var (allRows, height, width) = (rows.Shape.Size, gradient.Shape[^2], gradient.Shape[^1]);
        fixed (float* g = gradient.Floats, r = rows.View.Floats, c = columns.View.Floats, v = velocity.Write(), w = variable.Write())
            Reduction.Rows(allRows, width, new WidestLanes<StepJob>(new StepJob(VelocityOf(r, c, allRows, height, width), g, v, w, scale)));
    }

    private Velocity VelocityOf(float* r, float* c, int rows, int height, int width)
    {
        var means = AlignedMemory.Grow(ref _means, rows / height);
        Reduction.Run(r, rows / height, height, 1, means, default(SumReducer));
        Elementwise.Map(means, means, rows / height, new Product(1f / height));
        return new Velocity(r, means, c, height, width);
    }

    private readonly struct MovingMean(float keep, float add, float ofSum) : IBinaryFunction
    {
        public L Apply<L>(L mean, L sum) where L : struct, ILane<L> => mean * L.Create(keep) + sum * L.Create(ofSum) * L.Create(add);
    }

    private readonly struct Product(float factor) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x * L.Create(factor);
    }

    /// <summary>v by its rows: one factor each, which all columns are multiplied with.</summary>
    private readonly struct Velocity(float* r, float* means, float* c, int height, int width)
    {
        public int Width => width;

        public float Factor(int row) => r[row] / means[row / height];

        public float* Columns(int row) => c + (nint)(row / height) * width;
    }

    /// <summary>The squares of a row of the direction.</summary>
    private readonly struct SquaredDirection(float* g, float* c, float factor) : IRowSource
    {
        public L Load<L>(nint index) where L : struct, ILane<L> => Square(L.Load(g + index), L.Load(c + index));

        public L LoadFirst<L>(nint index, int count) where L : struct, ILane<L> => Square(L.LoadFirst(g + index, count), L.LoadFirst(c + index, count));

        private L Square<L>(L g, L column) where L : struct, ILane<L>
        {
            var direction = Direction(g, L.Create(factor) * column);
            return direction * direction;
        }
    }

    private readonly struct NormJob(Velocity velocity, float* g, float* sums) : ILaneRangeJob
    {
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            for (var row = start; row < end; row++)
                sums[row] = Reduction.Row<L, SquaredDirection, SumReducer>(new SquaredDirection(g + (nint)row * velocity.Width, velocity.Columns(row), velocity.Factor(row)), 0, velocity.Width, default);
        }
    }

    private readonly struct StepJob(Velocity velocity, float* g, float* v, float* w, float scale) : ILaneRangeJob
    {
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            for (var row = start; row < end; row++)
            {
                var first = (nint)row * velocity.Width;
                Row<L>(g + first, velocity.Columns(row), v + first, w + first, velocity.Width, velocity.Factor(row), scale);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Row<L>(float* g, float* c, float* v, float* w, int length, float factor, float scale) where L : struct, ILane<L>
        {
            for (var i = 0; i < length; i += L.Count)
            {
                var count = length - i;
                var velocity = L.Create(factor) * Lanes.Load<L>(c + i, count);
                Lanes.Store(velocity, v + i, count);
                Lanes.Store(Lanes.Load<L>(w + i, count) - Direction(Lanes.Load<L>(g + i, count), velocity) * L.Create(scale), w + i, count);
            }
        }
    }

    private static L Direction<L>(L g, L velocity) where L : struct, ILane<L> => g / L.Sqrt(velocity);
}
