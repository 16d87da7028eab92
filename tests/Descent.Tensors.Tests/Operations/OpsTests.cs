namespace Descent.Tests.Operations;

/// <summary>Values of the operations that rearrange, choose and count, and what they refuse.</summary>
public sealed class OpsTests
{
    private static readonly Tensor Matrix = Tensor.From([1f, 2f, 3f, 4f, 5f, 6f], [2, 3]);

    [Fact]
    public void Slice_RangesAndSteps_TakeTheBox()
    {
        Assert.Equal([5f, 6f], Ops.Slice(Matrix, 1.., 1..).ToArray());
        Assert.Equal([1f, 3f, 4f, 6f], Ops.Slice(Matrix, [0, 0], [2, 2], [1, 2]).ToArray());
        Assert.Equal([2f, 3f], Ops.Slice(Matrix, [0, -2], [1, -1]).ToArray());
        Assert.Equal(0, Ops.Slice(Matrix, 1..1).Shape.Size);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Ops.Slice(Matrix, [0, 1], [2, 3]));
        Assert.StartsWith("A slice must lie within shape (2, 3). Received: start 1, size 3, step 1 for axis 1.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Ops.Slice(Matrix, ..3));
    }

    [Fact]
    public void Split_SectionsAndPlaces_GiveTheParts()
    {
        Assert.Equal([[1f, 4f], [2f, 5f], [3f, 6f]], Ops.Split(Matrix, 3, 1).Select(t => t.ToArray()));
        Assert.Equal([[1f, 4f], [2f, 3f, 5f, 6f]], Ops.Split(Matrix, [1], 1).Select(t => t.ToArray()));
        var error = Assert.Throws<ArgumentException>(() => Ops.Split(Matrix, 2, 1));
        Assert.StartsWith("Split needs a number of sections that divides axis 1 of shape (2, 3). Received: 2.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Concatenate_AnyType_JoinsAndChecks()
    {
        Assert.Equal([1, 2, 3], Ops.Concatenate([new[] { 1, 2 }, new[] { 3 }]).ToInt32Array());
        Assert.Equal([true, false, true], Ops.Concatenate([new[] { true, false }, new[] { true }]).ToBoolArray());
        Assert.Equal([1f, 2f, 3f, 7f, 4f, 5f, 6f, 8f], Ops.Concatenate([Matrix, new float[,] { { 7 }, { 8 } }]).ToArray());
        Assert.Throws<ArgumentException>(() => Ops.Concatenate([]));
        Assert.Throws<ArgumentException>(() => Ops.Concatenate([Matrix, Tensor.From([1])]));
        Assert.Throws<ArgumentException>(() => Ops.Concatenate([Matrix, Tensor.Ones([3, 3])]));
    }

    [Fact]
    public void Pad_EachMode_EqualsNumPy()
    {
        Tensor x = new[] { 1f, 2f, 3f };
        Assert.Equal([9f, 9f, 1f, 2f, 3f, 9f], Ops.Pad(x, [(2, 1)], constantValue: 9f).ToArray());
        Assert.Equal([3f, 2f, 1f, 2f, 3f, 2f], Ops.Pad(x, [(2, 1)], PadMode.Reflect).ToArray());
        Assert.Equal([2f, 1f, 1f, 2f, 3f, 3f], Ops.Pad(x, [(2, 1)], PadMode.Symmetric).ToArray());
        Assert.Equal([1f, 1f, 1f, 2f, 3f, 3f], Ops.Pad(x, [(2, 1)], PadMode.Edge).ToArray());
        Assert.Equal([0, 1], Ops.Pad(new[] { 1 }, [(1, 0)]).ToInt32Array());
        Assert.Throws<ArgumentException>(() => Ops.Pad(x, [(3, 0)], PadMode.Reflect));
        Assert.Throws<ArgumentException>(() => Ops.Pad(x, [(-1, 0)]));
    }

    [Fact]
    public void Take_Indices_CountFromEitherEnd()
    {
        Assert.Equal([6f, 4f, 3f, 1f], Ops.Transpose(Ops.Take(Ops.Flip(Matrix, [0]), new[] { -1, 0 }, 1), [0, 1]).ToArray());
        Assert.Equal([2, 2], Ops.Take(Matrix, new[,] { { 0, 1 }, { 2, 3 } }).Shape);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Ops.Take(Matrix, new[] { 3 }, 1));
        Assert.StartsWith("An index into axis 1 of shape (2, 3) must be in [-3, 3). Received: 3.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Ops.Take(Matrix, new[] { 1f }, 1));
    }

    [Fact]
    public void OneHot_Labels_GivesRowsAndZerosForNegatives()
    {
        Assert.Equal([0f, 0f, 1f, 0f, 0f, 0f], Ops.OneHot(new[] { 2, -1 }, 3).ToArray());
        Assert.Equal([0f, 0f, 0f, 0f, 1f, 0f], Ops.OneHot(new[] { 2, -1 }, 3, 0).ToArray());
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Ops.OneHot(new[] { 3 }, 3));
        Assert.StartsWith("A label must be below the number of classes, 3. Received: 3.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sorting_EqualsAndNaN_KeepNumPysOrder()
    {
        Tensor x = new[] { 2f, float.NaN, 1f, 2f, -1f };
        Assert.Equal([4, 2, 0, 3, 1], Ops.ArgSort(x).ToInt32Array());
        Assert.Equal([1, 1, 2], Ops.Sort(new[] { 1, 2, 1 }).ToInt32Array());
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], Ops.Sort(Ops.Flip(Matrix), 0).ToArray().Order());
        var (values, indices) = Ops.TopK(Tensor.From([1f, 3f, 3f, 2f]), 3);
        Assert.Equal([3f, 3f, 2f], values.ToArray());
        Assert.Equal([1, 2, 3], indices.ToInt32Array());
        Assert.Throws<ArgumentOutOfRangeException>(() => Ops.TopK(Matrix, 4));
    }

    [Fact]
    public void ArgMax_EqualsNaNAndAxes_TakesTheFirst()
    {
        Assert.Equal([1, 0], Ops.ArgMax(new float[,] { { 1, 5, 5 }, { 7, 7, 2 } }, 1).ToInt32Array());
        Assert.Equal([1, 0, 0], Ops.ArgMax(new float[,] { { 1, 5, 5 }, { 7, 4, 2 } }, 0).ToInt32Array());
        Assert.Equal(3, Ops.ArgMax(new float[,] { { 1, 5, 5 }, { 7, 7, 2 } }).Item());
        Assert.Equal(1, Ops.ArgMin(new[] { 3f, float.NaN, float.NaN }).Item());
        Assert.Equal(2, Ops.ArgMin(new[] { 3, 2, 1, 1 }).Item());
        Assert.Equal([2, 1], Ops.ArgMax(Matrix, 1, keepDimensions: true).Shape);
        Assert.Throws<ArgumentException>(() => Ops.ArgMax(Tensor.Zeros([2, 0]), 1));
    }

    [Fact]
    public void Comparisons_IntegersFloatsAndMasks_GiveMasks()
    {
        Assert.Equal([false, true, false], Ops.Equal(new[] { 1, 2, 3 }, Tensor.From([2], [])).ToBoolArray());
        Assert.Equal([false, true, true], Ops.GreaterEqual(new[] { 1, 2, 3 }, 1.5f).ToBoolArray());
        Assert.Equal([true, false], Ops.Less(new[] { 16777216, 16777217 }, new[] { 16777217, 16777217 }).ToBoolArray());
        Assert.Equal([true, true, false], Ops.LessEqual(new[] { 1f, 2f, float.NaN }, 2f).ToBoolArray());
        Assert.Equal([false, false, true], Ops.IsNaN(new[] { 1f, float.PositiveInfinity, float.NaN }).ToBoolArray());
        Assert.Equal([true, false, false], Ops.IsFinite(new[] { 1f, float.NegativeInfinity, float.NaN }).ToBoolArray());
        Tensor x = new[] { true, true, false, false }, y = new[] { true, false, true, false };
        Assert.Equal([true, false, false, false], Ops.LogicalAnd(x, y).ToBoolArray());
        Assert.Equal([true, true, true, false], Ops.LogicalOr(x, y).ToBoolArray());
        Assert.Equal([false, false, true, true], Ops.LogicalNot(x).ToBoolArray());
        Assert.Equal([1f, 0f], (float[])[Ops.Any(x).Item(), Ops.All(x).Item()]);
        Assert.Equal([0f, 1f], (float[])[Ops.Any(Ops.Slice(x, 0..0)).Item(), Ops.All(Ops.Slice(x, 0..0)).Item()]);
        var error = Assert.Throws<ArgumentException>(() => Ops.LogicalNot(new[] { 1f }));
        Assert.StartsWith("A mask must be a bool tensor. Received: float32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_TypesAndShapes_AreBroadcastAndChecked()
    {
        Assert.Equal([1f, 0f, 3f, 4f, 0f, 6f], Ops.Where(new[] { true, false, true }, Matrix, 0f).ToArray());
        Assert.Equal([1, 9], Ops.Where(new[] { true, false }, new[] { 1, 2 }, Tensor.From([9], [])).ToInt32Array());
        Assert.Throws<ArgumentException>(() => Ops.Where(new[] { true }, new[] { 1 }, 1f));
        Assert.Throws<ArgumentException>(() => Ops.Where(new[] { 1f }, 1f, 1f));
    }

    [Fact]
    public void Cast_EachPair_ConvertsAsDocumented()
    {
        Assert.Equal([1, -1, 0, int.MaxValue], Ops.Cast(new[] { 1.9f, -1.9f, float.NaN, 1e20f }, DType.Int32).ToInt32Array());
        Assert.Equal([true, false], Ops.Cast(new[] { 0.5f, 0f }, DType.Bool).ToBoolArray());
        Assert.Equal([true, false], Ops.Cast(new[] { 3, 0 }, DType.Bool).ToBoolArray());
        Assert.Equal([3f, 0f], Ops.Cast(new[] { 3, 0 }, DType.Float32).ToArray());
        Assert.Equal([1f, 0f], Ops.Cast(new[] { true, false }, DType.Float32).ToArray());
        Assert.Equal([1, 0], Ops.Cast(new[] { true, false }, DType.Int32).ToInt32Array());
    }

    [Fact]
    public void Round_Halves_GoToEven() =>
        Assert.Equal([-2f, -2f, -0f, 0f, 2f, 2f, 8388609f, float.NaN], Ops.Round(new[] { -2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f, 8388609f, float.NaN }).ToArray());

    [Fact]
    public void Power_SpecialCases_AreExact()
    {
        Tensor x = new[] { 0f, 3f, -2f };
        Assert.Equal([0f, 9f, 4f], Ops.Power(x, 2f).ToArray());
        Assert.Equal([1f, 1f, 1f], Ops.Power(x, 0f).ToArray());
        Assert.Equal([float.PositiveInfinity, 1f / 3f, -0.5f], Ops.Power(x, -1f).ToArray());
        Assert.Equal([0f, 27f, -8f], Ops.Power(x, Tensor.From([3f])).ToArray());
        Assert.True(float.IsNaN(Ops.Power(-2f, Tensor.Scalar(0.5f)).Item()));
    }

    [Fact]
    public void Statistics_SpecialInputs_GiveTheLimits()
    {
        Assert.Equal(720f, Ops.Prod(Matrix).Item());
        Assert.Equal(1f, Ops.Prod(Tensor.Zeros([0])).Item());
        Assert.Equal([1f, 1f], Ops.Prod(Tensor.Zeros([0, 2]), [0]).ToArray());
        Assert.Equal(35f / 12f, Ops.Var(Matrix).Item(), 1e-6f);
        Assert.Equal(1000f + MathF.Log(2f), Ops.LogSumExp(new[] { 1000f, 1000f }).Item(), 1e-4f);
        Assert.Equal(float.NegativeInfinity, Ops.LogSumExp(new[] { float.NegativeInfinity, float.NegativeInfinity }).Item());
        Assert.Equal(float.PositiveInfinity, Ops.LogSumExp(new[] { 1f, float.PositiveInfinity }).Item());
        Assert.Equal([6f, 5f, 3f], Ops.CumSum(new[] { 1f, 2f, 3f }, reverse: true).ToArray());
        Assert.Equal([0f, 1f, 3f], Ops.CumSum(new[] { 1f, 2f, 3f }, exclusive: true).ToArray());
        Assert.Equal([6f, 5f], (float[])[Ops.Norm(new[] { -4f, 2f }, 1f).Item(), Ops.Norm(new[] { 3f, -4f }).Item()]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Ops.Norm(Matrix, 3f));
    }

    [Fact]
    public void Creation_RangesAndDiagonals_AreFilled()
    {
        Assert.Equal([5, 3, 1], Ops.Arange(5, 0, -2).ToInt32Array());
        Assert.Equal([0, 1, 2], Ops.Arange(3).ToInt32Array());
        Assert.Empty(Ops.Arange(3, 1).ToInt32Array());
        Assert.Throws<ArgumentOutOfRangeException>(() => Ops.Arange(0, 3, 0));
        Assert.Equal([0f, 1f, 0f, 0f, 0f, 1f], Ops.Eye(2, 3, 1).ToArray());
        Assert.Equal([1f, 0f, 0f, 4f, 5f, 0f], Ops.Tril(Matrix).ToArray());
        Assert.Equal([0f, 2f, 3f, 0f, 0f, 6f], Ops.Triu(Matrix, 1).ToArray());
    }

    [Fact]
    public void Shapes_TileRepeatSqueeze_EqualNumPy()
    {
        Assert.Equal([1f, 2f, 1f, 2f], Ops.Tile(new[] { 1f, 2f }, 2).ToArray());
        Assert.Equal([2, 2, 3], Ops.Tile(Matrix, 2, 1, 1).Shape);
        Assert.Equal([1f, 1f, 2f, 2f], Ops.Repeat(new[] { 1f, 2f }, 2).ToArray());
        Assert.Equal([true, true, false, false], Ops.Repeat(new[] { true, false }, 2, 0).ToBoolArray());
        var error = Assert.Throws<ArgumentException>(() => Ops.Squeeze(Matrix, [0]));
        Assert.StartsWith("Only axes of size 1 can be removed. Received: axis 0 of shape (2, 3).", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Ops.Transpose(Matrix, [0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ops.ExpandDims(Matrix, 3));
    }

    [Fact]
    public void Arithmetic_OnIntegers_NamesTheTypes()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Ops.Add(new[] { 1 }, new[] { 2 }));
        Assert.Equal("This needs a tensor of float32. Received: int32; convert it with Ops.Cast.", error.Message);
    }

    [Fact]
    public void Elements_OfAnotherType_NameWhatReadsThem()
    {
        var integers = Tensor.From([1, 2]);
        Assert.Equal("ToArray() reads a tensor of float32. Received: int32, which ToInt32Array() or AsInt32Span() reads; Ops.Cast converts it.", Assert.Throws<InvalidOperationException>(() => integers.ToArray()).Message);
        Assert.StartsWith("AsBoolSpan() reads a tensor of bool. Received: float32, which ToArray() or AsSpan() reads", Assert.Throws<InvalidOperationException>(() => { Tensor.Ones([1]).AsBoolSpan(); }).Message, StringComparison.Ordinal);
        Assert.StartsWith("ToArray2D() reads a tensor of float32. Received: bool, which ToBoolArray()", Assert.Throws<InvalidOperationException>(() => Ops.Reshape(new[] { true }, [1, 1]).ToArray2D()).Message, StringComparison.Ordinal);
    }
}
