using System.Numerics.Tensors;

namespace Descent.Training;

/// <summary>What must hold of the data of a run before it starts.</summary>
internal static class DataChecks
{
    /// <summary>Checks that inputs, targets and weights have the same number of rows, at least one, and that inputs with targets have no NaN.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public static void Check(Tensor x, Tensor? y, Tensor? sampleWeight)
    {
        ArgumentNullException.ThrowIfNull(x);
        CheckRank(x, nameof(x));
        if (x.Shape[0] == 0)
            throw new ArgumentException($"The data must have at least one sample. Received: x of shape {x.Shape}.", nameof(x));
        if (y is not null)
        {
            CheckRank(y, nameof(y));
            if (y.Shape[0] != x.Shape[0])
                throw new ArgumentException($"x and y must have the same number of samples. Received: x of shape {x.Shape} and y of shape {y.Shape}.", nameof(y));
        }

        // One NaN would make every weight NaN. Predictions of it are NaN too, and do no harm.
        if (y is not null)
        {
            CheckNumbers(x, nameof(x));
            CheckNumbers(y, nameof(y));
        }

        if (sampleWeight is null) return;
        CheckRank(sampleWeight, nameof(sampleWeight));
        if (sampleWeight.Shape[0] != x.Shape[0])
            throw new ArgumentException($"sampleWeight must have one weight for each of the {x.Shape[0]} samples. Received: shape {sampleWeight.Shape}.", nameof(sampleWeight));
    }

    /// <summary>Checks what a run on arrays was given.</summary>
    /// <returns>How much each sample counts, if that was given.</returns>
    /// <exception cref="ArgumentException">The parts do not fit each other, or there are two kinds of weights.</exception>
    public static Tensor? Weights(Tensor x, Tensor y, int batchSize, Tensor? sampleWeight, IReadOnlyDictionary<int, double>? classWeight)
    {
        ArgumentNullException.ThrowIfNull(y);
        Check(x, y, sampleWeight);
        CheckBatchSize(batchSize);
        if (classWeight is not null && sampleWeight is not null) throw TwoWeights();
        return classWeight is null ? sampleWeight : ClassWeights.ToSampleWeights(y, classWeight);
    }

    private static void CheckNumbers(Tensor tensor, string name)
    {
        if (tensor.DType != DType.Float32 || !TensorPrimitives.IsNaNAny<float>(tensor.AsSpan())) return;
        var place = 0;
        while (!float.IsNaN(tensor.AsSpan()[place])) place++;
        var columns = tensor.Length / tensor.Shape[0];
        throw new ArgumentException(
            $"{name} must not have NaN. Received: NaN in row {place / columns}{(columns > 1 ? $", column {place % columns}" : "")}, counted from 0. Remove such rows or replace the values.", name);
    }

    /// <exception cref="ArgumentOutOfRangeException">The size is less than 1.</exception>
    public static void CheckBatchSize(int batchSize) => Descent.Check.AtLeast(1, batchSize, nameof(batchSize));

    public static ArgumentException TwoWeights() =>
        new("Only one of sampleWeight and classWeight can be given. Received: both. Multiply them into one sampleWeight.");

    /// <summary>For a sequence that can be enumerated only once.</summary>
    public static InvalidOperationException RanOut(int epoch) => new(
        $"The sequence must have a batch in every epoch. Received: none in epoch {epoch + 1}. Pass a sequence that can be enumerated again, such as a list, or train for fewer epochs.");

    private static void CheckRank(Tensor tensor, string name)
    {
        if (tensor.Rank == 0)
            throw new ArgumentException($"{name} must have a dimension of samples. Received: a scalar.", name);
    }
}
