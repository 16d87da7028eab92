namespace Descent.Tests.Operations;

internal static class ConvolutionCases
{
    private static OpCase Conv(string kind, int[] x, int[] kernel, Func<Tensor[], Tensor> function) =>
        OpCase.Of(nameof(Ops.Conv), kind, [OpCase.Draw(x, -1, 1), OpCase.Draw(kernel, -1, 1, 2)], function);

    private static OpCase Biased(string name, string kind, int[] x, int[] kernel, int filters, Func<Tensor[], Tensor> function) => OpCase.Of(
        name, kind,
        // Positive numbers and a large bias of changing sign keep a rectifier away from its kink.
        [OpCase.Draw(x, 0.1f, 1), OpCase.Draw(kernel, 0.1f, 1, 2), Tensor.From([.. Enumerable.Range(0, filters).Select(i => i % 2 == 0 ? 1f : -20f)])], function);

    private static OpCase Transposed(string kind, int[] x, int[] kernel, Func<Tensor[], Tensor> function) =>
        OpCase.Of(nameof(Ops.ConvTranspose), kind, [OpCase.Draw(x, -1, 1), OpCase.Draw(kernel, -1, 1, 2)], function);

    private static OpCase Depthwise(string kind, int[] x, int[] kernel, Func<Tensor[], Tensor> function) =>
        OpCase.Of(nameof(Ops.DepthwiseConv), kind, [OpCase.Draw(x, -1, 1), OpCase.Draw(kernel, -1, 1, 2)], function);

    // All numbers lie apart, in no order, so that differences meet no kink.
    private static OpCase Pool(string name, string kind, int[] x, Func<Tensor, Tensor> function)
    {
        var size = x.Aggregate(1, (a, b) => a * b);
        return OpCase.Of(name, kind, [Tensor.From([.. Enumerable.Range(0, size).Select(i => i * 37 % size * 0.2f)], x)], t => function(t[0]));
    }

    public static IEnumerable<OpCase> All =>
    [
        Conv("", [2, 4, 3, 2], [2, 2, 2, 3], t => Ops.Conv(t[0], t[1])),
        Conv("one axis, same", [2, 5, 2], [3, 2, 2], t => Ops.Conv(t[0], t[1], padding: "same")),
        Conv("causal, dilated", [2, 5, 2], [2, 2, 2], t => Ops.Conv(t[0], t[1], padding: "causal", dilationRate: 2)),
        Conv("same, strides", [1, 4, 5, 2], [3, 2, 2, 2], t => Ops.Conv(t[0], t[1], (2, 3), "same")),
        Conv("dilated, same", [1, 5, 4, 1], [2, 2, 1, 2], t => Ops.Conv(t[0], t[1], padding: "same", dilationRate: (2, 1))),
        Conv("pointwise", [2, 3, 2], [1, 2, 3], t => Ops.Conv(t[0], t[1])),
        Conv("pointwise groups", [2, 3, 4], [1, 2, 4], t => Ops.Conv(t[0], t[1])),
        Conv("groups", [1, 3, 3, 4], [2, 2, 2, 4], t => Ops.Conv(t[0], t[1])),
        Conv("a group for each channel", [1, 4, 3, 3], [2, 2, 1, 3], t => Ops.Conv(t[0], t[1], padding: "same")),
        Conv("three axes", [1, 3, 2, 3, 2], [2, 1, 2, 2, 2], t => Ops.Conv(t[0], t[1], (1, 1, 2), "same")),
        Biased(nameof(Ops.Conv), "bias", [2, 4, 2], [2, 2, 3], 3, t => Ops.Conv(t[0], t[1], bias: t[2])),
        Biased(nameof(Ops.Conv), "bias, relu", [2, 4, 2], [2, 2, 3], 3, t => Ops.Conv(t[0], t[1], bias: t[2], relu: true)),
        Biased(nameof(Ops.Conv), "relu", [2, 4, 2], [2, 2, 3], 3, t => Ops.Conv(t[0], t[1], relu: true) + t[2]),
        Transposed("", [2, 3, 2], [3, 2, 2], t => Ops.ConvTranspose(t[0], t[1])),
        Transposed("strides beyond the kernel", [1, 2, 2, 2], [2, 1, 2, 2], t => Ops.ConvTranspose(t[0], t[1], 3)),
        Transposed("same", [1, 2, 3, 2], [3, 3, 1, 2], t => Ops.ConvTranspose(t[0], t[1], 2, "same")),
        Transposed("output padding", [1, 2, 3, 2], [3, 2, 1, 2], t => Ops.ConvTranspose(t[0], t[1], (2, 3), "same", (1, 2))),
        Transposed("dilated", [1, 3, 2], [2, 2, 2], t => Ops.ConvTranspose(t[0], t[1], dilationRate: 2)),
        Transposed("pointwise", [1, 3, 2], [1, 3, 2], t => Ops.ConvTranspose(t[0], t[1])),
        Biased(nameof(Ops.ConvTranspose), "bias", [1, 3, 2], [2, 3, 2], 3, t => Ops.ConvTranspose(t[0], t[1], 2, bias: t[2])),
        Biased(nameof(Ops.ConvTranspose), "pointwise, bias", [1, 3, 2], [1, 3, 2], 3, t => Ops.ConvTranspose(t[0], t[1], bias: t[2])),
        Depthwise("", [2, 3, 3, 2], [2, 2, 2, 1], t => Ops.DepthwiseConv(t[0], t[1])),
        Depthwise("multiplier", [2, 4, 2], [3, 2, 2], t => Ops.DepthwiseConv(t[0], t[1], 2, "same")),
        Depthwise("dilated", [1, 5, 2], [2, 2, 1], t => Ops.DepthwiseConv(t[0], t[1], dilationRate: 2)),
        Biased(nameof(Ops.DepthwiseConv), "bias, relu", [2, 4, 2], [2, 2, 1], 2, t => Ops.DepthwiseConv(t[0], t[1], bias: t[2], relu: true)),
        OpCase.Of(
            nameof(Ops.SeparableConv), "", [OpCase.Draw([1, 3, 3, 2], -1, 1), OpCase.Draw([2, 2, 2, 2], -1, 1, 2), OpCase.Draw([1, 1, 4, 2], -1, 1, 3)],
            t => Ops.SeparableConv(t[0], t[1], t[2], padding: "same")),
        Pool(nameof(Ops.MaxPool), "", [1, 4, 5, 2], x => Ops.MaxPool(x, 2)),
        Pool(nameof(Ops.MaxPool), "overlapping, same", [2, 5, 2], x => Ops.MaxPool(x, 3, 2, "same")),
        Pool(nameof(Ops.MaxPool), "three axes", [1, 2, 3, 2, 2], x => Ops.MaxPool(x, (2, 1, 2), 1)),
        Pool(nameof(Ops.AveragePool), "", [1, 4, 5, 2], x => Ops.AveragePool(x, 2)),
        Pool(nameof(Ops.AveragePool), "overlapping, same", [2, 5, 2], x => Ops.AveragePool(x, 3, 2, "same")),
        Pool(nameof(Ops.AveragePool), "three axes", [1, 2, 3, 2, 2], x => Ops.AveragePool(x, (2, 1, 2), 1)),
    ];
}
