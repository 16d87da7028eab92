using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>Exponentials that sum to one: <c>eˣ / Σ eˣ</c>.</summary>
    /// <param name="x">A float32 tensor of rank 1 or more.</param>
    /// <param name="axis">The axis along which they sum to one.</param>
    public static Tensor Softmax(Tensor x, int axis = -1)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Shape.Axis(axis) != x.Rank - 1) return Exp(LogSoftmax(x, axis));
        return Remember(Record(SoftmaxRows(x), x, static n => SoftmaxDifferential(n.Output, n.Gradient)), x, ProbabilityActivation.Softmax);
    }

    /// <summary>The logarithm of the softmax, without overflow: <c>x - ln Σ eˣ</c>.</summary>
    /// <param name="x">A float32 tensor of rank 1 or more.</param>
    /// <param name="axis">The axis along which the exponentials sum to one.</param>
    public static Tensor LogSoftmax(Tensor x, int axis = -1)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Shape.Axis(axis) != x.Rank - 1)
        {
            var shifted = x - Max(x, [axis], keepDimensions: true);
            return shifted - Log(Sum(Exp(shifted), [axis], keepDimensions: true));
        }

        return Record(LogSoftmaxRows(x), x, static n => n.Gradient - Exp(n.Output) * Sum(n.Gradient, [-1], keepDimensions: true));
    }

    /// <summary>The cross-entropy of one label per row with the softmax of the logits, in one pass.</summary>
    /// <param name="logits">A float32 tensor of shape <c>(…, classes)</c>.</param>
    /// <param name="labels">An int32 tensor of shape <c>(…)</c>, each in [0, classes).</param>
    /// <returns>The losses, of shape <c>(…)</c>.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit, or a label is out of range.</exception>
    public static Tensor SparseSoftmaxCrossEntropy(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (logits.Rank == 0 || logits.Shape[..^1] != labels.Shape)
            throw new ArgumentException($"Logits of shape (…, classes) need labels of shape (…). Received: logits {logits.Shape}, labels {labels.Shape}.");
        CheckLabels(labels, logits.Shape[^1]);
        var (exponentials, sums) = (Tensor.New(logits.Shape), Tensor.New(labels.Shape));
        return Record(SparseCrossEntropyRows(logits, labels, exponentials, sums), logits, static n =>
        {
            var (labels, exponentials, sums) = ((Tensor, Tensor, Tensor))n.State!;
            return Recording.Current is null
                ? SparseCrossEntropyGradientRows(exponentials, sums, labels, n.Gradient)
                : SparseSoftmaxCrossEntropyGradient(n.X, labels, exponentials, sums, n.Gradient);
        }, (labels, exponentials, sums));
    }

    // The gradient in one pass; differentiated once more, it is composed from the softmax.
    private static Tensor SparseSoftmaxCrossEntropyGradient(Tensor logits, Tensor labels, Tensor exponentials, Tensor sums, Tensor g) =>
        Record(
            SparseCrossEntropyGradientRows(exponentials, sums, labels, g),
            logits, n => SoftmaxDifferential(Softmax(n.X), n.Gradient * ExpandLast(n.Y)),
            g, n => Sum(n.Gradient * (Softmax(n.X) - OneHot(labels, n.XShape[^1])), [-1]));

    private static Tensor SoftmaxDifferential(Tensor y, Tensor g) => y * (g - Sum(g * y, [-1], keepDimensions: true));

    /// <summary>The cross-entropy of target distributions with the softmax of the logits.</summary>
    /// <param name="logits">A float32 tensor of shape <c>(…, classes)</c>.</param>
    /// <param name="targets">A float32 tensor of the same shape.</param>
    /// <returns>The losses, of shape <c>(…)</c>.</returns>
    /// <exception cref="ArgumentException">Shapes differ.</exception>
    public static Tensor SoftmaxCrossEntropy(Tensor logits, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(targets);
        if (logits.Shape != targets.Shape)
            throw new ArgumentException($"Logits and targets must have the same shape. Received: {logits.Shape} and {targets.Shape}.");
        var shape = logits.Shape[..^1];
        var (exponentials, sums) = (Tensor.New(logits.Shape), Tensor.New(shape));
        return Record(
            CrossEntropyRows(logits, targets, exponentials, sums, shape),
            logits, static n =>
            {
                var (exponentials, sums) = ((Tensor, Tensor))n.State!;
                return SoftmaxCrossEntropyGradient(n.X, n.Y, exponentials, sums, n.Gradient);
            },
            targets, static n => -LogSoftmax(n.X) * ExpandLast(n.Gradient),
            (exponentials, sums));
    }

    // As with labels: one pass, and composed when differentiated once more.
    private static Tensor SoftmaxCrossEntropyGradient(Tensor logits, Tensor targets, Tensor exponentials, Tensor sums, Tensor g) =>
        Record(
            CrossEntropyGradientRows(exponentials, sums, targets, g),
            logits, n => SoftmaxDifferential(Softmax(n.X), n.Gradient * ExpandLast(n.Z) * Sum(n.Y, [-1], keepDimensions: true)),
            targets, n => (Sum(n.Gradient * Softmax(n.X), [-1], keepDimensions: true) - n.Gradient) * ExpandLast(n.Z),
            g, n => Sum(n.Gradient * (Softmax(n.X) * Sum(n.Y, [-1], keepDimensions: true) - n.Y), [-1]));

    private static Tensor Remember(Tensor probabilities, Tensor logits, ProbabilityActivation activation)
    {
        probabilities.Logits = logits;
        probabilities.Activation = activation;
        return probabilities;
    }

    private static Tensor ExpandLast(Tensor x) => Reshape(x, Shape.Create([.. x.Shape.Dimensions, 1]));

    private static void CheckLabels(Tensor labels, int classes)
    {
        var values = labels.Ints;
        for (var i = 0; i < values.Length; i++)
            if ((uint)values[i] >= (uint)classes)
                throw new ArgumentException($"Labels must be in [0, {classes}). Received: {values[i]} at position {i}.");
    }

    private static unsafe Tensor SoftmaxRows(Tensor x)
    {
        var result = Tensor.New(x.Shape);
        fixed (float* px = x.Floats, py = result.Floats)
            Rows(x, new SoftmaxKernel.Softmax(px, py, x.Shape[^1]));
        return result;
    }

    private static unsafe Tensor LogSoftmaxRows(Tensor x)
    {
        var result = Tensor.New(x.Shape);
        fixed (float* px = x.Floats, py = result.Floats)
            Rows(x, new SoftmaxKernel.LogSoftmax(px, py, x.Shape[^1]));
        return result;
    }

    private static unsafe Tensor SparseCrossEntropyRows(Tensor logits, Tensor labels, Tensor exponentials, Tensor sums)
    {
        var result = Tensor.New(labels.Shape);
        fixed (float* x = logits.Floats, e = exponentials.Floats, s = sums.Floats, y = result.Floats)
        fixed (int* l = labels.Ints)
            Rows(logits, new SoftmaxKernel.SparseCrossEntropy(x, l, e, s, y, logits.Shape[^1]));
        return result;
    }

    private static unsafe Tensor SparseCrossEntropyGradientRows(Tensor exponentials, Tensor sums, Tensor labels, Tensor g)
    {
        var result = Tensor.New(exponentials.Shape);
        fixed (float* e = exponentials.Floats, s = sums.Floats, pg = g.Floats, y = result.Floats)
        fixed (int* l = labels.Ints)
            Rows(exponentials, new SoftmaxKernel.SparseCrossEntropyGradient(e, s, l, pg, y, exponentials.Shape[^1]));
        return result;
    }

    private static unsafe Tensor CrossEntropyRows(Tensor logits, Tensor targets, Tensor exponentials, Tensor sums, Shape shape)
    {
        var result = Tensor.New(shape);
        fixed (float* x = logits.Floats, t = targets.Floats, e = exponentials.Floats, s = sums.Floats, y = result.Floats)
            Rows(logits, new SoftmaxKernel.CrossEntropy(x, t, e, s, y, logits.Shape[^1]));
        return result;
    }

    private static unsafe Tensor CrossEntropyGradientRows(Tensor exponentials, Tensor sums, Tensor targets, Tensor g)
    {
        var result = Tensor.New(exponentials.Shape);
        fixed (float* e = exponentials.Floats, s = sums.Floats, t = targets.Floats, pg = g.Floats, y = result.Floats)
            Rows(exponentials, new SoftmaxKernel.CrossEntropyGradient(e, s, t, pg, y, exponentials.Shape[^1]));
        return result;
    }

    // Work on each row along the last axis.
    private static void Rows<J>(Tensor x, J job) where J : struct, ILaneRangeJob => Reduction.Rows(RowCount(x), x.Shape[^1], new WidestLanes<J>(job));

    private static int RowCount(Tensor x) => x.Length == 0 ? 0 : x.Length / x.Shape[^1];
}
