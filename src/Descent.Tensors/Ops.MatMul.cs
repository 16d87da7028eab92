using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>
    /// The matrix product over the last two axes: <c>(…, m, k) · (…, k, n) → (…, m, n)</c>; leading axes broadcast. An operand of rank 1
    /// is a row on the left and a column on the right, as in NumPy.
    /// </summary>
    /// <param name="x">A float32 tensor of rank 1 or more.</param>
    /// <param name="y">A float32 tensor of rank 1 or more.</param>
    /// <exception cref="ArgumentException">A rank is 0, or the inner dimensions differ.</exception>
    public static Tensor MatMul(Tensor x, Tensor y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.Rank == 0 || y.Rank == 0)
            throw new ArgumentException($"A matrix product needs operands of rank 1 or more. Received shapes {x.Shape} and {y.Shape}.");
        if (x.Shape[^1] != y.Shape[y.Rank == 1 ? 0 : ^2])
            throw new ArgumentException($"A matrix product needs equal inner dimensions. Received shapes {x.Shape} and {y.Shape}.");
        if (x.Rank == 1)
            return y.Rank == 1
                ? Reshape(MatMul(Reshape(x, [1, -1]), Reshape(y, [-1, 1])), Shape.Scalar)
                : Reshape(MatMul(Reshape(x, [1, -1]), y), Shape.Create([.. y.Shape.Dimensions[..^2], y.Shape[^1]]));
        if (y.Rank == 1) return Reshape(MatMul(x, Reshape(y, [-1, 1])), x.Shape[..^1]);
        if (y.Rank == 2) return Product(x, false, y, false);

        var batch = Shape.Broadcast(x.Shape[..^2], y.Shape[..^2]);
        return Product(BroadcastTo(x, [.. batch.Dimensions, .. x.Shape.Dimensions[^2..]]), false, BroadcastTo(y, [.. batch.Dimensions, .. y.Shape.Dimensions[^2..]]), false);
    }

    // Operands have equal leading axes, or y is one matrix for all rows of x. Transposes are read in place.
    private static Tensor Product(Tensor x, bool transposeX, Tensor y, bool transposeY) => Recording.Current is null
        ? Multiply(x, transposeX, y, transposeY)
        : RecordedProduct(x, transposeX, y, transposeY);

    private static Tensor RecordedProduct(Tensor x, bool transposeX, Tensor y, bool transposeY) =>
        Record(
            Multiply(x, transposeX, y, transposeY),
            x, static n =>
            {
                var (tx, ty) = ((bool, bool))n.State!;
                return tx ? Product(n.Y, ty, n.Gradient, true) : Product(n.Gradient, false, n.Y, !ty);
            },
            y, static n =>
            {
                var (tx, ty) = ((bool, bool))n.State!;
                var (a, g) = n.YShape.Rank == 2 && n.XShape.Rank > 2 ? (Rows(n.X), Rows(n.Gradient)) : (n.X, n.Gradient);
                return ty ? Product(g, true, a, tx) : Product(a, !tx, g, false);
            },
            (transposeX, transposeY));

    // All leading axes as rows of one matrix.
    private static Tensor Rows(Tensor x) => x.Rank == 2 ? x : Reshape(x, [x.Shape[..^1].Size, x.Shape[^1]]);

    private static unsafe Tensor Multiply(Tensor x, bool transposeX, Tensor y, bool transposeY)
    {
        var (m, k) = transposeX ? (x.Shape[^1], x.Shape[^2]) : (x.Shape[^2], x.Shape[^1]);
        var n = transposeY ? y.Shape[^2] : y.Shape[^1];
        var result = Tensor.New(x.Rank == 2 ? Shape.Create(m, n) : Shape.Create([.. x.Shape.Dimensions[..^2], m, n]));
        if (result.Length == 0) return result;
        fixed (float* a = x.Floats, b = y.Floats, c = result.Floats)
        {
            if (y.Rank == 2)
                Gemm.Multiply(transposeX, transposeY, result.Length / n, n, k, a, x.Shape[^1], b, y.Shape[^1], c, n);
            else
                Gemm.MultiplyBatched(transposeX, transposeY, m, n, k, a, x.Shape[^1], b, y.Shape[^1], c, n, result.Length / (m * n), (nint)m * k, (nint)k * n, (nint)m * n);
        }

        return result;
    }

    /// <summary>A dense layer in one operation: <c>activation(x · kernel + bias)</c>.</summary>
    /// <param name="x">A float32 tensor of shape <c>(…, inputs)</c>.</param>
    /// <param name="kernel">Weights of shape <c>(inputs, units)</c>.</param>
    /// <param name="bias">Of shape <c>(units)</c>; none when <see langword="null"/>.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    /// <returns>A tensor of shape <c>(…, units)</c>.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public static Tensor Dense(Tensor x, Tensor kernel, Tensor? bias = null, bool relu = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(kernel);
        if (x.Rank == 0 || kernel.Rank != 2 || x.Shape[^1] != kernel.Shape[0] || (bias is not null && (bias.Rank != 1 || bias.Length != kernel.Shape[1])))
            throw new ArgumentException($"Dense needs x (…, inputs), kernel (inputs, units) and bias (units,). Received: x {x.Shape}, kernel {kernel.Shape}, bias {bias?.Shape.ToString() ?? "none"}.");
        var output = DenseForward(x, kernel, bias, relu);
        return (bias, relu) switch
        {
            (null, false) => Record(output, x, static n => DenseInput(n, n.Gradient), kernel, static n => DenseKernel(n, n.Gradient)),
            (null, true) => Record(output, x, static n => DenseInput(n, Rectified(n)), kernel, static n => DenseKernel(n, Rectified(n))),
            (_, false) => Record(output, x, static n => DenseInput(n, n.Gradient), kernel, static n => DenseKernel(n, n.Gradient), bias, static n => SumRows(n.Gradient)),
            (_, true) => Record(output, x, static n => DenseInput(n, Rectified(n)), kernel, static n => DenseKernel(n, Rectified(n)), bias, static n => SumRows(Rectified(n))),
        };
    }

    private static Tensor DenseInput(Node n, Tensor g) => Product(g, false, n.Y, true);

    private static Tensor DenseKernel(Node n, Tensor g) => Product(Rows(n.X), true, Rows(g), false);

    // The sum over all axes but the last: what a bias gets of a gradient.
    private static Tensor SumRows(Tensor g) => Record(SumRowsForward(g), g, static n => BroadcastTo(n.Gradient, n.XShape));

    private static unsafe Tensor SumRowsForward(Tensor g)
    {
        var result = Tensor.New(Shape.Create(g.Shape[^1]));
        fixed (float* x = g.Floats, y = result.Floats)
            Reduction.Run(x, 1, RowCount(g), g.Shape[^1], y, default(SumReducer));
        return result;
    }

    // The gradient behind the activation, computed once for all three inputs.
    private static Tensor Rectified(Node n) => n.Scratch ??= Slope(n.Gradient, n.Output, new ReluSlope());

    private static unsafe Tensor DenseForward(Tensor x, Tensor kernel, Tensor? bias, bool relu)
    {
        var (inputs, units) = (kernel.Shape[0], kernel.Shape[1]);
        var result = Tensor.New(x.Rank == 2 ? Shape.Create(x.Shape[0], units) : Shape.Create([.. x.Shape.Dimensions[..^1], units]));
        if (result.Length == 0) return result;
        fixed (float* a = x.Floats, b = kernel.Floats, c = result.Floats, d = bias is null ? default : bias.Floats)
            Gemm.Multiply(false, false, result.Length / units, units, inputs, a, inputs, b, units, c, units, bias: d, activation: relu ? GemmActivation.Relu : GemmActivation.None);
        return result;
    }
}
