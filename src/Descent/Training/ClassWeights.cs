namespace Descent.Training;

/// <summary>Turns weights of classes into weights of samples.</summary>
internal static class ClassWeights
{
    /// <summary>One weight per row of the targets: integer labels, or one-hot rows; 1 for a class that has none.</summary>
    public static Tensor ToSampleWeights(Tensor y, IReadOnlyDictionary<int, double> classWeight)
    {
        if (y.DType == DType.Bool) y = Ops.Cast(y, DType.Int32);
        var rows = y.Shape[0];
        var classes = y.Rank > 1 ? y.Shape[^1] : 1;
        if (y.Length != rows * classes)
            throw new ArgumentException($"classWeight needs targets of shape (samples,) or (samples, classes). Received: {y.Shape}.", nameof(y));
        var weights = Tensor.New(Shape.Create(rows));
        for (var i = 0; i < rows; i++)
            weights.Floats[i] = classWeight.TryGetValue(Class(y, i, classes), out var weight) ? (float)weight : 1f;
        return weights;
    }

    private static int Class(Tensor y, int row, int classes)
    {
        if (classes == 1) return y.DType == DType.Int32 ? y.Ints[row] : (int)MathF.Round(y.Floats[row]);
        var best = 0;
        for (var i = 1; i < classes; i++)
            if (Value(y, row * classes + i) > Value(y, row * classes + best)) best = i;
        return best;
    }

    private static float Value(Tensor y, int position) => y.DType == DType.Int32 ? y.Ints[position] : y.Floats[position];
}
