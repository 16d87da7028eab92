namespace Descent.Tests.Operations;

internal static class NormalizationCases
{
    // Channels side by side, as runs, and in the middle; of one lane, less and more.
    private static readonly (int[] Shape, int Axis)[] Places = [([4, 3], -1), ([2, 3, 2, 4], 3), ([3, 4, 5], 1), ([2, 20], -1), ([2, 2, 17], 1), ([2, 3, 4, 2], 2)];

    private static readonly (int[] Shape, int[]? Axes, int[] Row)[] Rows =
    [
        ([3, 5], null, [5]), ([2, 3, 4], [-1], [4]), ([2, 3, 4], [1, 2], [3, 4]), ([2, 3, 4], [1], [3]), ([2, 3, 2], [2, 0], [2, 2]), ([2, 20], [1], [20]), ([2, 70], [1], [70]),
    ];

    public static IEnumerable<OpCase> All =>
    [
        .. Rows.SelectMany(r => (OpCase[])
        [
            OpCase.Of(nameof(Ops.LayerNormalization), $"of {Name(r.Shape)} along {Name(r.Axes)}", [X(r.Shape), Gamma(r.Row), Beta(r.Row)], x => Ops.LayerNormalization(x[0], x[1], x[2], r.Axes, 0.1f)),
            OpCase.Of(nameof(Ops.RmsNormalization), $"of {Name(r.Shape)} along {Name(r.Axes)}", [X(r.Shape), Gamma(r.Row)], x => Ops.RmsNormalization(x[0], x[1], r.Axes, 0.1f)),
        ]),
        OpCase.Of(nameof(Ops.LayerNormalization), "alone", [X([3, 5])], x => Ops.LayerNormalization(x[0], epsilon: 0.1f)),
        OpCase.Of(nameof(Ops.LayerNormalization), "with beta alone", [X([3, 5]), Beta([5])], x => Ops.LayerNormalization(x[0], null, x[1], epsilon: 0.1f)),
        .. Places.SelectMany(p => (OpCase[])
        [
            OpCase.Of(nameof(Ops.BatchNormalization), $"of {Name(p.Shape)}", [X(p.Shape), Beta([Channels(p)]), Gamma([Channels(p)]), Beta([Channels(p)]) + 0.1f, Gamma([Channels(p)]) + 0.1f],
                x => Ops.BatchNormalization(x[0], x[1], x[2], p.Axis, x[3], x[4], 0.1f)),
            OpCase.Of("NormalizeBatch", $"of {Name(p.Shape)}", [X(p.Shape), Gamma([Channels(p)]), Beta([Channels(p)])], x => Ops.NormalizeBatch(x[0], x[0].Shape.Axis(p.Axis), x[1], x[2], 0.1f, out _, out _)),
        ]),
        OpCase.Of(nameof(Ops.BatchNormalization), "alone", [X([3, 2]), Beta([2]), Gamma([2])], x => Ops.BatchNormalization(x[0], x[1], x[2], -1)),
        OpCase.Of("NormalizeBatch", "alone", [X([4, 2])], x => Ops.NormalizeBatch(x[0], 1, null, null, 0.1f, out _, out _)),
        OpCase.Of("NormalizeBatch", "with beta alone", [X([4, 2]), Beta([2])], x => Ops.NormalizeBatch(x[0], 1, null, x[1], 0.1f, out _, out _)),
        .. ((int[])[1, 2, 4]).SelectMany(groups => ((int[][])[[2, 4], [2, 3, 4], [2, 4, 3], [2, 2, 4, 3]]).Select(shape => (Shape: shape, Axis: Array.LastIndexOf(shape, 4))).Select(p =>
            OpCase.Of(nameof(Ops.GroupNormalization), $"{groups} of {Name(p.Shape)}", [X(p.Shape), Gamma([4]), Beta([4])], x => Ops.GroupNormalization(x[0], groups, p.Axis, x[1], x[2], 0.1f)))),
        OpCase.Of(nameof(Ops.GroupNormalization), "alone", [X([2, 3, 4])], x => Ops.GroupNormalization(x[0], 2, epsilon: 0.1f)),
    ];

    private static int Channels((int[] Shape, int Axis) place) => place.Shape[place.Axis < 0 ? ^1 : place.Axis];

    private static Tensor X(int[] shape) => OpCase.Draw(shape);

    private static Tensor Gamma(int[] shape) => OpCase.Draw(shape, 0.5f, 2, 2);

    private static Tensor Beta(int[] shape) => OpCase.Draw(shape, -1, 1, 3);

    private static string Name(int[]? numbers) => numbers is null ? "default" : string.Join('x', numbers);
}
