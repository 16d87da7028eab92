using System.Globalization;

namespace Descent.Losses;

/// <summary>What the targets of a model are, going by shapes.</summary>
internal enum TargetKind
{
    /// <summary>One probability per sample.</summary>
    Binary,

    /// <summary>One label per row of class scores.</summary>
    Sparse,

    /// <summary>One value per class.</summary>
    Categorical,
}

/// <summary>Brings targets, predictions and weights together, as Keras does, and says what does not fit.</summary>
internal static class Targets
{
    private const string Sparse = "Sparse";

    /// <summary>Casts int32 and bool to float32.</summary>
    public static Tensor Float(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.DType == DType.Float32 ? x : Ops.Cast(x, DType.Float32);
    }

    /// <summary>Where one tensor has a last axis of size 1 that the other lacks, removes it, or gives it to the other if that is a vector.</summary>
    public static (Tensor X, Tensor Y) SameRank(Tensor x, Tensor y)
    {
        if (x.Rank == y.Rank + 1 && x.Shape[^1] == 1)
            return y.Rank == 1 ? (x, Ops.ExpandDims(y, -1)) : (Ops.Squeeze(x, [-1]), y);
        if (y.Rank == x.Rank + 1 && y.Shape[^1] == 1)
            return x.Rank == 1 ? (Ops.ExpandDims(x, -1), y) : (x, Ops.Squeeze(y, [-1]));
        return (x, y);
    }

    /// <summary>Targets and predictions as float32 of one shape.</summary>
    /// <param name="user">Who asks, for the message.</param>
    /// <param name="yTrue">The targets.</param>
    /// <param name="yPred">The predictions.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static (Tensor YTrue, Tensor YPred) Align(string user, Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = SameRank(Float(yTrue), Float(yPred));
        if (yTrue.Shape != yPred.Shape)
            throw new ArgumentException($"{user} needs targets and predictions of one shape. Received: targets {yTrue.Shape}, predictions {yPred.Shape}.{Remedy(user, yTrue.Shape, yPred.Shape)}", nameof(yTrue));
        if (yTrue.Rank == 0)
            throw new ArgumentException($"{user} needs targets and predictions of rank 1 or more. Received: shape ().", nameof(yTrue));
        return (yTrue, yPred);
    }

    // What is usually behind targets of another shape than the predictions.
    private static string Remedy(string user, Shape yTrue, Shape yPred)
    {
        var onePerSample = yTrue.Rank == yPred.Rank - 1 || (yTrue.Rank == yPred.Rank && yTrue[^1] == 1);
        if (onePerSample && yPred[^1] > 1)
        {
            return user.StartsWith("Categorical", StringComparison.Ordinal)
                ? $" Labels, one number per sample, need {Sparse}{user}."
                : " One target per sample needs a last layer of one unit; labels of several classes need SparseCategoricalCrossentropy.";
        }

        return yTrue.Rank == yPred.Rank && yTrue[..^1] == yPred[..^1] ? $" The last layer needs {yTrue[^1]} units." : "";
    }

    /// <summary>Labels as int32, one per row of predictions.</summary>
    /// <param name="user">Who asks, for the message.</param>
    /// <param name="yTrue">The labels, with or without a last axis of size 1.</param>
    /// <param name="rows">The shape of the predictions without the axis of the classes.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a label is not a whole number.</exception>
    public static Tensor Labels(string user, Tensor yTrue, Shape rows)
    {
        ArgumentNullException.ThrowIfNull(yTrue);
        if (yTrue.Rank == rows.Rank + 1 && yTrue.Shape[^1] == 1) yTrue = Ops.Reshape(yTrue, yTrue.Shape[..^1]);
        if (yTrue.Shape != rows)
            throw new ArgumentException($"{user} needs one label per row of predictions, of shape {rows}. Received shape {yTrue.Shape}.{(user.StartsWith(Sparse, StringComparison.Ordinal) && yTrue.Rank == rows.Rank + 1 ? $" One-hot targets need {user[Sparse.Length..]}." : "")}", nameof(yTrue));
        if (yTrue.DType == DType.Int32) return yTrue;

        var values = Float(yTrue).Floats;
        for (var i = 0; i < values.Length; i++)
            if (values[i] != MathF.Truncate(values[i]) || MathF.Abs(values[i]) > 1 << 24)
                throw new ArgumentException(FormattableString.Invariant($"Labels must be whole numbers. Received: {values[i]} at position {i}."), nameof(yTrue));
        return Ops.Cast(yTrue, DType.Int32);
    }

    /// <summary>Throws unless all targets of yes-or-no questions are in [0, 1].</summary>
    public static void CheckProbabilities(string loss, Tensor targets)
    {
        var values = targets.AsSpan();
        for (var i = 0; i < values.Length; i++)
            if (!(values[i] is >= 0f and <= 1f))
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Targets of {loss} must be in [0, 1]. Received: {values[i]} at position {i}. Classes numbered from 0 need SparseCategoricalCrossentropy and a unit for each class."),
                    nameof(targets));
            }
    }

    /// <summary>Throws unless all labels are in [0, classes).</summary>
    public static void CheckRange(Tensor labels, int classes)
    {
        var values = labels.Ints;
        for (var i = 0; i < values.Length; i++)
            if ((uint)values[i] >= (uint)classes)
            {
                throw new ArgumentException(
                    $"Labels must be in [0, {classes}). Received: {values[i]} at position {i}. "
                    + (classes == 1
                        ? "One unit with a sigmoid, for two classes, needs BinaryCrossentropy."
                        : "Classes are numbered from 0, and the last layer has a unit for each."),
                    nameof(labels));
            }
    }

    /// <summary>
    /// Weights as float32 that broadcast to the values: weights of shape <c>(batch)</c> hold for all values of a sample, whatever
    /// axes follow.
    /// </summary>
    /// <param name="weights">Weights or a mask.</param>
    /// <param name="values">The shape of the values.</param>
    /// <exception cref="ArgumentException">The shape is no beginning of that of the values.</exception>
    public static Tensor Weights(Tensor weights, Shape values)
    {
        weights = Float(weights);
        if (weights.Shape == values || weights.Rank == 0) return weights;
        var given = weights.Shape.Dimensions;
        while (given.Length > 0 && given[^1] == 1 && (given.Length > values.Rank || values[given.Length - 1] != 1)) given = given[..^1];
        if (given.Length > values.Rank || !given.SequenceEqual(values.Dimensions[..given.Length]))
            throw new ArgumentException($"Sample weights must have the shape {values} of the values that they weigh, or the beginning of it. Received: {weights.Shape}.", nameof(weights));
        return Ops.Reshape(weights, Shape.Create([.. given, .. Enumerable.Repeat(1, values.Rank - given.Length)]));
    }

    /// <summary>The sum of all elements.</summary>
    public static float Total(Tensor x)
    {
        double sum = 0;
        foreach (var value in x.Floats) sum += value;
        return (float)sum;
    }

    /// <summary>Whether a name asks for the cross-entropy that the shapes call for.</summary>
    public static bool IsCrossentropy(string name) => Is(name, "crossentropy", "ce");

    /// <summary>Whether a name asks for the accuracy that the shapes call for.</summary>
    public static bool IsAccuracy(string name) => Is(name, "accuracy", "acc");

    /// <summary>What targets of this shape are to predictions of that one.</summary>
    public static TargetKind Kind(Shape yTrue, Shape yPred)
    {
        ArgumentNullException.ThrowIfNull(yTrue);
        ArgumentNullException.ThrowIfNull(yPred);
        if (yPred.Rank == 0 || yPred[^1] == 1) return TargetKind.Binary;
        return yTrue.Rank < yPred.Rank || yTrue[^1] == 1 ? TargetKind.Sparse : TargetKind.Categorical;
    }

    private static bool Is(string name, string full, string brief)
        => string.Equals(name, full, StringComparison.OrdinalIgnoreCase) || string.Equals(name, brief, StringComparison.OrdinalIgnoreCase);
}
