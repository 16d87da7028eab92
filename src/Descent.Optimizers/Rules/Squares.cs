using Descent.Kernels;

namespace Descent.Optimizers;

/// <summary>Sums of the squares of whole variables, on all threads.</summary>
internal static unsafe class Squares
{
    /// <summary>The norm of a variable: the root of the sum of its squares.</summary>
    public static double Norm(Variable variable)
    {
        float sum;
        fixed (float* x = variable.View.Floats)
            Reduction.Run(new Mapped<ShiftedSquare>(x, new ShiftedSquare(0)), 1, variable.Shape.Size, &sum, default(SumReducer));
        return Math.Sqrt(sum);
    }
}

/// <summary>x² + epsilon.</summary>
internal readonly struct ShiftedSquare(float epsilon) : IUnaryFunction
{
    public L Apply<L>(L x) where L : struct, ILane<L> => x * x + L.Create(epsilon);
}
