namespace Descent.Tests.Operations;

internal static class ShapeCases
{
    private static readonly Tensor Box = OpCase.Draw([2, 3, 4]);

    private static readonly Tensor Row = OpCase.Draw([2, 3]);

    // Squares make the gradients depend on the inputs, so that second orders are not trivially zero.
    private static OpCase Of(string name, string kind, Tensor x, Func<Tensor, Tensor> function) => OpCase.Of(name, kind, [x], t => function(Ops.Square(t[0])));

    public static IEnumerable<OpCase> All =>
    [
        Of(nameof(Ops.Reshape), "", Box, x => Ops.Reshape(x, [4, -1])),
        Of(nameof(Ops.BroadcastTo), "", Row, x => Ops.BroadcastTo(x, [4, 2, 3])),
        Of(nameof(Ops.BroadcastTo), "column", OpCase.Draw([2, 1]), x => Ops.BroadcastTo(x, [3, 2, 4])),
        Of(nameof(Ops.Transpose), "", Box, x => Ops.Transpose(x)),
        Of(nameof(Ops.Transpose), "rotated", Box, x => Ops.Transpose(x, [2, 0, 1])),
        Of(nameof(Ops.ExpandDims), "", Row, x => Ops.ExpandDims(x, -1)),
        Of(nameof(Ops.Squeeze), "", OpCase.Draw([2, 1, 3, 1]), x => Ops.Squeeze(x, [1])),
        Of(nameof(Ops.Tile), "", Row, x => Ops.Tile(x, 2, 1, 3)),
        Of(nameof(Ops.Repeat), "", Row, x => Ops.Repeat(x, 2, 1)),
        Of(nameof(Ops.Repeat), "flat", Row, x => Ops.Repeat(x, 2)),
        Of(nameof(Ops.Slice), "", Box, x => Ops.Slice(x, [0, 1, 1], [2, 2, -1])),
        Of(nameof(Ops.Slice), "stepped", Box, x => Ops.Slice(x, [0, 0, 1], [2, 2, 2], [1, 2, 2])),
        Of(nameof(Ops.Slice), "ranges", Box, x => Ops.Slice(x, 1.., ..^1)),
        Of(nameof(Ops.Flip), "", Box, x => Ops.Flip(x, [0, -1])),
        new(nameof(Ops.Split), "", [Box], t => Ops.Split(Ops.Square(t[0]), 2, -1)),
        new(nameof(Ops.Split), "at", [Box], t => Ops.Split(Ops.Square(t[0]), [1, 3], -1)),
        OpCase.Of(nameof(Ops.Concatenate), "", [Row, OpCase.Draw([2, 1], seed: 2), OpCase.Draw([2, 2], seed: 3), OpCase.Draw([2, 3], seed: 4)], t => Ops.Square(Ops.Concatenate(t, 1))),
        OpCase.Of(nameof(Ops.Stack), "", [Row, OpCase.Draw([2, 3], seed: 2)], t => Ops.Square(Ops.Stack(t, 1))),
        Of(nameof(Ops.Pad), "", Row, x => Ops.Pad(x, [(1, 0), (2, 1)], constantValue: 3f)),
        Of(nameof(Ops.Pad), "reflect", Row, x => Ops.Pad(x, [(1, 0), (2, 1)], PadMode.Reflect)),
        Of(nameof(Ops.Pad), "symmetric", Row, x => Ops.Pad(x, [(1, 0), (3, 1)], PadMode.Symmetric)),
        Of(nameof(Ops.Pad), "edge", Row, x => Ops.Pad(x, [(1, 0), (4, 1)], PadMode.Edge)),
        Of(nameof(Ops.Take), "", Box, x => Ops.Take(x, new[,] { { 2, 0 }, { -1, 2 } }, 1)),
        Of(nameof(Ops.Take), "flat", Row, x => Ops.Take(x, new[] { 5, 0, 5 })),
        Of(nameof(Ops.TakeAlongAxis), "", Row, x => Ops.TakeAlongAxis(x, new[,] { { 1, 1 }, { 0, -1 } })),
        Of(nameof(Ops.Tril), "", Row, x => Ops.Tril(x)),
        Of(nameof(Ops.Triu), "", Box, x => Ops.Triu(x, 1)),
        Of(nameof(Ops.Cast), "", Row, x => Ops.Cast(x, DType.Float32)),
    ];
}
