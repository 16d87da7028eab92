using System.Numerics.Tensors;
using Descent.Data;

namespace Descent.Training;

/// <summary>What must hold of the data of a run before it starts.</summary>
internal static class DataChecks
{
    /// <summary>Puts what was given by name into the model's order, and checks it.</summary>
    /// <returns>Data without names; class weights have become sample weights.</returns>
    /// <exception cref="ArgumentException">The parts do not fit each other or the model's names, or there are two kinds of weights.</exception>
    public static Batch Arrange(Model model, Batch batch, IReadOnlyDictionary<int, double>? classWeight) =>
        Arrange(model, batch.Inputs, batch.Targets, batch.SampleWeights, classWeight);

    /// <inheritdoc cref="Arrange(Model, Batch, IReadOnlyDictionary{int, double})"/>
    public static Batch Arrange(Model model, Tensors x, Tensors? y, Tensors? sampleWeight, IReadOnlyDictionary<int, double>? classWeight)
    {
        x = Arrange(x, model.InputNames, nameof(x));
        y = Arrange(y ?? [], model.OutputNames, nameof(y));
        Check(x, y, null);
        if (sampleWeight is not null) sampleWeight = Arrange(sampleWeight, model.OutputNames, x[0].Shape[0]);
        CheckWeights(x, y, sampleWeight);
        if (classWeight is null) return new Batch(x, y, sampleWeight);
        if (sampleWeight is not null) throw TwoWeights();
        return y.Count == 1 ? new Batch(x, y, ClassWeights.ToSampleWeights(y[0], classWeight)) : throw new ArgumentException(
            $"classWeight can be given for a model with one output. Received: {y.Count} outputs. Give a sampleWeight for each instead.");
    }

    /// <summary>Puts what was given by name into the order of the names.</summary>
    public static Tensors Arrange(Tensors given, IReadOnlyList<string>? names, string what)
    {
        ArgumentNullException.ThrowIfNull(given, what);
        return given.Names is null ? given : [.. given.InOrder(names, what)!];
    }

    // Outputs that have none by name count all samples the same.
    private static Tensors Arrange(Tensors sampleWeight, IReadOnlyList<string>? names, int samples) => sampleWeight.Names is null
        ? sampleWeight
        : [.. sampleWeight.InOrder(names, nameof(sampleWeight), isComplete: false).Select(w => w ?? Tensor.Ones(Shape.Create(samples)))];

    /// <summary>Checks that inputs, targets and weights have the same number of rows, at least one, and that inputs with targets have no NaN.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public static void Check(Tensors x, Tensors? y, Tensors? sampleWeight)
    {
        if (x.Count == 0) throw new ArgumentException("x must have at least one input. Received: none.", nameof(x));
        for (var i = 0; i < x.Count; i++) CheckRows(x, i, nameof(x), x[0]);
        if (x[0].Shape[0] == 0)
            throw new ArgumentException($"The data must have at least one sample. Received: x of shape {x[0].Shape}.", nameof(x));
        for (var i = 0; i < y?.Count; i++) CheckRows(y, i, nameof(y), x[0]);

        // One NaN would make every weight NaN. Predictions of it are NaN too, and do no harm.
        if (y is not null)
        {
            for (var i = 0; i < x.Count; i++) CheckNumbers(x[i], Label(x, i, nameof(x)));
            for (var i = 0; i < y.Count; i++) CheckNumbers(y[i], Label(y, i, nameof(y)));
        }

        CheckWeights(x, y, sampleWeight);
    }

    private static void CheckWeights(Tensors x, Tensors? y, Tensors? sampleWeight)
    {
        if (sampleWeight is null) return;
        if (sampleWeight.Count != 1 && sampleWeight.Count != y?.Count)
            throw new ArgumentException($"sampleWeight must be given once or for each of the {y?.Count} outputs. Received: {sampleWeight.Count}.", nameof(sampleWeight));
        foreach (var weight in sampleWeight)
        {
            CheckRank(weight, nameof(sampleWeight));
            if (weight.Shape[0] != x[0].Shape[0])
                throw new ArgumentException($"sampleWeight must have one weight for each of the {x[0].Shape[0]} samples. Received: shape {weight.Shape}.", nameof(sampleWeight));
        }
    }

    private static void CheckRows(Tensors tensors, int place, string name, Tensor first)
    {
        var tensor = tensors[place];
        CheckRank(tensor, Label(tensors, place, name));
        if (tensor.Shape[0] != first.Shape[0])
            throw new ArgumentException($"{(name == "x" ? "The inputs" : "x and y")} must have the same number of samples. Received: x of shape {first.Shape} and {Label(tensors, place, name)} of shape {tensor.Shape}.", name);
    }

    private static string Label(Tensors tensors, int place, string name) => tensors.Count == 1 ? name : FormattableString.Invariant($"{name}[{place}]");

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
    public static void CheckBatchSize(int batchSize, string parameter = "batchSize") => Descent.Check.AtLeast(1, batchSize, parameter);

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
