using Descent.Kernels;
using Descent.Memory;

namespace Descent.Optimizers;

/// <summary>Newton's and Schulz' iteration towards the nearest matrix with orthonormal rows, or columns where those are fewer.</summary>
/// <param name="a">The share of x in each iteration.</param>
/// <param name="b">The share of x·xᵀ·x.</param>
/// <param name="c">The share of (x·xᵀ)²·x.</param>
/// <param name="iterations">How many there are.</param>
internal sealed unsafe class Orthogonalization(float a, float b, float c, int iterations)
{
    private const int Block = 256; // rows, enough for a product to run at full speed

    private float[]? _scratch;

    /// <summary>Replaces a matrix by what the iteration makes of it.</summary>
    public void Run(Variable matrix)
    {
        var (rows, columns) = (matrix.Shape[0], matrix.Shape[1]);
        var (length, side) = (matrix.Shape.Size, Math.Min(rows, columns));
        if (length == 0) return;
        nint place = AlignedMemory.RoundUp(length), squarePlace = AlignedMemory.RoundUp(checked(side * side));
        var other = AlignedMemory.Grow(ref _scratch, place + 2 * squarePlace);
        float* square = other + place, factor = square + squarePlace;
        fixed (float* x = matrix.Write())
        {
            // Each iteration goes from one place to the other; the last ends in the matrix.
            var (from, to) = iterations % 2 == 0 ? ((nint)x, (nint)other) : ((nint)other, (nint)x);
            Elementwise.Map(x, (float*)from, length, new DivideBy((float)Squares.Norm(matrix) + 1e-7f));
            for (var i = 0; i < iterations; i++, (from, to) = (to, from)) Iterate((float*)from, (float*)to, rows, columns, square, factor);
        }
    }

    // With S = x·xᵀ:  y = a · x + (b · S + c · S·S) · x; where columns are fewer, with S = xᵀ·x and x from the left.
    private void Iterate(float* x, float* y, int rows, int columns, float* square, float* factor)
    {
        var tall = rows > columns;
        var side = Math.Min(rows, columns);
        MultiplySymmetric(tall, !tall, side, Math.Max(rows, columns), x, columns, square);
        MultiplySymmetric(false, false, side, side, square, side, factor);
        Elementwise.Zip(square, 1, factor, 1, factor, side * side, new Combined(b, c));
        Elementwise.Map(x, y, rows * columns, new Scaled(a));
        if (tall) Gemm.Multiply(false, false, rows, columns, side, x, columns, factor, side, y, columns, accumulate: true);
        else Gemm.Multiply(false, false, rows, columns, side, factor, side, x, columns, y, columns, accumulate: true);
    }

    // s = op(x) · op(x), known to be symmetric: blocks of rows from the diagonal on, and their mirror images.
    private static void MultiplySymmetric(bool transposeFirst, bool transposeSecond, int side, int depth, float* x, int stride, float* s)
    {
        for (var start = 0; start < side; start += Block)
        {
            var end = Math.Min(side, start + Block);
            float* first = x + (transposeFirst ? start : (nint)start * stride), second = x + (transposeSecond ? (nint)start * stride : start);
            float* corner = s + (nint)start * side;
            Gemm.Multiply(transposeFirst, transposeSecond, end - start, side - start, depth, first, stride, second, stride, corner + start, side);
            if (end < side) new StridedCopy([side - end, end - start], [1, side], [side, 1]).Run(corner + end, s + (nint)end * side + start);
        }
    }

    private readonly struct DivideBy(float divisor) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x / L.Create(divisor);
    }

    private readonly struct Scaled(float factor) : IUnaryFunction
    {
        public L Apply<L>(L x) where L : struct, ILane<L> => x * L.Create(factor);
    }

    private readonly struct Combined(float ofX, float ofY) : IBinaryFunction
    {
        public L Apply<L>(L x, L y) where L : struct, ILane<L> => x * L.Create(ofX) + y * L.Create(ofY);
    }
}
