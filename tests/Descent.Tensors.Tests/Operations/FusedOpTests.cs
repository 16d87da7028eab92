using Descent.Tests.Gradients;
using Descent.Tests.Threading;
using Descent.Threading;

namespace Descent.Tests.Operations;

/// <summary>Fused operations beside the same operations composed of ordinary ones, at sizes that fill blocks and leave rests.</summary>
[Collection(ThreadCountTests.Name)]
public sealed class FusedOpTests : IDisposable
{
    private readonly int _count = Workers.Count;

    public void Dispose() => Workers.SetCount(_count);

    public static TheoryData<int, int, int, int, int, bool, bool> Attentions => new()
    {
        // batch, queries, keys, heads, groups, causal, masked
        { 2, 64, 64, 4, 4, false, false },
        { 1, 130, 130, 2, 1, true, false },
        { 1, 70, 1500, 2, 2, false, true },
        { 2, 200, 90, 3, 3, true, true },
        { 1, 1, 17, 2, 2, false, false },
    };

    [Theory]
    [MemberData(nameof(Attentions))]
    public void Attention_AnySize_EqualsTheComposedOne(int batch, int queries, int keys, int heads, int groups, bool causal, bool masked)
    {
        Tensor[] inputs = [OpCase.Draw([batch, queries, heads, 20], -1, 1), OpCase.Draw([batch, keys, groups, 20], -1, 1, 2), OpCase.Draw([batch, keys, groups, 17], -1, 1, 3)];
        var mask = masked ? Ops.Greater(OpCase.Draw([batch, 1, queries, keys], -1, 1, 4), 0.5f) : null;
        AssertSame(
            inputs, 2e-5,
            t => Ops.DotProductAttention(t[0], t[1], t[2], mask, isCausal: causal),
            t => Ops.ComposedAttention(t[0], t[1], t[2], mask, isCausal: causal).Output);
    }

    public static TheoryData<int> Recurrences => [.. Enumerable.Range(0, RecurrenceCases.Kinds.Length)];

    [Theory]
    [MemberData(nameof(Recurrences))]
    public void Recurrence_LargeBatch_EqualsTheComposedOne(int kind)
    {
        var (_, gates, _, run) = RecurrenceCases.Kinds[kind];
        const int Batch = 37, Time = 9, Units = 33;
        var bias = RecurrenceCases.Kinds[kind].Bias is { Rank: 2 } ? Shape.Create(2, gates * Units) : Shape.Create(gates * Units);
        var inputs = RecurrenceCases.Inputs(gates, bias, Batch, Time, 5, Units);
        var options = new RecurrenceOptions(Sequences: true, Carry: true, Reversed: false, Ops.Greater(OpCase.Draw([Batch, Time], -1, 1, 7), -0.5f));

        // A gradient that is recorded is taken from the composed operation: it differs if one of the two forms is wrong.
        var fused = NumericGradient.Of(inputs, t => [run(RecurrenceCases.Pack(t), options)]);
        Tensor?[] composed;
        using (var outer = new GradientTape())
        {
            foreach (var input in inputs) outer.Watch(input);
            composed = NumericGradient.Of(inputs, t => [run(RecurrenceCases.Pack(t), options)]);
        }

        for (var i = 0; i < inputs.Length; i++) Golden.AssertClose(composed[i]!.AsSpan(), fused[i]!.AsSpan(), 1e-4, $"gradient {i}");
    }

    private static void AssertSame(Tensor[] inputs, double tolerance, Func<Tensor[], Tensor> fused, Func<Tensor[], Tensor> composed)
    {
        Golden.AssertClose(composed(inputs).AsSpan(), fused(inputs).AsSpan(), tolerance, "output");
        var (expected, actual) = (NumericGradient.Of(inputs, t => [composed(t)]), NumericGradient.Of(inputs, t => [fused(t)]));
        for (var i = 0; i < inputs.Length; i++) Golden.AssertClose(expected[i]!.AsSpan(), actual[i]!.AsSpan(), tolerance, $"gradient {i}");

        Workers.SetCount(1);
        var one = NumericGradient.Of(inputs, t => [fused(t)]);
        Workers.SetCount(3);
        var three = NumericGradient.Of(inputs, t => [fused(t)]);
        for (var i = 0; i < inputs.Length; i++) Assert.Equal(one[i]!.ToArray(), three[i]!.ToArray());
    }
}
