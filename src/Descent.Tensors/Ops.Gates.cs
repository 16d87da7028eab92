namespace Descent;

public static partial class Ops
{
    /// <summary>The gated linear unit: the first half of an axis times the sigmoid of the second.</summary>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="axis">The axis to halve, of even size, also negative; default the last.</param>
    /// <exception cref="ArgumentException">The axis has an odd size.</exception>
    /// <seealso href="https://arxiv.org/abs/1612.08083"/>
    public static Tensor Glu(Tensor x, int axis = -1)
    {
        var halves = Split(x, 2, axis);
        return halves[0] * Sigmoid(halves[1]);
    }

    /// <summary>
    /// A sparse relative of softmax: <c>max(x - τ, 0)</c> with one threshold τ for each run of the axis.
    /// </summary>
    /// <remarks>
    /// τ is Keras' own, number for number: it adds up all cumulative sums of the support, where the paper takes the last of them. With more than
    /// one element in the support the result therefore does not sum to 1.
    /// </remarks>
    /// <param name="x">A float32 tensor.</param>
    /// <param name="axis">The axis, also negative; default the last.</param>
    /// <seealso href="https://arxiv.org/abs/1602.02068"/>
    public static Tensor Sparsemax(Tensor x, int axis = -1)
    {
        ArgumentNullException.ThrowIfNull(x);
        var place = x.Shape.Axis(axis);
        var descending = Flip(Sort(x, place), [place]);
        var sums = CumSum(descending, place);
        var ranks = Reshape(Cast(Arange(1, x.Shape[place] + 1), DType.Float32), Shape.Create([-1, .. Enumerable.Repeat(1, x.Rank - 1 - place)]));
        var support = Cast(Greater(descending * ranks + 1f, sums), DType.Float32);
        var threshold = (Sum(sums * support, [place], keepDimensions: true) - 1f) / Sum(support, [place], keepDimensions: true);
        return Relu(x - threshold);
    }
}
