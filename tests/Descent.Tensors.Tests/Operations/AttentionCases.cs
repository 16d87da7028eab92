namespace Descent.Tests.Operations;

internal static class AttentionCases
{
    // The second query of the first sample sees nothing.
    private static readonly Tensor Mask = Tensor.From(
        [true, false, true, true, false, false, false, false, true, true, true, true, false, true, true, false, true, true, false, true, true, true, false, false], [2, 1, 3, 4]);

    private static readonly Tensor Keys = Tensor.From([true, true, false, true, false, true, true, true], [2, 1, 1, 4]);

    public static IEnumerable<OpCase> All =>
    [
        Case("", 2, 2, t => Ops.DotProductAttention(t[0], t[1], t[2])),
        Case("scaled, causal", 2, 2, t => Ops.DotProductAttention(t[0], t[1], t[2], scale: 0.3f, isCausal: true)),
        Case("masked", 2, 2, t => Ops.DotProductAttention(t[0], t[1], t[2], Mask)),
        Case("keys masked, causal, grouped", 4, 2, t => Ops.DotProductAttention(t[0], t[1], t[2], Keys, isCausal: true)),
        Case("one group", 3, 1, t => Ops.DotProductAttention(t[0], t[1], t[2])),
    ];

    private static OpCase Case(string kind, int heads, int groups, Func<Tensor[], Tensor> function) => OpCase.Of(
        nameof(Ops.DotProductAttention), kind,
        [OpCase.Draw([2, 3, heads, 3], -1, 1), OpCase.Draw([2, 4, groups, 3], -1, 1, 2), OpCase.Draw([2, 4, groups, 2], -1, 1, 3)], function);
}
