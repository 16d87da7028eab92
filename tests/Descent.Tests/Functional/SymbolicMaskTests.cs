using Descent.Layers;

namespace Descent.Tests.Functional;

// Symbolic tensors know whether they carry a mask, so that a layer which cannot do without one can be tried.
public class SymbolicMaskTests
{
    private static readonly Tensor Ids = Tensor.From([1, 2, 0, 0, 3, 0, 2, 1], [2, 4]);

    [Fact]
    public void LayerThatNeedsAMask_BehindAnEmbedding_IsAppliedInAGraph()
    {
        var inputs = Keras.Input([-1], dtype: DType.Int32);
        var x = new Embedding(10, 32) { MaskZero = true }.Apply(inputs);
        x = new Dense(1).Apply(x);
        var outputs = new TemporalSoftmax().Apply(x);
        Assert.Equal([-1, -1, 1], outputs.Shape.ToArray());
        var model = new Model(inputs, outputs);
        AssertShares(model.Predict(Ids));
        AssertShares(Layer.Deserialize(Registered(model)).Apply(Ids));

        // Inside another model and inside a layer, too.
        var outer = Keras.Input([4], dtype: DType.Int32);
        AssertShares(new Model(outer, model.Apply(outer)).Predict(Ids));
        var embedded = new Dense(1).Apply(new Embedding(10, 3) { MaskZero = true }.Apply(outer));
        AssertShares(new Model(outer, new Wrapped().Apply(embedded)).Predict(Ids));
    }

    [Fact]
    public void LayerThatNeedsAMask_InASequential_IsBuiltBeforeDataAndWithIt()
    {
        static Layer[] Layers() => [new Embedding(10, 3) { MaskZero = true }, new Dense(1), new TemporalSoftmax()];
        AssertShares(new Sequential([Keras.Input([4], dtype: DType.Int32), .. Layers()]).Predict(Ids));
        AssertShares(new Sequential(Layers()).Predict(Ids));

        // And when the mask comes from outside.
        var x = Keras.Input([4], dtype: DType.Int32);
        var inner = new Sequential([new Dense(1), new TemporalSoftmax()]);
        AssertShares(new Model(x, inner.Apply(new Embedding(10, 3) { MaskZero = true }.Apply(x))).Predict(Ids));
        var eager = new Sequential([new Dense(1), new Wrapped()]);
        AssertShares(eager.Apply(new Embedding(10, 3) { MaskZero = true }.Apply(Ids)));
    }

    [Fact]
    public void LayerThatNeedsAMask_WithoutOne_IsNamed()
    {
        var exception = Assert.ThrowsAny<ArgumentException>(() => new TemporalSoftmax().Apply(Keras.Input([4, 1])));
        Assert.Contains("needs a mask", exception.Message, StringComparison.Ordinal);
        var x = Keras.Input([4, 1]);
        var y = new TemporalSoftmax().Apply(x, Keras.Input([4], dtype: DType.Bool));
        Assert.Equal([-1, 4, 1], y.Shape.ToArray());
    }

    [Fact]
    public void MaskRank_OfLayersThatGivePassOrEndMasks_IsThatOfACall()
    {
        var ids = Keras.Input([4], dtype: DType.Int32);
        var embedded = new Embedding(5, 3) { MaskZero = true }.Apply(ids);
        Assert.Equal(2, embedded.MaskRank);
        Assert.Equal(0, new Embedding(5, 3).Apply(ids).MaskRank);
        Assert.Equal(2, new Masking().Apply(Keras.Input([4, 3])).MaskRank);
        Assert.Equal(2, new Dropout(0.5).Apply(embedded).MaskRank);
        Assert.Equal(0, new Conv1D(2, 1).Apply(embedded).MaskRank);
        Assert.Equal(0, new LSTM(2).Apply(embedded).MaskRank);
        Assert.Equal(0, new LSTM(2) { ReturnSequences = true }.Apply(embedded).MaskRank); // Keras ends it here
        Assert.Equal(2, new Add().Apply([embedded, embedded]).MaskRank);
        Assert.Equal(0, new Add().Apply([embedded, Keras.Input([4, 3])]).MaskRank);
        Assert.Equal(2, new OwnMask().Apply(Keras.Input([4, 3])).MaskRank);
        Assert.Equal(2, new Sequential([new Embedding(5, 3) { MaskZero = true }, new Dense(2)]).Apply(ids).MaskRank);
        Assert.Equal(2, new Model(ids, embedded).Apply(Keras.Input([4], dtype: DType.Int32)).MaskRank);
    }

    [Fact]
    public void MaskOfALayerInside_TravelsOn()
    {
        var embedded = new SpectralNormalization(new Embedding(5, 3) { MaskZero = true }).Apply(Keras.Input([4], dtype: DType.Int32));
        Assert.Equal(2, embedded.MaskRank);
    }

    [Fact]
    public void MaskThatALayerEnds_IsNotWrittenBehindIt()
    {
        var x = Keras.Input([4, 3]);
        var masked = new Masking().Apply(x);
        KerasRegistry.Register<EndsMask>("SymbolicMaskTests");
        Assert.Contains("\"mask\"", new Model(x, new LSTM(2).Apply(masked)).GetConfig().ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"mask\"", new Model(x, new LSTM(2).Apply(new EndsMask().Apply(masked))).GetConfig().ToJsonString(), StringComparison.Ordinal);
    }

    private sealed class EndsMask : Layer
    {
        public override bool SupportsMasking => true;

        public override Tensor Call(Tensor x, bool training = false) => x * 2f;

        public override Tensor? ComputeMask(Tensor x, Tensor? mask) => null;

        public static EndsMask FromConfig(System.Text.Json.Nodes.JsonObject config) => new();
    }

    private static System.Text.Json.Nodes.JsonObject Registered(Model model)
    {
        KerasRegistry.Register<TemporalSoftmax>("SymbolicMaskTests");
        return model.Serialize();
    }

    // What is masked has no share, and the shares of the others add up to 1.
    private static void AssertShares(Tensor y)
    {
        var shares = y.ToArray();
        foreach (var masked in (int[])[2, 3, 5]) Assert.Equal(0, shares[masked]);
        Assert.Equal(1, shares[0] + shares[1], 1e-6);
        Assert.Equal(1, shares[4] + shares[6] + shares[7], 1e-6);
    }

    // As the Keras guide has it.
    private sealed class TemporalSoftmax : Layer
    {
        public TemporalSoftmax()
        {
        }

        private TemporalSoftmax(System.Text.Json.Nodes.JsonObject config)
            : base(config)
        {
        }

        public override bool SupportsMasking => true;

        public override Tensor Call(Tensor x, bool training = false) => Call(x, null, training);

        protected internal override Tensor Call(Tensor x, Tensor? mask, bool training)
        {
            var counts = Ops.ExpandDims(Ops.Cast(mask ?? throw new ArgumentException($"Layer '{Name}' needs a mask."), DType.Float32), -1);
            var e = Ops.Exp(x) * counts;
            return e / Ops.Sum(e, [1], keepDimensions: true);
        }

        public static TemporalSoftmax FromConfig(System.Text.Json.Nodes.JsonObject config) => new(config);
    }

    private sealed class Wrapped : Layer
    {
        private readonly Dense _dense;
        private readonly TemporalSoftmax _softmax;

        public Wrapped() => (_dense, _softmax) = (Track(new Dense(1)), Track(new TemporalSoftmax()));

        public override Tensor Call(Tensor x, bool training = false) => _softmax.Apply(_dense.Apply(x));
    }

    private sealed class OwnMask : Layer
    {
        public override Tensor Call(Tensor x, bool training = false) => x * 2f;

        public override Tensor? ComputeMask(Tensor x, Tensor? mask) => Ops.Any(Ops.NotEqual(x, 0f), [-1]);

        public override Shape ComputeOutputShape(Shape inputShape) => inputShape;
    }
}
