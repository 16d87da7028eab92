using Descent.Layers;

namespace Descent.Tests.Layers;

public class AttentionTests
{
    private static readonly Tensor X = Draw([2, 4, 6]);

    [Fact]
    public void MultiHeadAttention_Masks_HideKeys()
    {
        var attention = new MultiHeadAttention(2, 3);
        attention.Apply([X, X]);
        var mask = Tensor.From([true, true, false, false, true, true, true, true], [2, 4]);
        var y = attention.ApplyAll([X, X], new LayerCall(false, [null, mask]))[0];
        var shortened = attention.Apply([Ops.Slice(X, ..1), Ops.Slice(X, ..1, ..2)]);
        Golden.AssertClose(shortened.AsSpan(), Ops.Slice(y, ..1).AsSpan(), 1e-6);

        // The same as a mask of pairs.
        var pairs = Ops.BroadcastTo(Ops.ExpandDims(mask, 1), [2, 4, 4]);
        Assert.Equal(y.ToArray(), attention.ApplyAll([X, X], new LayerCall(false) { AttentionMask = pairs })[0].ToArray());
        Assert.Same(mask, attention.ApplyAll([X, X], new LayerCall(false, [mask, null]))[0].Mask);
    }

    [Fact]
    public void MultiHeadAttention_SlidingWindow_IsABandOfPairs()
    {
        var band = new MultiHeadAttention(2, 3) { SlidingWindow = 2 };
        var full = new MultiHeadAttention(2, 3);
        band.Apply([X, X]);
        full.EnsureBuilt([X.Shape, X.Shape]);
        full.SetWeights(band.GetWeights());
        var near = Tensor.From([.. Enumerable.Range(0, 16).Select(i => Math.Abs(i / 4 - i % 4) < 2)], [4, 4]);
        Golden.AssertClose(full.ApplyAll([X, X], new LayerCall(false) { AttentionMask = near })[0].AsSpan(), band.Apply([X, X]).AsSpan(), 1e-6);
    }

    [Fact]
    public void MultiHeadAttention_OverOneOfTwoAxes_IsTheSameForEachPlaceOfTheOther()
    {
        var x = Draw([2, 3, 4, 6]);
        var attention = new MultiHeadAttention(2, 3) { AttentionAxes = [2] };
        var y = attention.ApplyAll([x, x], new LayerCall(false) { ReturnAttentionScores = true });
        Assert.Equal([2, 3, 2, 4, 4], y[1].Shape.ToArray());
        var plain = new MultiHeadAttention(2, 3);
        plain.EnsureBuilt([X.Shape, X.Shape]);
        plain.SetWeights(attention.GetWeights());
        for (var place = 0; place < 3; place++)
        {
            var row = Ops.Squeeze(Ops.Slice(x, .., place..(place + 1)), [1]);
            Golden.AssertClose(plain.Apply([row, row]).AsSpan(), Ops.Squeeze(Ops.Slice(y[0], .., place..(place + 1)), [1]).ToArray(), 1e-6);
        }

        var whole = new MultiHeadAttention(2, 3);
        Assert.Equal([2, 3, 4, 6], whole.Apply([x, x]).Shape.ToArray());
        Assert.Equal([1, 2], whole.AttentionAxes!);
    }

    [Fact]
    public void MultiHeadAttention_Dropout_ActsInTrainingOnly()
    {
        var attention = new MultiHeadAttention(2, 3) { Dropout = 0.5, Seed = 1 };
        var y = attention.Apply([X, X]).ToArray();
        Assert.Equal(y, attention.Apply([X, X]).ToArray());
        Assert.NotEqual(y, attention.Apply([X, X], training: true).ToArray());
    }

    [Fact]
    public void GroupQueryAttention_WithAGroupForEachHead_IsMultiHeadAttention()
    {
        var many = new MultiHeadAttention(4, 3) { UseGate = true };
        var groups = new GroupQueryAttention(3, 4, 4) { UseGate = true };
        many.Apply([X, X]);
        groups.EnsureBuilt([X.Shape, X.Shape]);
        groups.SetWeights(many.GetWeights());
        Assert.Equal(many.Apply([X, X]).ToArray(), groups.Apply([X, X]).ToArray());
        Assert.Equal("grouped_query_attention/query/kernel", groups.Weights[0].Path);
        Assert.Equal("GroupQueryAttention", (string?)groups.Serialize()["class_name"]);
    }

    [Fact]
    public void GroupQueryAttention_SharedKeys_AreThoseOfTheirGroup()
    {
        var layer = new GroupQueryAttention(3, 4, 2);
        layer.EnsureBuilt([X.Shape, X.Shape]);
        var call = new LayerCall(false) { UseCausalMask = true, ReturnAttentionScores = true };
        var composed = layer.ApplyAll([X, X], call);
        var fused = layer.Apply([X, X], new LayerCall(false) { UseCausalMask = true });
        Golden.AssertClose(composed[0].AsSpan(), fused.AsSpan(), 1e-6);
        Assert.Equal([2, 4, 4, 4], composed[1].Shape.ToArray());
        Assert.Equal([6, 2, 3], layer.Weights[2].Shape.ToArray());
    }

    [Fact]
    public void Attention_Masks_HideValuesAndZeroQueries()
    {
        var (query, value) = (Draw([2, 3, 4]), Draw([2, 5, 4], 1));
        var values = Tensor.From([true, true, true, false, false, true, true, true, true, true], [2, 5]);
        var queries = Tensor.From([true, false, true, true, true, true], [2, 3]);
        foreach (var layer in (Layer[])[new Attention(), new Attention { ScoreMode = "concat" }, new AdditiveAttention { UseScale = false }])
        {
            var y = layer.ApplyAll([query, value], new LayerCall(false, [queries, values]))[0];
            var shortened = layer.Apply([Ops.Slice(query, ..1), Ops.Slice(value, ..1, ..3)]).ToArray();
            Golden.AssertClose(shortened.AsSpan(0, 4), y.AsSpan()[..4], 1e-6);
            Assert.All(y.ToArray()[4..8], v => Assert.Equal(0, v));
            Assert.Same(queries, y.Mask);
        }
    }

    [Fact]
    public void MultiHeadAttention_InputItWasNotBuiltFor_IsNamed()
    {
        var attention = new MultiHeadAttention(2, 3);
        attention.Apply([X, Draw([2, 5, 7])]);
        string Refusal(params Tensor[] inputs) => Assert.Throws<ArgumentException>(() => attention.Apply(inputs)).Message;
        Assert.Equal("Layer 'multi_head_attention' expects a query of shape (None, 4, 6), for which it was built. Received shape (2, 4, 7).", Refusal(Draw([2, 4, 7]), Draw([2, 5, 7])));
        Assert.Equal("Layer 'multi_head_attention' expects a value of shape (None, 5, 7), for which it was built. Received shape (2, 4, 6).", Refusal(X, X));
        Assert.Equal("Layer 'multi_head_attention' expects a key of shape (None, 5, 7), for which it was built. Received shape (2, 5, 6).", Refusal(X, Draw([2, 5, 7]), Draw([2, 5, 6])));
        Assert.Contains("expects a value", Assert.Throws<ArgumentException>(() => attention.Apply([Keras.Input([4, 6]), Keras.Input([5, 8])])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Attention_BadInput_IsNamed()
    {
        Assert.Contains("Layer 'attention' expects a query, a value", Assert.Throws<ArgumentException>(() => new Attention().Apply(X)).Message, StringComparison.Ordinal);
        Assert.Contains("Received shapes (None, 4, 6), (None, 5, 7)", Assert.Throws<ArgumentException>(() => new Attention().Apply([X, Draw([2, 5, 7])])).Message, StringComparison.Ordinal);
        Assert.Contains("Layer 'multi_head_attention' expects a query", Assert.Throws<ArgumentException>(() => new MultiHeadAttention(2, 3).Apply([X, Draw([2, 6])])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiHeadAttention(0, 3));
        Assert.Throws<ArgumentException>(() => new GroupQueryAttention(3, 4, 3));
        Assert.Throws<ArgumentException>(() => new Attention { ScoreMode = "dots" });
        Assert.Throws<ArgumentException>(() => new MultiHeadAttention(2, 3) { FlashAttention = true, Dropout = 0.1 }.Apply([X, X]));
        Assert.Contains("must be bool and broadcast to", Assert.Throws<ArgumentException>(() => new MultiHeadAttention(2, 3).ApplyAll([X, X], new LayerCall(false) { AttentionMask = Tensor.From([true, false], [2]) })).Message, StringComparison.Ordinal);
    }

    private static Tensor Draw(Shape shape, int seed = 0) => Tensor.From([.. Enumerable.Range(0, shape.Size).Select(i => MathF.Sin((i + 7 * seed) * 1.7f))], shape);
}
