using Descent.RandomNumbers;
using FsCheck;
using FsCheck.Fluent;

namespace Descent.Tests.Operations;

public sealed class BroadcastingTests
{
    [Fact]
    public void Subtract_AnyShapesThatFit_EqualsIndexByIndex() => Prop.ForAll<int>(seed =>
    {
        var (x, y) = Operands(seed);
        var result = Ops.Subtract(x, y);
        Assert.Equal(Expected(x, y, (a, b) => a - b), Indices(result.Shape).Select(i => result[i]));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Greater_AnyShapesThatFit_EqualsIndexByIndex() => Prop.ForAll<int>(seed =>
    {
        var (x, y) = Operands(seed);
        var result = Ops.Greater(x, y);
        Assert.Equal(Expected(x, y, (a, b) => a > b ? 1f : 0f), Indices(result.Shape).Select(i => result[i]));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void BroadcastTo_AnyShapeThatFits_EqualsIndexByIndex() => Prop.ForAll<int>(seed =>
    {
        var (x, y) = Operands(seed);
        var shape = (x + y).Shape;
        Assert.Equal(Expected(x, y, (a, _) => a), Ops.BroadcastTo(x, shape).ToArray());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Transpose_AnyPermutation_EqualsIndexByIndex() => Prop.ForAll<int>(seed =>
    {
        var (x, _) = Operands(seed);
        var axes = new Philox((ulong)seed).Permutation(x.Rank);
        var result = Ops.Transpose(x, axes);
        Assert.Equal(
            Indices(result.Shape).Select(i =>
            {
                var source = new int[i.Length];
                for (var d = 0; d < i.Length; d++) source[axes[d]] = i[d];
                return x[source];
            }),
            result.ToArray());
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(70, 45)]
    [InlineData(33, 257)]
    [InlineData(300, 200)]
    public void Transpose_LargeMatrix_SwapsRowsAndColumns(int rows, int columns)
    {
        var x = OpCase.Draw([2, rows, columns]);
        var y = Ops.Transpose(x, [0, 2, 1]);
        for (var b = 0; b < 2; b++)
            for (var i = 0; i < rows; i++)
                for (var j = 0; j < columns; j++)
                    Assert.Equal(x[b, i, j], y[b, j, i]);
    }

    [Fact]
    public void Add_ShapesThatDoNotFit_NamesBoth()
    {
        var error = Assert.Throws<ArgumentException>(() => Tensor.Ones([2, 3]) + Tensor.Ones([4]));
        Assert.Equal("Shapes must be equal, or 1, in every trailing dimension to be broadcast together. Received: (2, 3) and (4,).", error.Message);
    }

    // Up to five dimensions of 0 to 4 (0 seldom), with some of either operand stretched or cut off in front.
    private static (Tensor X, Tensor Y) Operands(int seed)
    {
        var generator = new Philox((ulong)seed, 1);
        var position = 0ul;
        int Below(uint bound) => (int)generator.Below(bound, position++);
        int[] shape = [.. Enumerable.Range(0, Below(6)).Select(_ => Below(12) == 0 ? 0 : 1 + Below(4))];
        int[] Part() => [.. shape.Select(d => Below(3) == 0 ? 1 : d).Skip(Below(2) == 0 ? Below((uint)shape.Length + 1) : 0)];
        return (OpCase.Draw(Part(), seed: (ulong)seed), OpCase.Draw(Part(), seed: (ulong)seed + 1));
    }

    private static float[] Expected(Tensor x, Tensor y, Func<float, float, float> function)
    {
        var rank = Math.Max(x.Rank, y.Rank);
        int Size(Shape shape, int axis) => axis < rank - shape.Rank ? 1 : shape[axis - rank + shape.Rank];
        int[] result = [.. Enumerable.Range(0, rank).Select(i => Size(x.Shape, i) == 1 ? Size(y.Shape, i) : Size(x.Shape, i))];
        float At(Tensor t, int[] index) => t[[.. index.Skip(rank - t.Rank).Select((v, d) => t.Shape[d] == 1 ? 0 : v)]];
        return [.. Indices(result).Select(i => function(At(x, i), At(y, i)))];
    }

    private static IEnumerable<int[]> Indices(Shape shape)
    {
        for (var position = 0; position < shape.Size; position++)
        {
            var index = new int[shape.Rank];
            var rest = position;
            for (var d = shape.Rank - 1; d >= 0; d--)
            {
                index[d] = rest % shape[d];
                rest /= shape[d];
            }

            yield return index;
        }
    }
}
