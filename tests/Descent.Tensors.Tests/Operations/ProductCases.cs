namespace Descent.Tests.Operations;

internal static class ProductCases
{
    private static OpCase MatMul(string kind, int[] x, int[] y) =>
        OpCase.Of(nameof(Ops.MatMul), kind, [OpCase.Draw(x, -1, 1), OpCase.Draw(y, -1, 1, 2)], t => Ops.MatMul(t[0], t[1]));

    private static OpCase Dense(string kind, int[] x, bool bias, bool relu) => OpCase.Of(
        nameof(Ops.Dense), kind,
        // A kernel of positive numbers and a large bias of changing sign keep the rectifier away from its kink.
        bias ? [OpCase.Draw(x, 0.1f, 1), OpCase.Draw([3, 2], 0.1f, 1, 2), Tensor.From([1f, -5f])] : [OpCase.Draw(x, 0.1f, 1), OpCase.Draw([3, 2], 0.1f, 1, 2)],
        t => Ops.Dense(t[0], t[1], bias ? t[2] : null, relu));

    public static IEnumerable<OpCase> All =>
    [
        MatMul("", [2, 3], [3, 4]),
        MatMul("vector", [3], [3]),
        MatMul("row", [3], [3, 2]),
        MatMul("column", [2, 3], [3]),
        MatMul("batched", [2, 2, 3], [2, 3, 2]),
        MatMul("one matrix for all", [2, 2, 3], [3, 2]),
        MatMul("broadcast batch", [2, 1, 2, 3], [3, 3, 2]),
        MatMul("batch on the right", [2, 3], [2, 3, 2]),
        Dense("", [4, 3], true, false),
        Dense("relu", [4, 3], true, true),
        Dense("without bias", [2, 2, 3], false, false),
        Dense("without bias, relu", [4, 3], false, true),
    ];
}
