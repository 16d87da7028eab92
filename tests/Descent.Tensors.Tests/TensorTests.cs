using Descent.Kernels;

namespace Descent.Tests;

/// <summary>What tensors are made from, and what variables over a caller's memory keep to.</summary>
public sealed class TensorTests
{
    [Fact]
    public void From_ArraysOfAnyRankAndType_KeepShapeAndOrder()
    {
        Assert.Equal([1, 1, 1, 1, 2], Tensor.From((Array)new double[1, 1, 1, 1, 2]).Shape);
        Assert.Equal([1f, 2f], Tensor.From((Array)new double[,,,,] { { { { { 1, 2 } } } } }).ToArray());
        Assert.Equal([1, 2], Tensor.From((Array)new int[,,,,] { { { { { 1, 2 } } } } }).ToInt32Array());
        Assert.Equal([true, false], Tensor.From((Array)new bool[,,,,] { { { { { true, false } } } } }).ToBoolArray());
        Assert.Equal([1f, 2f], Tensor.From((Array)new float[,,,,,] { { { { { { 1, 2 } } } } } }).ToArray());
    }

    [Theory]
    [InlineData("UInt32[]", new uint[] { 1 })]
    [InlineData("DayOfWeek[]", new[] { DayOfWeek.Monday })]
    [InlineData("Byte[]", new byte[] { 1 })]
    [InlineData("String[]", new[] { "1" })]
    public void From_OtherElements_NamesTheirType(string name, Array array)
    {
        var error = Assert.Throws<ArgumentException>(() => Tensor.From(array));
        Assert.StartsWith($"A tensor is made from float, int, bool or double elements. Received: {name}.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 2, 0, 3 })]
    [InlineData(new[] { 2, 1, 3 })]
    public void ToNumericsTensor_AnyShape_ComesBackTheSame(int[] shape)
    {
        var x = Operations.OpCase.Draw(shape);
        var back = Tensor.From(x.ToNumericsTensor());
        Assert.Equal(x.Shape, back.Shape);
        Assert.Equal(x.ToArray(), back.ToArray());
    }

    [Fact]
    public void ToNumericsTensor_Scalar_KeepsItsValue()
    {
        var back = Tensor.From(Tensor.Scalar(2.5f).ToNumericsTensor());
        Assert.Equal([1], back.Shape);
        Assert.Equal(2.5f, back.Item());
        Assert.Equal(0, Tensor.From(System.Numerics.Tensors.Tensor<float>.Empty).Length);
    }

    [Fact]
    public void Null_AnywhereInThePublicDoors_IsNamed()
    {
        float[] floats = null!;
        int[] ints = null!;
        bool[] bools = null!;
        Tensor tensor = null!;
        Named("values", () => Tensor.From(floats));
        Named("values", () => Tensor.From(ints));
        Named("values", () => Tensor.From(bools));
        Named("values", () => _ = (Tensor)floats);
        Named("dimensions", () => _ = (Shape)ints);
        Named("shape", () => Tensor.Zeros(null!));
        Named("tensor", () => _ = (float)tensor);
        Named("x", () => Ops.Power(tensor, 1f));
        Named("x", () => Ops.Power(tensor, 0f));
        Named("tensors", () => Ops.Concatenate([Tensor.Ones([1]), tensor]));
        Named("tensors", () => Ops.Stack([tensor]));
        using var tape = new GradientTape();
        Named("sources", () => tape.Gradient(1f, tensor));
        Named("sources", () => tape.Gradient(1f, [(Variable)null!]));

        static void Named(string parameter, Action action) => Assert.Equal(parameter, Assert.Throws<ArgumentNullException>(action).ParamName);
    }

    [Fact]
    public void Greater_EqualShapesOfAnyRank_NeedNoBroadcasting()
    {
        Shape shape = [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2];
        Assert.All(Ops.Greater(Tensor.Ones(shape), Tensor.Zeros(shape)).ToBoolArray(), Assert.True);
        var (x, y) = (Tensor.Ones([2, 1, 2, 1, 2, 1, 2, 1, 2]), Tensor.Ones([1, 2, 1, 2, 1, 2, 1, 2, 1]));
        Assert.Contains("broadcast together up to rank 8", Assert.Throws<ArgumentException>(() => x + y).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(Lanes.ChunkLength, 1)]
    [InlineData(Lanes.ChunkLength + 1, 2)]
    [InlineData(int.MaxValue, 131072)]
    public void Chunks_AnyLength_CoverItWithoutOverflow(int length, int chunks)
    {
        Assert.Equal(chunks, Lanes.Chunks(length));
        if (chunks == 0) return;
        var (start, count) = Lanes.Chunk(chunks - 1, length);
        Assert.InRange(count, 1, Lanes.ChunkLength);
        Assert.Equal(length, start + count);
    }

    [Fact]
    public void Limits_OfRanges_AreReachedWithoutOverflow()
    {
        Assert.Equal([1f], Ops.Slice(Tensor.From([1f, 2f, 3f]), [0], [-1], [int.MaxValue]).ToArray());
        Assert.Equal([2f], Ops.Slice(Tensor.From([1f, 2f, 3f]), [1], [-1], [2]).ToArray());
        Assert.Equal([int.MinValue, -1, int.MaxValue - 1], Ops.Arange(int.MinValue, int.MaxValue, int.MaxValue).ToInt32Array());
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Ops.Arange(int.MinValue, int.MaxValue));
        Assert.StartsWith("Arange can give at most 2147483647 integers.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MoveTo_VariableOverACallersMemory_StaysThere()
    {
        float[] memory = [1f, 2f], buffer = [0f, 0f];
        var wrapped = Variable.Wrap("w", memory, [2]);
        wrapped.MoveTo(buffer, 0);
        wrapped.Assign(Tensor.From([3f, 4f]));
        Assert.Equal([3f, 4f], memory);
        var own = new Variable("v", Tensor.From([1f, 2f]));
        own.MoveTo(buffer, 0);
        own.Assign(Tensor.From([5f, 6f]));
        Assert.Equal([5f, 6f], buffer);
    }

    [Fact]
    public void Shape_OfTooManyDimensions_Throws() => Assert.Contains(
        "at most 32 dimensions. Received: 33.", Assert.Throws<ArgumentOutOfRangeException>(() => Shape.Create(new int[33])).Message, StringComparison.Ordinal);

    [Fact]
    public void MatMul_OfRankThreeWithoutColumns_HasGradients()
    {
        var (x, y) = (Tensor.Ones([2, 3, 4]), Tensor.Ones([4, 0]));
        using var tape = new GradientTape();
        tape.Watch(x);
        tape.Watch(y);
        var gradients = tape.Gradient(Ops.MatMul(x, y), [x, y]);
        Assert.Equal(new float[24], gradients[0]!.ToArray());
        Assert.Equal(y.Shape, gradients[1]!.Shape);
    }
}
