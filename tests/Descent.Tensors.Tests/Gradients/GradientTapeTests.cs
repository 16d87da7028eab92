using Descent.Memory;

namespace Descent.Tests.Gradients;

public sealed class GradientTapeTests
{
    [Fact]
    public void Gradient_NestedTapes_GivesHigherOrders()
    {
        var x = Tensor.Scalar(3f);
        using var outer = new GradientTape();
        outer.Watch(x);
        using var middle = new GradientTape();
        middle.Watch(x);
        using var inner = new GradientTape();
        inner.Watch(x);
        var first = inner.Gradient(x * x * x * x, x)!;
        var second = middle.Gradient(first, x)!;
        var third = outer.Gradient(second, x)!;
        Assert.Equal([108f, 108f, 72f], (float[])[first.Item(), second.Item(), third.Item()]);
    }

    [Fact]
    public void Gradient_InnerTapeDisposed_IsStillRecordedByTheOuter()
    {
        var x = new Variable("x", Tensor.Scalar(2f));
        using var outer = new GradientTape();
        Tensor first;
        using (var inner = new GradientTape()) first = inner.Gradient(Ops.Exp(x), x)!;
        Assert.Equal(MathF.Exp(2f), outer.Gradient(first, x)!.Item(), 1e-5f);
    }

    [Fact]
    public void Gradient_StopGradient_CountsAsConstant()
    {
        var x = new Variable("x", Tensor.Scalar(3f));
        using var tape = new GradientTape();
        Assert.Equal(3f, tape.Gradient(x * Ops.StopGradient(x), x)!.Item());
        Assert.Null(tape.Gradient(Ops.StopGradient(Ops.Square(x)), x));
    }

    [Fact]
    public void Gradient_Unconnected_IsNull()
    {
        var x = new Variable("x", Tensor.From([1f, 2f]));
        var y = new Variable("y", Tensor.From([1f, 2f]));
        var frozen = new Variable("frozen", Tensor.From([1f, 2f]), trainable: false);
        using var tape = new GradientTape();
        var gradients = tape.Gradient(Ops.Sum(Ops.Multiply(x, frozen)), [x, y, frozen]);
        Assert.Equal([1f, 2f], gradients[0]!.ToArray());
        Assert.Null(gradients[1]);
        Assert.Null(gradients[2]);
    }

    [Fact]
    public void Gradient_CastToIntegers_IsNull()
    {
        var x = new Variable("x", Tensor.From([1.5f, 2f]));
        using var tape = new GradientTape();
        Assert.Null(tape.Gradient(Ops.Cast(Ops.Cast(x, DType.Int32), DType.Float32), x));
    }

    [Fact]
    public void Gradient_WatchedTensor_IsFoundAndUnwatchedIsNot()
    {
        Tensor watched = 2f, other = 5f;
        using var tape = new GradientTape();
        tape.Watch(watched);
        var y = watched * other;
        Assert.Equal(5f, tape.Gradient(y, watched)!.Item());
        Assert.Null(tape.Gradient(y, other));
    }

    [Fact]
    public void Gradient_IntermediateResult_IsFound()
    {
        var x = new Variable("x", Tensor.Scalar(2f));
        using var tape = new GradientTape();
        var square = Ops.Square(x);
        var gradients = tape.Gradient(square * 3f, [square, (Tensor)x]);
        Assert.Equal([3f, 12f], gradients.Select(g => g!.Item()));
    }

    [Fact]
    public void Gradient_SameTensorTwice_AddsUp()
    {
        var x = new Variable("x", Tensor.From([1f, 2f]));
        using var tape = new GradientTape();
        var y = Ops.Concatenate([x, Ops.Square(x), x], 0);
        Assert.Equal([4f, 6f], tape.Gradient(y, x)!.ToArray());
    }

    [Fact]
    public void Gradient_OutputGradient_IsWhatArrives()
    {
        var x = new Variable("x", Tensor.From([1f, 2f]));
        using var tape = new GradientTape();
        var y = Ops.Square(x);
        Assert.Equal([6f, -4f], tape.Gradient(y, [x], Tensor.From([3f, -1f]))[0]!.ToArray());
        var error = Assert.Throws<ArgumentException>(() => tape.Gradient(y, [x], Tensor.Scalar(1f)));
        Assert.Contains("must have the target's shape (2,). Received: ().", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradient_AskedTwice_GivesTheSame()
    {
        var x = new Variable("x", Tensor.From([0.5f, 2f]));
        using var tape = new GradientTape();
        var y = Ops.Sum(Ops.Dense(Ops.Reshape(x, [1, 2]), Tensor.Ones([2, 3]), relu: true));
        Assert.Equal(tape.Gradient(y, x)!.ToArray(), tape.Gradient(y, x)!.ToArray());
        Assert.Equal([6f, 6f], tape.Gradient(y, [x], Tensor.Scalar(2f))[0]!.ToArray());
    }

    [Fact]
    public void Gradient_VariableChangedSince_Throws()
    {
        var x = new Variable("net/x", Tensor.Scalar(2f));
        using var tape = new GradientTape();
        var y = Ops.Square(x);
        x.Assign(Tensor.Scalar(5f));
        var error = Assert.Throws<InvalidOperationException>(() => tape.Gradient(y, x));
        Assert.Contains("variable 'net/x'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradient_VariableChangedButNotNeeded_IsGiven()
    {
        var x = new Variable("x", Tensor.Scalar(2f));
        using var tape = new GradientTape();
        var y = Ops.Add(x, 1f);
        x.Assign(Tensor.Scalar(5f));
        Assert.Equal(1f, tape.Gradient(y, x)!.Item());
    }

    [Fact]
    public void Operation_AfterDispose_IsNotRecorded()
    {
        var x = new Variable("x", Tensor.Scalar(2f));
        var tape = new GradientTape();
        var before = Ops.Square(x);
        tape.Dispose();
        Assert.Equal(4f, tape.Gradient(before, x)!.Item());
        Assert.Null(tape.Gradient(Ops.Square(x), x));
        Assert.Null(tape.Gradient(before * 2f, x));
    }

    [Fact]
    public void Gradient_DeepChain_DoesNotOverflowTheStack()
    {
        var x = new Variable("x", Tensor.Scalar(1f));
        using var tape = new GradientTape();
        Tensor y = x;
        for (var i = 0; i < 20_000; i++) y += x;
        Assert.Equal(20_001f, tape.Gradient(y, x)!.Item());
    }

    [Fact]
    public void Gradient_IntegerTarget_Throws()
    {
        using var tape = new GradientTape();
        var error = Assert.Throws<ArgumentException>(() => tape.Gradient(Tensor.From([1]), new Variable("x", Tensor.Scalar(1f))));
        Assert.Contains("Received a target of int32.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => tape.Watch(Tensor.From([1])));
    }

    [Fact]
    public void Norm_OfZeros_HasZeroGradient()
    {
        var x = new Variable("x", Tensor.Zeros([3]));
        using var tape = new GradientTape();
        Assert.Equal([0f, 0f, 0f], tape.Gradient(Ops.Norm(x), x)!.ToArray());
    }

    [Fact]
    public void Power_AtZero_HasFiniteGradients()
    {
        var x = new Variable("x", Tensor.From([0f, 0f, 2f]));
        var y = new Variable("y", Tensor.From([0f, 2f, 0f]));
        using var tape = new GradientTape();
        var gradients = tape.Gradient(Ops.Power(x, y), [x, y]);
        Assert.Equal([0f, 0f, 0f], gradients[0]!.ToArray());
        Assert.Equal([0f, 0f, MathF.Log(2f)], gradients[1]!.ToArray());
    }

    [Fact]
    public void Tensor_OfAFinishedStep_ThrowsWhenReadAndItsCopySurvives()
    {
        var memory = new StepMemory();
        Tensor kept, copy;
        using (memory.Open())
        {
            kept = Tensor.From([1f, 2f]) * 2f;
            copy = kept.Copy();
            Assert.Equal([2f, 4f], kept.ToArray());
        }

        var error = Assert.Throws<InvalidOperationException>(() => kept.ToArray());
        Assert.Contains("Copy()", error.Message, StringComparison.Ordinal);
        Assert.Equal([2f, 4f], copy.ToArray());
        Assert.Throws<InvalidOperationException>(() => Ops.Reshape(kept, [2, 1]) + 1f);
    }

    [Fact]
    public void Gradient_InsideSteps_IsRightInEachOfThem()
    {
        var memory = new StepMemory();
        var x = new Variable("x", Tensor.From([1f, 2f]));
        for (var step = 0; step < 3; step++)
        {
            using (memory.Open())
            {
                using var tape = new GradientTape();
                Assert.Equal([2f, 4f], tape.Gradient(Ops.Sum(Ops.Square(x)), x)!.ToArray());
            }
        }
    }

    [Fact]
    public void Gradient_TapesOneAfterTheOtherInAStep_DoNotDisturbEachOther()
    {
        var memory = new StepMemory();
        var x = new Variable("x", Tensor.Scalar(3f));
        for (var step = 0; step < 2; step++)
        {
            using (memory.Open())
            {
                var first = new GradientTape();
                var square = Ops.Square(x);
                first.Dispose();
                using var second = new GradientTape();
                var cube = square * x;
                Assert.Equal(27f, cube.Item());
                Assert.Equal(6f, first.Gradient(square, x)!.Item());
            }
        }
    }

    [Fact]
    public void Gradient_TensorOfAnEarlierStep_IsUnconnected()
    {
        var memory = new StepMemory();
        var x = new Variable("x", Tensor.Scalar(3f));
        Tensor earlier;
        using (memory.Open())
        {
            using var tape = new GradientTape();
            earlier = Ops.Square(x);
        }

        using (memory.Open())
        {
            using var tape = new GradientTape();
            _ = Ops.Exp(x);
            Assert.Null(tape.Gradient(earlier, x));
        }
    }

    [Fact]
    public void Tape_OfAFinishedStep_ThrowsAndLeavesLaterStepsAlone()
    {
        var memory = new StepMemory();
        var x = new Variable("x", Tensor.Scalar(3f));
        GradientTape kept;
        using (memory.Open()) kept = new GradientTape();
        using (memory.Open())
        {
            var error = Assert.Throws<InvalidOperationException>(() => kept.Gradient(Ops.Square(x), x));
            Assert.StartsWith("A tape of a training step must be used within that step", error.Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => kept.Watch(1f));
            kept.Dispose();
            using var tape = new GradientTape();
            Assert.Equal(6f, tape.Gradient(Ops.Square(x), x)!.Item());
        }
    }

    [Fact]
    public void Gradient_OutputGradientOfIntegers_NamesTheType()
    {
        var x = new Variable("x", Tensor.From([1f, 2f]));
        using var tape = new GradientTape();
        var y = Ops.Square(x);
        var error = Assert.Throws<ArgumentException>(() => tape.Gradient(y, [x], Tensor.From([1, 2])));
        Assert.StartsWith("The output gradient must be float32. Received: int32.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradient_ManyCutsOfOneTensor_AddUpInTheirPlaces()
    {
        var x = new Variable("x", Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]));
        using var tape = new GradientTape();
        Tensor y = x * 1f;
        var sum = Ops.Sum(y * y) + Ops.Sum(y + y) + Ops.Sum(Ops.Slice(y, .., ..2) * 10f) + Ops.Sum(Ops.Slice(y, 1.., 1..) * 100f) + Ops.Sum(Ops.Slice(y, ..1) * 1000f); // the last three overlap
        float[] expected = [1014, 1016, 1008, 20, 122, 114];
        Assert.Equal(expected, tape.Gradient(sum, x)!.ToArray());
        Assert.Equal(expected, tape.Gradient(sum, x)!.ToArray());
        float[] both = [.. tape.Gradient(sum, [y, x])[0]!.ToArray()];
        Assert.Equal(expected, both);
    }

    [Fact]
    public void Gradient_CutsOfCuts_HaveSecondDerivatives()
    {
        var x = new Variable("x", Tensor.From([1f, 2, 3, 4]));
        using var second = new GradientTape();
        using var first = new GradientTape();
        var y = Ops.Slice(x, 1..);
        var sum = Ops.Sum(Ops.Slice(y, ..2) * Ops.Slice(y, 1..) * Ops.Slice(x, ..2));
        var gradient = first.Gradient(sum, x)!;
        Assert.Equal([6f, 3 + 12, 2 + 8, 6], gradient.ToArray());
        Assert.Equal([5f, 3 + 1 + 4 + 3, 2 + 2 + 1 + 4, 2 + 3], second.Gradient(Ops.Sum(gradient), x)!.ToArray());
    }
}
