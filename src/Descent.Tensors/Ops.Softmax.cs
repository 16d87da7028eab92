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
        var probabilities = Tensor.New(logits.Shape);
        return Record(SparseCrossEntropyRows(logits, labels, probabilities), logits, static n =>
        {
            var (labels, probabilities) = ((Tensor, Tensor))n.State!;
            return Recording.Current is null
                ? SparseCrossEntropyGradientRows(probabilities, labels, n.Gradient)
                : SparseSoftmaxCrossEntropyGradient(n.X, labels, probabilities, n.Gradient);
        }, (labels, probabilities));
    }

    // The gradient in one pass; differentiated once more, it is composed from the softmax.
    private static Tensor SparseSoftmaxCrossEntropyGradient(Tensor logits, Tensor labels, Tensor probabilities, Tensor g) =>
        Record(
            SparseCrossEntropyGradientRows(probabilities, labels, g),
            logits, n => SoftmaxDifferential(Softmax(n.X), n.Gradient * ExpandLast(n.Y)),
            g, n => Sum(n.Gradient * SparseSoftmaxCrossEntropyGradient(n.X, labels, Softmax(n.X), Tensor.Ones(labels.Shape)), [-1]));

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
        return -Sum(targets * LogSoftmax(logits), [-1]);
    }

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
            Reduction.Rows(RowCount(x), x.Shape[^1], new SoftmaxKernel.Softmax(px, py, x.Shape[^1]));
        return result;
    }

    private static unsafe Tensor LogSoftmaxRows(Tensor x)
    {
        var result = Tensor.New(x.Shape);
        fixed (float* px = x.Floats, py = result.Floats)
            Reduction.Rows(RowCount(x), x.Shape[^1], new SoftmaxKernel.LogSoftmax(px, py, x.Shape[^1]));
        return result;
    }

    private static unsafe Tensor SparseCrossEntropyRows(Tensor logits, Tensor labels, Tensor probabilities)
    {
        var result = Tensor.New(labels.Shape);
        var length = logits.Shape[^1];
        fixed (float* x = logits.Floats, p = probabilities.Floats, y = result.Floats)
        fixed (int* l = labels.Ints)
            Reduction.Rows(labels.Length, length, new SoftmaxKernel.SparseCrossEntropy(x, l, p, y, length));
        return result;
    }

    private static unsafe Tensor SparseCrossEntropyGradientRows(Tensor probabilities, Tensor labels, Tensor g)
    {
        var result = Tensor.New(probabilities.Shape);
        var length = probabilities.Shape[^1];
        fixed (float* p = probabilities.Floats, pg = g.Floats, y = result.Floats)
        fixed (int* l = labels.Ints)
            Reduction.Rows(labels.Length, length, new SoftmaxKernel.SparseCrossEntropyGradient(p, l, pg, y, length));
        return result;
    }

    private static int RowCount(Tensor x) => x.Length == 0 ? 0 : x.Length / x.Shape[^1];
}
