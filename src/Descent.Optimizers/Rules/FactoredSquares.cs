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
        var (height, width) = (gradient.Shape[^2], gradient.Shape[^1]);
        if (gradient.Length == 0) return 0;
        var matrices = gradient.Length / (height * width);
        var sums = AlignedMemory.Grow(ref _sums, Math.Max(rows.Shape.Size, columns.Shape.Size));
        var square = new ShiftedSquare(epsilon);
        fixed (float* g = gradient.Floats, r = rows.Write(), c = columns.Write())
        {
            Reduction.Run(new Mapped<ShiftedSquare>(g, square), matrices * height, width, sums, default(SumReducer));
            Elementwise.Zip(r, 1, sums, 1, r, matrices * height, new MovingMean(keep, add, 1f / width));
            ColumnReduction.Run(new MappedColumns<ShiftedSquare>(g, square), matrices, height, width, sums, default(SumReducer));
            Elementwise.Zip(c, 1, sums, 1, c, matrices * width, new MovingMean(keep, add, 1f / height));

            float sum;
            Reduction.Rows(matrices * height, width, new WidestLanes<NormJob>(new NormJob(new Factors(r, c, height, width), g, sums)));
            Reduction.Run(sums, 1, matrices * height, 1, &sum, default(SumReducer));
            return Math.Sqrt(sum);
        }
    }

    /// <summary>Steps, <c>w -= scale · g / √v</c>, and leaves <c>v</c>.</summary>
    public static void Step(Tensor gradient, Variable rows, Variable columns, Variable velocity, Variable variable, float scale)
    {
        var (height, width) = (gradient.Shape[^2], gradient.Shape[^1]);
        if (gradient.Length == 0) return;
        fixed (float* g = gradient.Floats, r = rows.View.Floats, c = columns.View.Floats, v = velocity.Write(), w = variable.Write())
            Reduction.Rows(gradient.Length / width, width, new WidestLanes<StepJob>(new StepJob(new Factors(r, c, height, width), g, v, w, scale)));
    }

    private readonly struct MovingMean(float keep, float add, float ofSum) : IBinaryFunction
    {
        public L Apply<L>(L mean, L sum) where L : struct, ILane<L> => mean * L.Create(keep) + sum * L.Create(ofSum) * L.Create(add);
    }

    /// <summary>The means of rows and columns, whose product, divided by the mean of all rows of a matrix, is v.</summary>
    private readonly struct Factors(float* r, float* c, int height, int width)
    {
        public int Width => width;

        public float OfRow(int row) => r[row] / (Reduction.Row(r + row / height * height, height, default(SumReducer)) * (1f / height));

        public float* OfColumns(int row) => c + (nint)(row / height) * width;
    }
}
