namespace Descent.Tests.Operations;

/// <summary>Tensors without elements go through every kind of operation, and their gradients have their shapes.</summary>
public sealed class EmptyTensorTests
{
    public static TheoryData<string> Names => [.. Cases.Keys];

    private static readonly Dictionary<string, (int[] Shape, Func<Tensor, Tensor> Function, int[] Result)> Cases = new()
    {
        ["sum of no columns"] = ([3, 0], x => Ops.Sum(x, [0]), [0]),
        ["sum of no rows"] = ([0, 3], x => Ops.Sum(x, [0]), [3]),
        ["sum of a middle axis"] = ([2, 3, 0], x => Ops.Sum(x, [1]), [2, 0]),
        ["mean of no columns"] = ([3, 0], x => Ops.Mean(x, [0]), [0]),
        ["largest of no columns"] = ([3, 0], x => Ops.Max(x, [0], keepDimensions: true), [1, 0]),
        ["variance of no columns"] = ([3, 0], x => Ops.Var(x, [0]), [0]),
        ["broadcast with a column"] = ([0, 3], x => x + Tensor.Ones([1, 3]), [0, 3]),
        ["stretched to nothing"] = ([1, 3], x => x * Tensor.Ones([0, 3]), [0, 3]),
        ["product without rows"] = ([0, 3], x => Ops.MatMul(x, Tensor.Ones([3, 2])), [0, 2]),
        ["product over nothing"] = ([2, 0], x => Ops.MatMul(x, Tensor.Ones([0, 3])), [2, 3]),
        ["product of no batches"] = ([0, 2, 3], x => Ops.MatMul(x, Tensor.Ones([0, 3, 2])), [0, 2, 2]),
        ["dense without rows"] = ([0, 3], x => Ops.Dense(x, Tensor.Ones([3, 2]), Tensor.Ones([2]), relu: true), [0, 2]),
        ["dense without units"] = ([2, 3], x => Ops.Dense(x, Tensor.Ones([3, 0]), Tensor.Ones([0])), [2, 0]),
        ["convolution of no samples"] = ([0, 4, 4, 2], x => Ops.Conv(x, Tensor.Ones([3, 3, 2, 3]), bias: Tensor.Ones([3])), [0, 2, 2, 3]),
        ["convolution of no channels"] = ([1, 4, 2], x => Ops.Conv(x, Tensor.Ones([3, 2, 0])), [1, 2, 0]),
        ["pool of no samples"] = ([0, 4, 2], x => Ops.MaxPool(x, 2), [0, 2, 2]),
        ["mean pool of no channels"] = ([1, 4, 0], x => Ops.AveragePool(x, 2), [1, 2, 0]),
        ["softmax of nothing"] = ([2, 0], x => Ops.Softmax(x), [2, 0]),
        ["softmax without rows"] = ([0, 2], x => Ops.LogSoftmax(x), [0, 2]),
        ["softmax of another axis"] = ([2, 0], x => Ops.Softmax(x, 0), [2, 0]),
        ["group normalization of no samples"] = ([0, 4, 6], x => Ops.GroupNormalization(x, 2, gamma: Tensor.Ones([6]), beta: Tensor.Ones([6])), [0, 4, 6]),
        ["recurrence of no samples"] = ([0, 4, 3], x => Ops.LstmRecurrence(new RecurrenceInputs(x, Tensor.Ones([3, 8]), Tensor.Ones([2, 8]), Tensor.Ones([8]), null, null), new RecurrenceOptions(true, false, false, null)), [0, 4, 2]),
        ["joined"] = ([0, 2], x => Ops.Concatenate([x, Tensor.Ones([1, 2])], 0), [1, 2]),
        ["transposed"] = ([0, 2], x => Ops.Transpose(x), [2, 0]),
        ["running sum"] = ([2, 0], x => Ops.CumSum(x, 0), [2, 0]),
        ["padded"] = ([0], x => Ops.Pad(x, [(1, 2)]), [3]),
        ["taken"] = ([2, 0], x => Ops.Take(x, new[] { 1, 0, 1 }, 0), [3, 0]),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Op_WithoutElements_HasAShapeAndAGradient(string name)
    {
        var (shape, function, result) = Cases[name];
        var x = new Variable("x", Tensor.Ones(shape));
        using var tape = new GradientTape();
        var y = function(x);
        Assert.Equal(result, y.Shape.ToArray());
        Assert.Equal(shape, tape.Gradient(y, x)!.Shape.ToArray());
    }

    [Fact]
    public void Weights_OfNoSamples_HaveGradientsOfZeros()
    {
        var (kernel, recurrent, bias, gamma) = (new Variable("k", Tensor.Ones([3, 6])), new Variable("r", Tensor.Ones([2, 6])), new Variable("b", Tensor.Ones([2, 6])), new Variable("g", Tensor.Ones([3])));
        using var second = new GradientTape();
        using var tape = new GradientTape();
        var x = Ops.GroupNormalization(Tensor.Zeros([0, 4, 3]), 3, gamma: gamma, beta: gamma);
        var y = Ops.GruRecurrence(new RecurrenceInputs(x, kernel, recurrent, bias, null, null), new RecurrenceOptions(false, false, true, null), resetAfter: true);
        var gradients = tape.Gradient(Ops.Sum(y), [kernel, recurrent, bias, gamma]);
        Assert.All(gradients, g => Assert.All(g!.ToArray(), v => Assert.Equal(0, v)));
    }

    [Fact]
    public void Sums_OverNothing_AreZero()
    {
        Assert.Equal([0f, 0f, 0f], Ops.Sum(Tensor.Zeros([0, 3]), [0]).ToArray());
        Assert.Equal(0f, Ops.Sum(Tensor.Zeros([3, 0])).Item());
        Assert.Equal(new float[6], Ops.MatMul(Tensor.Ones([2, 0]), Tensor.Ones([0, 3])).ToArray());
        Assert.Equal([1f, 2f, 1f, 2f], Ops.Dense(Tensor.Ones([2, 0]), Tensor.Ones([0, 2]), Tensor.From([1f, 2f])).ToArray());
        Assert.True(float.IsNaN(Ops.Mean(Tensor.Zeros([0])).Item()));
    }
}
