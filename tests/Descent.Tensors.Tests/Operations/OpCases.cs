namespace Descent.Tests.Operations;

/// <summary>Every differentiable operation at least once. A test fails for an operation that is missing here.</summary>
public static class OpCases
{
    /// <summary>Operations whose results carry no gradient, and those that make tensors from nothing.</summary>
    public static readonly string[] WithoutGradient =
    [
        nameof(Ops.Equal), nameof(Ops.NotEqual), nameof(Ops.Greater), nameof(Ops.GreaterEqual), nameof(Ops.Less), nameof(Ops.LessEqual),
        nameof(Ops.LogicalAnd), nameof(Ops.LogicalOr), nameof(Ops.LogicalNot), nameof(Ops.IsNaN), nameof(Ops.IsFinite), nameof(Ops.All), nameof(Ops.Any),
        nameof(Ops.ArgMax), nameof(Ops.ArgMin), nameof(Ops.ArgSort), nameof(Ops.OneHot), nameof(Ops.Arange), nameof(Ops.Eye), nameof(Ops.StopGradient),
    ];

    /// <summary>Functions of one element, with a range on which they are smooth.</summary>
    public static readonly (string Name, string Kind, Func<Tensor, Tensor> Function, float Low, float High)[] Unary =
    [
        (nameof(Ops.Negative), "", Ops.Negative, -2, 2),
        (nameof(Ops.Square), "", Ops.Square, -2, 2),
        (nameof(Ops.Sqrt), "", Ops.Sqrt, 0.5f, 3),
        (nameof(Ops.Rsqrt), "", Ops.Rsqrt, 0.5f, 3),
        (nameof(Ops.Reciprocal), "", Ops.Reciprocal, 0.5f, 3),
        (nameof(Ops.Abs), "", Ops.Abs, 0.1f, 2),
        (nameof(Ops.Abs), "negative", Ops.Abs, -2, -0.1f),
        (nameof(Ops.Sign), "", Ops.Sign, 0.1f, 2),
        (nameof(Ops.Floor), "", Ops.Floor, 1.1f, 1.9f),
        (nameof(Ops.Ceil), "", Ops.Ceil, 1.1f, 1.9f),
        (nameof(Ops.Round), "", Ops.Round, 0.6f, 1.4f),
        (nameof(Ops.Exp), "", Ops.Exp, -2, 1),
        (nameof(Ops.Expm1), "", Ops.Expm1, -2, 1),
        (nameof(Ops.Log), "", Ops.Log, 0.5f, 3),
        (nameof(Ops.Log1p), "", Ops.Log1p, -0.4f, 3),
        (nameof(Ops.Erf), "", Ops.Erf, -2, 2),
        (nameof(Ops.Clip), "inside", x => Ops.Clip(x, -2, 2), -1.9f, 1.9f),
        (nameof(Ops.Clip), "outside", x => Ops.Clip(x, -2, 2), 2.1f, 3),
        (nameof(Ops.Sin), "", Ops.Sin, -3, 3),
        (nameof(Ops.Cos), "", Ops.Cos, -3, 3),
        (nameof(Ops.Tan), "", Ops.Tan, -1, 1),
        (nameof(Ops.Asin), "", Ops.Asin, -0.7f, 0.7f),
        (nameof(Ops.Acos), "", Ops.Acos, -0.7f, 0.7f),
        (nameof(Ops.Atan), "", Ops.Atan, -2, 2),
        (nameof(Ops.Sinh), "", Ops.Sinh, -1, 1),
        (nameof(Ops.Cosh), "", Ops.Cosh, -1, 1),
        (nameof(Ops.Asinh), "", Ops.Asinh, -2, 2),
        (nameof(Ops.Acosh), "", Ops.Acosh, 1.5f, 3),
        (nameof(Ops.Atanh), "", Ops.Atanh, -0.6f, 0.6f),
        .. ((float[])[-2.5f, -1, -0.5f, 0, 0.5f, 1, 2, 3]).Select(e => (nameof(Ops.Power), $"by {e}", (Func<Tensor, Tensor>)(x => Ops.Power(x, e)), 0.7f, 2f)),
        (nameof(Ops.Sigmoid), "", Ops.Sigmoid, -3, 3),
        (nameof(Ops.Tanh), "", Ops.Tanh, -2, 2),
        (nameof(Ops.TanhShrink), "", Ops.TanhShrink, -2, 2),
        (nameof(Ops.Softplus), "", Ops.Softplus, -3, 3),
        (nameof(Ops.LogSigmoid), "", Ops.LogSigmoid, -3, 3),
        (nameof(Ops.Softsign), "", Ops.Softsign, 0.1f, 3),
        (nameof(Ops.Softsign), "negative", Ops.Softsign, -3, -0.1f),
        (nameof(Ops.Squareplus), "", x => Ops.Squareplus(x), -3, 3),
        (nameof(Ops.Silu), "", Ops.Silu, -3, 3),
        (nameof(Ops.Mish), "", Ops.Mish, -3, 3),
        (nameof(Ops.Elu), "positive", x => Ops.Elu(x, 0.7f), 0.1f, 2),
        (nameof(Ops.Elu), "negative", x => Ops.Elu(x, 0.7f), -3, -0.1f),
        (nameof(Ops.Selu), "positive", Ops.Selu, 0.1f, 2),
        (nameof(Ops.Selu), "negative", Ops.Selu, -3, -0.1f),
        (nameof(Ops.Celu), "positive", x => Ops.Celu(x, 1.5f), 0.1f, 2),
        (nameof(Ops.Celu), "negative", x => Ops.Celu(x, 1.5f), -3, -0.1f),
        (nameof(Ops.Gelu), "exact", x => Ops.Gelu(x), -2, 2),
        (nameof(Ops.Gelu), "approximate", x => Ops.Gelu(x, approximate: true), -2, 2),
        (nameof(Ops.Relu), "positive", Ops.Relu, 0.1f, 2),
        (nameof(Ops.Relu), "negative", Ops.Relu, -2, -0.1f),
        (nameof(Ops.Relu), "below threshold", x => Ops.Relu(x, 0.1f, 2f, 0.5f), -2, 0.4f),
        (nameof(Ops.Relu), "above threshold", x => Ops.Relu(x, 0.1f, 2f, 0.5f), 0.6f, 1.9f),
        (nameof(Ops.Relu), "above maximum", x => Ops.Relu(x, 0.1f, 2f, 0.5f), 2.1f, 4),
        (nameof(Ops.LeakyRelu), "", x => Ops.LeakyRelu(x), -2, -0.1f),
        (nameof(Ops.Relu6), "inside", Ops.Relu6, 0.1f, 5.9f),
        (nameof(Ops.Relu6), "outside", Ops.Relu6, 6.1f, 8),
        (nameof(Ops.HardSigmoid), "inside", Ops.HardSigmoid, -2.9f, 2.9f),
        (nameof(Ops.HardSigmoid), "outside", Ops.HardSigmoid, 3.1f, 4),
        (nameof(Ops.HardTanh), "inside", Ops.HardTanh, -0.9f, 0.9f),
        (nameof(Ops.HardTanh), "outside", Ops.HardTanh, 1.1f, 2),
        (nameof(Ops.SparseSigmoid), "", Ops.SparseSigmoid, -0.9f, 0.9f),
        (nameof(Ops.SparsePlus), "bend", Ops.SparsePlus, -0.9f, 0.9f),
        (nameof(Ops.SparsePlus), "line", Ops.SparsePlus, 1.1f, 2),
        (nameof(Ops.HardSilu), "bend", Ops.HardSilu, -2.9f, 2.9f),
        (nameof(Ops.HardSilu), "line", Ops.HardSilu, 3.1f, 4),
        (nameof(Ops.HardShrink), "", x => Ops.HardShrink(x), 0.6f, 2),
        (nameof(Ops.HardShrink), "zero", x => Ops.HardShrink(x), -0.4f, 0.4f),
        (nameof(Ops.SoftShrink), "", x => Ops.SoftShrink(x), -2, -0.6f),
        (nameof(Ops.SoftShrink), "zero", x => Ops.SoftShrink(x), -0.4f, 0.4f),
        (nameof(Ops.Threshold), "", x => Ops.Threshold(x, 0.4f, -0.2f), 0.5f, 2),
        (nameof(Ops.Threshold), "below", x => Ops.Threshold(x, 0.4f, -0.2f), -2, 0.3f),
    ];

    /// <summary>Functions of two elements, with ranges on which they are smooth.</summary>
    public static readonly (string Name, Func<Tensor, Tensor, Tensor> Function, float XLow, float XHigh, float YLow, float YHigh)[] Binary =
    [
        (nameof(Ops.Add), Ops.Add, -2, 2, -2, 2),
        (nameof(Ops.Subtract), Ops.Subtract, -2, 2, -2, 2),
        (nameof(Ops.Multiply), Ops.Multiply, -2, 2, -2, 2),
        (nameof(Ops.Divide), Ops.Divide, -2, 2, 0.7f, 2),
        (nameof(Ops.Power), Ops.Power, 0.7f, 2, -2, 2),
        (nameof(Ops.Maximum), Ops.Maximum, -2, 0, 0.1f, 2),
        (nameof(Ops.Minimum), Ops.Minimum, -2, 0, 0.1f, 2),
        (nameof(Ops.Where), (x, y) => Ops.Where(Ops.Greater(Ops.StopGradient(x), -1f), x, y), -0.9f, 2, -2, 2),
    ];

    /// <summary>How the operands of a function of two elements can meet.</summary>
    public static readonly (string Kind, int[] X, int[] Y)[] Meetings =
    [
        ("same", [2, 3], [2, 3]), ("scalar", [2, 3], []), ("row", [2, 3], [3]), ("column", [2, 3], [2, 1]),
        ("both stretched", [2, 1], [1, 3]), ("leading", [2, 2, 3], [2, 3]), ("middle", [2, 1, 3], [2, 3]),
        ("scalar first", [], [2, 3]), ("row first", [3], [2, 3]), ("column first", [2, 1], [2, 3]), ("leading first", [3], [2, 2, 3]),
    ];

    public static IEnumerable<OpCase> All =>
    [
        .. Unary.Select(u => OpCase.Of(u.Name, u.Kind, [OpCase.Draw([2, 3], u.Low, u.High)], x => u.Function(x[0]))),
        .. Binary.SelectMany(b => Meetings.Select(m => OpCase.Of(
            b.Name, m.Kind, [OpCase.Draw(m.X, b.XLow, b.XHigh), OpCase.Draw(m.Y, b.YLow, b.YHigh, 2)], x => b.Function(x[0], x[1])))),
        .. ReductionCases.All,
        .. NormalizationCases.All,
        .. ShapeCases.All,
        .. ProductCases.All,
        .. ConvolutionCases.All,
        .. RecurrenceCases.All,
        .. AttentionCases.All,
    ];
}
