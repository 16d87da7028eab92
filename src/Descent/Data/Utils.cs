using System.Numerics.Tensors;
using Descent.RandomNumbers;
using Descent.Training;

namespace Descent.Data;

/// <summary>What <c>keras.utils</c> has to prepare data, under the same names.</summary>
public static partial class Utils
{
    /// <summary>Turns classes into rows with a one each, for <c>categorical_crossentropy</c>.</summary>
    /// <param name="x">Classes from 0 on, of any shape; a last dimension of 1 is dropped. Fractions are cut off.</param>
    /// <param name="numClasses">The number of classes. Default null (or 0, as in Keras): one more than the highest.</param>
    /// <returns>A float32 tensor of shape <c>(…, numClasses)</c>.</returns>
    /// <exception cref="ArgumentException">There is no class, or one is out of range. (Keras counts negative ones from the end.)</exception>
    public static Tensor ToCategorical(Tensor x, int? numClasses = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        var classes = Ops.Cast(x.Rank > 1 && x.Shape[^1] == 1 ? Ops.Squeeze(x, [-1]) : x, DType.Int32);
        var known = numClasses is { } given and not 0 ? Check.AtLeast(1, given, nameof(numClasses)) : (int?)null;
        if (known is null && classes.Length == 0)
            throw new ArgumentException("x must have a class, or numClasses must be given. Received: none.", nameof(x));
        var count = known ?? Math.Max(0, TensorPrimitives.Max<int>(classes.AsInt32Span())) + 1;
        foreach (var label in classes.AsInt32Span())
            if ((uint)label >= (uint)count) throw new ArgumentException($"The classes must be in [0, {count}). Received: {label}.", nameof(x));
        return Ops.OneHot(classes, count);
    }

    /// <summary>Splits samples in two.</summary>
    /// <param name="x">The inputs, one row per sample.</param>
    /// <param name="y">The targets, one row per sample.</param>
    /// <param name="leftSize">The part of the first samples in (0, 1), or their number. Default null: what <paramref name="rightSize"/> leaves.</param>
    /// <param name="rightSize">The same for the last samples. Default null: what <paramref name="leftSize"/> leaves.</param>
    /// <param name="shuffle">Whether the samples are shuffled first. Default false.</param>
    /// <param name="seed">The seed of the shuffling. Default null: the next that follows from <see cref="RandomSeed"/>.</param>
    /// <returns>Both parts.</returns>
    /// <exception cref="ArgumentException">Neither size is given, a side would be empty, or the parts do not fit.</exception>
    public static ((Tensor X, Tensor Y) Left, (Tensor X, Tensor Y) Right) SplitDataset(
        Tensor x, Tensor y, double? leftSize = null, double? rightSize = null, bool shuffle = false, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(y);
        DataChecks.Check(x, y, null);
        var count = x.Shape[0];
        if (leftSize is null && rightSize is null)
            throw new ArgumentException("leftSize or rightSize must be given. Received: neither.");
        var given = (Left: Size(leftSize, nameof(leftSize)), Right: Size(rightSize, nameof(rightSize)));
        var (left, right) = (given.Left ?? count - given.Right!.Value, given.Right ?? count - given.Left!.Value);
        if (left < 1 || right < 1 || left + right > count)
            throw new ArgumentException($"Both sides must have a sample, and no more than {count} in all. Received: {left} on the left and {right} on the right.");

        var order = shuffle ? new Philox(seed is { } chosen ? (ulong)chosen : RandomSeed.Next()).Permutation(count) : [.. Enumerable.Range(0, count)];
        return (Part(order[..left]), Part(order[^right..]));

        (Tensor, Tensor) Part(int[] rows) => (Ops.Take(x, rows, axis: 0), Ops.Take(y, rows, axis: 0));

        int? Size(double? size, string name) => size switch
        {
            null => null,
            > 0 and < 1 => (int)Math.Round(size.Value * count),
            >= 1 when size < count && double.IsInteger(size.Value) => (int)size.Value,
            _ => throw Check.OutOfRange(name, $"a fraction in (0, 1) or a whole number from 1 to {count - 1}", size.Value),
        };
    }
}
