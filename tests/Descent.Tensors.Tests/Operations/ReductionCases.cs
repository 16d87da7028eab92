namespace Descent.Tests.Operations;

internal static class ReductionCases
{
    // Distances of at least 0.3, so that no step of a numeric check changes which element is largest.
    private static readonly Tensor Distinct = Tensor.From([0.3f, -1.2f, 0.9f, 1.5f, -0.3f, -0.6f, 2.1f, -1.8f, 1.2f, 0.6f, -0.9f, 1.8f], [2, 3, 2]);

    private static readonly (string Kind, int[]? Axes, bool Keep)[] Ways =
    [
        ("all", null, false), ("first", [0], false), ("middle", [1], true), ("last", [-1], false), ("two", [0, 2], false), ("none", [], false),
    ];

    private static readonly (string Name, Func<Tensor, int[]?, bool, Tensor> Function)[] Reductions =
    [
        (nameof(Ops.Sum), Ops.Sum),
        (nameof(Ops.Mean), Ops.Mean),
        (nameof(Ops.Max), Ops.Max),
        (nameof(Ops.Min), Ops.Min),
        (nameof(Ops.Prod), Ops.Prod),
        (nameof(Ops.Var), Ops.Var),
        (nameof(Ops.LogSumExp), Ops.LogSumExp),
    ];

    public static IEnumerable<OpCase> All =>
    [
        .. Reductions.SelectMany(r => Ways.Select(w => OpCase.Of(r.Name, w.Kind, [Distinct], x => r.Function(x[0], w.Axes, w.Keep)))),
        .. Ways.Where(w => w.Kind != "none").Select(w => OpCase.Of(nameof(Ops.Std), w.Kind, [Distinct], x => Ops.Std(x[0], w.Axes, w.Keep))),
        .. ((float[])[1f, 2f, float.PositiveInfinity]).Select(o => OpCase.Of(nameof(Ops.Norm), $"of order {o}", [Distinct + 0.15f], x => Ops.Norm(x[0], o, [1]))),
        OpCase.Of(nameof(Ops.Prod), "with a zero", [Tensor.From([0f, 1.5f, -2f, 0.5f, 1f])], x => Ops.Prod(x[0])),
        OpCase.Of(nameof(Ops.Prod), "with two zeros", [Tensor.From([0f, 1.5f, 0f])], x => Ops.Prod(x[0])),
        .. ((bool[])[false, true]).SelectMany(exclusive => ((bool[])[false, true]).Select(reverse => OpCase.Of(
            nameof(Ops.CumSum), $"exclusive {exclusive} reverse {reverse}", [Distinct], x => Ops.CumSum(x[0], 1, exclusive, reverse)))),
        OpCase.Of(nameof(Ops.CumSum), "flat", [Distinct], x => Ops.CumSum(x[0])),
        OpCase.Of(nameof(Ops.Sort), "", [Distinct], x => Ops.Sort(x[0])),
        OpCase.Of(nameof(Ops.Sort), "middle", [Distinct], x => Ops.Sort(x[0], 1)),
        OpCase.Of(nameof(Ops.TopK), "", [Ops.Reshape(Distinct, [3, 4])], x => Ops.TopK(x[0], 2).Values),
        OpCase.Of(nameof(Ops.Softmax), "", [Distinct], x => Ops.Softmax(x[0])),
        OpCase.Of(nameof(Ops.Softmax), "middle", [Distinct], x => Ops.Softmax(x[0], 1)),
        OpCase.Of(nameof(Ops.LogSoftmax), "", [Distinct], x => Ops.LogSoftmax(x[0])),
        OpCase.Of(nameof(Ops.LogSoftmax), "first", [Distinct], x => Ops.LogSoftmax(x[0], 0)),
        OpCase.Of(nameof(Ops.SparseSoftmaxCrossEntropy), "", [Ops.Reshape(Distinct, [3, 4])], x => Ops.SparseSoftmaxCrossEntropy(x[0], new[] { 0, 3, 1 })),
        OpCase.Of(nameof(Ops.SoftmaxCrossEntropy), "", [Ops.Reshape(Distinct, [3, 4]), OpCase.Draw([3, 4], 0, 1)], x => Ops.SoftmaxCrossEntropy(x[0], x[1])),
        // Rows of a lane's length and below, and of more than a lane.
        .. ((int[])[1, 10, 16, 20]).SelectMany(length => (OpCase[])
        [
            OpCase.Of(nameof(Ops.Softmax), $"of {length}", [OpCase.Draw([2, length])], x => Ops.Softmax(x[0])),
            OpCase.Of(nameof(Ops.LogSoftmax), $"of {length}", [OpCase.Draw([2, length])], x => Ops.LogSoftmax(x[0])),
            OpCase.Of(nameof(Ops.SparseSoftmaxCrossEntropy), $"of {length}", [OpCase.Draw([2, length])], x => Ops.SparseSoftmaxCrossEntropy(x[0], new[] { length - 1, 0 })),
            OpCase.Of(nameof(Ops.SoftmaxCrossEntropy), $"of {length}", [OpCase.Draw([2, length]), OpCase.Draw([2, length], 0, 2f / length, 2)], x => Ops.SoftmaxCrossEntropy(x[0], x[1])),
            OpCase.Of(nameof(Ops.MeanSquaredDifference), $"of {length}", [OpCase.Draw([2, length]), OpCase.Draw([2, length], -2, 2, 2)], x => Ops.MeanSquaredDifference(x[0], x[1])),
            OpCase.Of(nameof(Ops.Var), $"of {length}", [OpCase.Draw([2, length])], x => Ops.Var(x[0], [-1])),
        ]),
        OpCase.Of(nameof(Ops.SigmoidCrossEntropy), "", [OpCase.Draw([2, 3]), OpCase.Draw([2, 3], 0, 1, 2)], x => Ops.SigmoidCrossEntropy(x[0], x[1])),
        OpCase.Of(nameof(Ops.Sparsemax), "", [Tensor.From([0.45f, 0.6f, -0.9f, -2f, 1.5f, -1f], [2, 3])], x => Ops.Sparsemax(x[0])),
        OpCase.Of(nameof(Ops.Sparsemax), "first", [Tensor.From([0.45f, -2f, 0.6f, 1.5f, -0.9f, -1f], [3, 2])], x => Ops.Sparsemax(x[0], 0)),
        OpCase.Of(nameof(Ops.Glu), "", [OpCase.Draw([2, 4])], x => Ops.Glu(x[0])),
        OpCase.Of(nameof(Ops.Glu), "first", [OpCase.Draw([2, 3])], x => Ops.Glu(x[0], 0)),
    ];
}
