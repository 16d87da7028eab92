namespace Descent.Losses;

/// <summary>
/// The cross-entropies of probabilities and of logits. Probabilities that a softmax or sigmoid has just made go back to their logits:
/// one pass, no digits lost and nothing to clip, as Keras does on TensorFlow.
/// </summary>
internal static class Crossentropy
{
    /// <summary><c>-Σ target · ln p</c> along an axis.</summary>
    public static Tensor Categorical(Tensor targets, Tensor output, bool fromLogits, int axis)
    {
        (output, fromLogits) = Unactivated(output, fromLogits, ProbabilityActivation.Softmax);
        if (fromLogits && output.Shape.Axis(axis) == output.Rank - 1) return Ops.SoftmaxCrossEntropy(output, targets);
        return -Ops.Sum(targets * (fromLogits ? Ops.LogSoftmax(output, axis) : Ops.Log(Probabilities(output, axis))), [axis]);
    }

    /// <summary><c>-ln p[label]</c> along an axis; one label for the rest of the shape.</summary>
    public static Tensor Sparse(Tensor labels, Tensor output, bool fromLogits, int axis)
    {
        output = ClassesLast(output, axis);
        Targets.CheckRange(labels, output.Shape[^1]);
        (output, fromLogits) = Unactivated(output, fromLogits, ProbabilityActivation.Softmax);
        if (fromLogits) return Ops.SparseSoftmaxCrossEntropy(output, labels);
        var chosen = Ops.Squeeze(Ops.TakeAlongAxis(output, Ops.ExpandDims(labels, -1)), [-1]);
        return -Ops.Log(Clip(chosen / Ops.Sum(output, [-1])));
    }

    /// <summary><c>-(target · ln p + (1 - target) · ln (1 - p))</c>, element by element.</summary>
    public static Tensor Binary(Tensor targets, Tensor output, bool fromLogits)
    {
        (output, fromLogits) = Unactivated(output, fromLogits, ProbabilityActivation.Sigmoid);
        if (fromLogits) return Ops.SigmoidCrossEntropy(output, targets);
        var p = Clip(output);
        return -(targets * Ops.Log(p) + (1f - targets) * Ops.Log1p(-p));
    }

    private static (Tensor Output, bool FromLogits) Unactivated(Tensor output, bool fromLogits, ProbabilityActivation activation) =>
        !fromLogits && output.Activation == activation ? (output.Logits!, true) : (output, fromLogits);

    /// <summary>Scales scores to a sum of 1 along an axis, and keeps them away from 0 and 1.</summary>
    public static Tensor Probabilities(Tensor output, int axis) => Clip(output / Ops.Sum(output, [axis], keepDimensions: true));

    /// <summary>Moves the axis of the classes to the end.</summary>
    public static Tensor ClassesLast(Tensor output, int axis)
    {
        axis = output.Shape.Axis(axis);
        return axis == output.Rank - 1 ? output : Ops.Transpose(output, [.. Enumerable.Range(0, axis), .. Enumerable.Range(axis + 1, output.Rank - axis - 1), axis]);
    }

    private static Tensor Clip(Tensor p) => Ops.Clip(p, KerasMath.Epsilon, 1f - KerasMath.Epsilon);
}
