using Descent.RandomNumbers;

namespace Descent.Tests.Gradients;

/// <summary>Compares the tape's gradients with differences of function values.</summary>
internal static class NumericGradient
{
    /// <summary>
    /// What float32 leaves of a five-point difference with a step of 2^-6: rounding of about 2^-24 · 1.5 · 2^6 = 6e-6 per
    /// output, and a fifth derivative times 2^-24 / 30. A wrong formula is off by far more.
    /// </summary>
    public const double Tolerance = 3e-4;

    private const float Step = 1f / 64;

    /// <summary>Checks the gradient of the sum of all outputs, each element with a weight of its own, for every input.</summary>
    public static void Check(Tensor[] inputs, Func<Tensor[], Tensor?[]> function, double tolerance = Tolerance)
    {
        var gradients = Of(inputs, function);
        for (var i = 0; i < inputs.Length; i++)
        {
            var actual = gradients[i]?.ToArray() ?? new float[inputs[i].Length];
            if (gradients[i] is { } gradient) Assert.Equal(inputs[i].Shape, gradient.Shape);
            for (var j = 0; j < inputs[i].Length; j++)
            {
                double At(float distance) => Value(Moved(inputs, i, j, distance), function);
                var expected = (8 * (At(Step) - At(-Step)) - (At(2 * Step) - At(-2 * Step))) / (12 * Step);
                Golden.AssertClose(expected, actual[j], tolerance, $"gradient of input {i}[{j}]");
            }
        }
    }

    /// <summary>The tape's gradients of the same weighted sum.</summary>
    public static Tensor?[] Of(Tensor[] inputs, Func<Tensor[], Tensor?[]> function)
    {
        using var tape = new GradientTape();
        foreach (var input in inputs) tape.Watch(input);
        Tensor total = 0f;
        foreach (var output in function(inputs))
            if (output is not null)
                total += Ops.Sum(output * Weights(output.Shape));
        return tape.Gradient(total, inputs);
    }

    public static Tensor Uniform(Shape shape, float low, float high, ulong seed)
    {
        var values = new float[shape.Size];
        new Philox(seed).Uniform(values, low, high);
        return Tensor.From(values, shape);
    }

    private static Tensor Weights(Shape shape) => Uniform(shape, 0.5f, 1.5f, 99);

    private static double Value(Tensor[] inputs, Func<Tensor[], Tensor?[]> function)
    {
        var total = 0.0;
        foreach (var output in function(inputs))
        {
            if (output is null) continue;
            var (values, weights) = (output.ToArray(), Weights(output.Shape).ToArray());
            for (var i = 0; i < values.Length; i++) total += (double)values[i] * weights[i];
        }

        return total;
    }

    private static Tensor[] Moved(Tensor[] inputs, int input, int element, float distance)
    {
        var values = inputs[input].ToArray();
        values[element] += distance;
        Tensor[] moved = [.. inputs];
        moved[input] = Tensor.From(values, inputs[input].Shape);
        return moved;
    }
}
