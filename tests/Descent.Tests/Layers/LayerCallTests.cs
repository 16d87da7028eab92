using Descent.Layers;

namespace Descent.Tests.Layers;

// What a call is given beside its input, and what is said about it.
public class LayerCallTests
{
    private static readonly Tensor X = Tensor.Ones([2, 3, 4]);

    public static TheoryData<string, int> BadMasks() => new()
    {
        { "LSTM", 1 }, { "LSTM", 3 }, { "Bidirectional", 1 }, { "Bidirectional", 3 }, { "TimeDistributed", 1 }, { "GlobalAveragePooling1D", 1 }, { "GlobalAveragePooling1D", 3 },
        { "Dropout", 0 },
    };

    [Theory]
    [MemberData(nameof(BadMasks))]
    public void Apply_MaskOfAnotherRank_IsRefused(string kind, int rank)
    {
        Layer layer = kind switch
        {
            "LSTM" => new LSTM(2),
            "Bidirectional" => new Bidirectional(new LSTM(2)),
            "TimeDistributed" => new TimeDistributed(new Dense(2)),
            "Dropout" => new Dropout(0.5),
            _ => new GlobalAveragePooling1D(),
        };
        var mask = Ops.Equal(Tensor.Zeros(X.Shape[..rank]), 0f);
        var message = Assert.Throws<ArgumentException>(() => layer.Apply(X, mask)).Message;
        Assert.StartsWith($"The mask of layer '{layer.Name}' must be bool, of the ", message, StringComparison.Ordinal);
        Assert.Contains($"of its input of shape (2, 3, 4). Received: bool of shape {mask.Shape}.", message, StringComparison.Ordinal);
        if (rank > 0)
        {
            var symbolic = Assert.Throws<ArgumentException>(() => layer.Apply(Keras.Input([3, 4]), Keras.Input(X.Shape[1..rank], dtype: DType.Bool))).Message;
            Assert.StartsWith($"The mask of layer '{layer.Name}' must be bool, of the ", symbolic, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Apply_SymbolicMaskOfAnotherLength_IsRefused()
    {
        var x = Keras.Input([3, 4]);
        Assert.Contains(
            "must be bool, of the 2 leading dimensions of its input of shape (None, 3, 4). Received: bool of shape (None, 5).",
            Assert.Throws<ArgumentException>(() => new LSTM(2).Apply(x, Keras.Input([5], dtype: DType.Bool))).Message,
            StringComparison.Ordinal);
        Assert.Equal([-1, 2], new LSTM(2).Apply(x, Keras.Input([-1], dtype: DType.Bool)).Shape.ToArray());
    }

    [Fact]
    public void Apply_OptionThatTheLayerDoesNotHave_IsRefused()
    {
        var x = Keras.Input([3, 4]);
        AssertRefused("Layer 'dense' does not have the options of its call. Received: UseCausalMask.", () => new Dense(2).Apply([x], new LayerCall { UseCausalMask = true }));
        AssertRefused("Layer 'dense' does not have the options of its call. Received: UseCausalMask, ReturnAttentionScores.", () => new Dense(2).Apply([X], new LayerCall { UseCausalMask = true, ReturnAttentionScores = true }));
        AssertRefused("Layer 'attention' does not have the options of its call. Received: AttentionMask.", () => new Attention().Apply([X, X], new LayerCall { AttentionMask = Ops.Equal(X, X) }));
        Assert.Equal(2, new Attention().ApplyAll([x, x], new LayerCall { UseCausalMask = true, ReturnAttentionScores = true }).Count);
    }

    [Fact]
    public void Apply_SymbolicInputThatDoesNotFit_NamesTheLayer()
    {
        AssertRefused(
            "Layer 'halves' cannot work with its input of shape (None, 3, 4). ",
            () => new Lambda(x => Ops.Reshape(x, [7, 11])) { Name = "halves" }.Apply(Keras.Input([3, 4])));
    }

    [Fact]
    public void Lambda_FunctionThatReturnsNothing_SaysSo() => Assert.Equal(
        "The function of layer 'lambda' must return a tensor. Received: null.",
        Assert.Throws<InvalidOperationException>(() => new Lambda(_ => null!).Apply(X)).Message);

    private static void AssertRefused(string message, Action action) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(action).Message, StringComparison.Ordinal);
}
