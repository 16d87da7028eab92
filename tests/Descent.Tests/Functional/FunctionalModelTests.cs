using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent.Tests.Functional;

public class FunctionalModelTests
{
    [Fact]
    public void Model_OneInputOneOutput_ComputesAsTheLayersDo()
    {
        var (first, second) = (new Dense(4, "relu"), new Dense(2));
        var inputs = Keras.Input([3]);
        var model = new Model(inputs, second.Apply(first.Apply(inputs)));
        var x = Numbers([5, 3]);
        Assert.Equal(second.Apply(first.Apply(x)).ToArray(), model.Predict(x).ToArray());
        Assert.Equal("functional", model.Name);
        Assert.Equal(["input_layer", "dense", "dense_1"], model.Layers.Select(l => l.Name));
        Assert.Equal(["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"], model.Weights.Select(w => w.Path));
        Assert.Equal([-1, 2], model.OutputShape!.ToArray());
    }

    [Fact]
    public void Apply_Symbolic_KnowsShapesAndComputesNothing()
    {
        // On data of this size the test would not end.
        var x = Keras.Input([40000, 40000]);
        var y = new Dense(3).Apply(new Reshape([40000, 1, 40000]).Apply(x));
        Assert.Equal([-1, 40000, 1, 3], y.Shape.ToArray());
        Assert.Equal([-1, -1, 8], new Dropout(0.5).Apply(Keras.Input([-1, 8])).Shape.ToArray());
    }

    [Fact]
    public void Apply_LayerOfTheUserWithUnknownSizes_KeepsThemUnknown() =>
        Assert.Equal([-1, -1, 16], new Doubled().Apply(Keras.Input([-1, 8])).Shape.ToArray());

    [Fact]
    public void Layer_Shared_HasOneSetOfWeights()
    {
        var shared = new Dense(4) { Name = "shared" };
        var (a, b) = (Keras.Input([3], name: "a"), Keras.Input([3], name: "b"));
        var model = new Model([a, b], shared.Apply(a) - shared.Apply(b));
        Assert.Equal(["shared/kernel", "shared/bias"], model.Weights.Select(w => w.Path));
        var (x, y) = (Numbers([2, 3]), Numbers([2, 3]) * 2f);
        Assert.Equal((shared.Apply(x) - shared.Apply(y)).ToArray(), model.Predict([x, y]).ToArray());
    }

    [Fact]
    public void Layer_SharedWithAnotherShape_IsRefused()
    {
        var shared = new Dense(4) { Name = "shared" };
        shared.Apply(Keras.Input([3]));
        var message = Assert.Throws<ArgumentException>(() => shared.Apply(Keras.Input([5]))).Message;
        Assert.Contains("Layer 'shared' was built for inputs of shape (None, 3)", message, StringComparison.Ordinal);
        Assert.Contains("(5, 4)", message, StringComparison.Ordinal);
        Assert.Equal([-1, 7, 4], shared.Apply(Keras.Input([7, 3])).Shape.ToArray());
    }

    [Fact]
    public void Model_UsedAsALayer_RunsInsideAnother()
    {
        var inner = Keras.Input([3]);
        var encoder = new Model(inner, new Dense(2, "tanh").Apply(inner), name: "encoder");
        var sequential = new Sequential([new Dense(4), new Dense(1)], name: "head");
        var x = Keras.Input([3]);
        var model = new Model(x, sequential.Apply(encoder.Apply(x)));
        Assert.Equal(["dense/kernel", "dense/bias", "head/dense/kernel", "head/dense/bias", "head/dense_1/kernel", "head/dense_1/bias"], model.Weights.Select(w => w.Path));
        var data = Numbers([4, 3]);
        Assert.Equal(sequential.Predict(encoder.Predict(data)).ToArray(), model.Predict(data).ToArray());

        encoder.Trainable = false;
        Assert.Equal(4, model.TrainableVariables.Count);
        model.Compile("sgd", "mse");
        var frozen = encoder.GetWeight("dense/kernel").ToArray();
        model.Fit(data, Tensor.Ones([4, 1]), verbose: 0);
        Assert.Equal(frozen, encoder.GetWeight("dense/kernel").ToArray());
    }

    [Fact]
    public void Model_OfTensorsInsideAnother_SharesItsLayers()
    {
        var x = Keras.Input([3]);
        var middle = new Dense(4, "tanh") { Name = "middle" }.Apply(x);
        var full = new Model(x, new Dense(1) { Name = "last" }.Apply(middle));
        var (features, rest) = (new Model(x, full.GetLayer("middle") is { } ? middle : x), new Model(middle, full.Outputs[0]));
        var data = Numbers([4, 3]);
        Assert.Equal(full.Predict(data).ToArray(), rest.Predict(features.Predict(data)).ToArray());
        Assert.Same(full.GetWeight("last/kernel"), rest.GetWeight("last/kernel"));
        Assert.Equal(["last/kernel", "last/bias"], rest.Weights.Select(w => w.Path));
        Golden.AssertSameJson(rest.GetConfig(), Model.FromConfig(rest.GetConfig()).GetConfig());
    }

    [Fact]
    public void Apply_WithTrainingFalse_KeepsTheLayerStill()
    {
        var x = Keras.Input([8]);
        var model = new Model(x, [new Dropout(0.5).Apply(x, training: false), new Dropout(0.5).Apply(x)]);
        var data = Tensor.Ones([2, 8]);
        var outputs = model.ApplyAll([data], training: true);
        Assert.Equal(data.ToArray(), outputs[0].ToArray());
        Assert.NotEqual(data.ToArray(), outputs[1].ToArray());
    }

    [Fact]
    public void Model_WithMasking_CarriesTheMaskThrough()
    {
        var (a, b) = (Keras.Input([3, 1]), Keras.Input([3, 1]));
        var sum = new Add().Apply([new Masking().Apply(a), new Masking().Apply(b)]);
        var model = new Model([a, b], [sum, new Concatenate().Apply([new Masking().Apply(a), b])]);
        var outputs = model.ApplyAll([Tensor.From([1f, 0, 0], [1, 3, 1]), Tensor.From([0f, 2, 0], [1, 3, 1])]);
        Assert.Equal([true, true, false], outputs[0].Mask!.AsBoolSpan().ToArray());
        Assert.Equal([true, true, true], outputs[1].Mask!.AsBoolSpan().ToArray());
    }

    [Fact]
    public void Merges_WithMasks_LookAtWhatCounts()
    {
        static Tensor Masked(params float[] values) => new Masking().Apply(Tensor.From(values, [1, values.Length, 1]));
        var inputs = new[] { Masked(-1, 0, 0), Masked(-3, -2, 0) };
        Assert.Equal([-1f, -2, 0], new Maximum().Apply(inputs).ToArray());
        Assert.Equal([-3f, -2, 0], new Minimum().Apply(inputs).ToArray());
        Assert.Equal([3f, -2, 0], new Multiply().Apply(inputs).ToArray());
        Assert.Equal([true, true, false], new Multiply().Apply(inputs).Mask!.AsBoolSpan().ToArray());
        Assert.Null(new Dot(2).Apply(inputs).Mask);
    }

    [Fact]
    public void Apply_MaskOfAnotherShape_IsRefused()
    {
        var message = Assert.Throws<ArgumentException>(() => new Masking().Apply(Numbers([2, 3, 1]), Tensor.From([true, false, true]), training: false)).Message;
        Assert.Contains("The mask of layer 'masking' must be bool, of the leading dimensions of its input of shape (2, 3, 1). Received: bool of shape (3,).", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_Disconnected_NamesWhatIsMissing()
    {
        var (a, b) = (Keras.Input([3], name: "a"), Keras.Input([3], name: "b"));
        var sum = new Add { Name = "sum" }.Apply([a, b]);
        var message = Assert.Throws<ArgumentException>(() => new Model(a, sum, name: "net")).Message;
        Assert.Equal("The graph of model 'net' is disconnected: Layer 'sum' needs 'b', which is not among the inputs: 'a'.", message);
        var (first, second) = (Keras.Input([3]), Keras.Input([3]));
        message = Assert.Throws<ArgumentException>(() => new Model(first, new Add { Name = "sum" }.Apply([first, second]), name: "net")).Message;
        Assert.EndsWith("not among the inputs: 'input_layer'. Another input has that name: tell them apart with Keras.Input(shape, name: \"…\").", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Model([a, a], sum));
        Assert.Throws<ArgumentException>(() => new Model([], sum));
    }

    [Fact]
    public void Model_TwoLayersOfOneName_IsRefused()
    {
        var x = Keras.Input([3]);
        var y = new Dense(2) { Name = "twice" }.Apply(new Dense(2) { Name = "twice" }.Apply(x));
        Assert.Contains("Received a second 'twice'", Assert.Throws<ArgumentException>(() => new Model(x, y)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merges_OfShapesThatDoNotFit_NameThem()
    {
        var (a, b) = (Keras.Input([3]), Keras.Input([4]));
        Assert.Contains("Layer 'sum' expects inputs of shapes that fit each other. Received shapes (None, 3), (None, 4).", Assert.Throws<ArgumentException>(() => new Add { Name = "sum" }.Apply([a, b])).Message, StringComparison.Ordinal);
        Assert.Contains("exactly 2 inputs", Assert.Throws<ArgumentException>(() => new Subtract().Apply([a, a, a])).Message, StringComparison.Ordinal);
        Assert.Contains("have the same batch, and the same size along axis 1 of the first and axis 1 of the second. Received shapes (None, 3), (None, 4).", Assert.Throws<ArgumentException>(() => new Dot(1).Apply([a, b])).Message, StringComparison.Ordinal);
        Assert.Contains("batch dimension", Assert.Throws<ArgumentException>(() => new Dot(0).Apply([a, a])).Message, StringComparison.Ordinal);
        Assert.Contains("are the same except along axis 1. Received shapes (None, 2, 3), (None, 2, 4).", Assert.Throws<ArgumentException>(() => new Concatenate(axis: 1).Apply([Keras.Input([2, 3]), Keras.Input([2, 4])])).Message, StringComparison.Ordinal);
        Assert.Contains("expects 1 input", Assert.Throws<ArgumentException>(() => new Dense(1).Apply([Numbers([2, 3]), Numbers([2, 3])])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_VeryDeep_DoesNotOverflowTheStack()
    {
        var x = Keras.Input([1]);
        var y = x;
        for (var i = 0; i < 20000; i++) y = new Rescaling(1) { Name = $"r{i}" }.Apply(y);
        Assert.Equal(20001, new LayerGraph(x, y, "deep").Layers.Count);
    }

    [Fact]
    public void GetWeight_ByPath_ReadsAndSets()
    {
        var model = new Sequential([new Dense(2) { InputShape = [1] }, new Dense(2)]);
        model.GetWeight("dense/bias").Assign(Tensor.From([1f, 2]));
        Assert.Equal([1f, 2], model.GetWeight("sequential/dense/bias").ToArray());
        Assert.Contains("which fits sequential/dense/kernel, sequential/dense_1/kernel", Assert.Throws<ArgumentException>(() => model.GetWeight("kernel")).Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean", Assert.Throws<ArgumentException>(() => model.GetWeight("dense/kernal")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Summary_OfAGraph_SaysWhatEachLayerReads()
    {
        var (a, b) = (Keras.Input([3], name: "a"), Keras.Input([3], name: "b"));
        var shared = new Dense(2) { Name = "shared" };
        var model = new Model([a, b], new Concatenate { Name = "both" }.Apply([shared.Apply(a), shared.Apply(b)]), name: "net");
        var text = new StringWriter();
        model.Summary(text);
        var summary = text.ToString();
        foreach (var expected in new[] { "Connected to", "shared[0][0]", "shared[1][0]", "a[0][0]", "(None, 4)", "Total params: 8", "both (Concatenate)" })
            Assert.Contains(expected, summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Subclass_WithTrackedLayers_TrainsAndSummarizes()
    {
        var model = new Residual();
        model.Compile("adam", "mse");
        var x = Numbers([8, 4]);
        var first = model.Evaluate(x, x * 2f).Loss;
        model.Fit(x, x * 2f, epochs: 20, verbose: 0);
        Assert.True(model.Evaluate(x, x * 2f).Loss < first);
        Assert.Equal(["residual/dense/kernel", "residual/dense/bias", "residual/dense_1/kernel", "residual/dense_1/bias"], model.Weights.Select(w => w.Path));
        var text = new StringWriter();
        model.Summary(text);
        Assert.Contains("dense_1 (Dense)", text.ToString(), StringComparison.Ordinal);
        Assert.Equal(4, ((Dense)model.GetLayer("dense_1")).Units);

        // It is a layer too, of a graph for instance.
        var input = Keras.Input([4]);
        Assert.Equal(model.Predict(x).ToArray(), new Model(input, model.Apply(input)).Predict(x).ToArray());
    }

    [Fact]
    public void Subclass_WithTwoInputsAndOutputs_TrainsOnBoth()
    {
        var model = new SumAndDifference();
        model.Compile("sgd", loss: ["mse", "mae"]);
        var history = model.Fit([Numbers([4, 2]), Numbers([4, 2])], [Tensor.Zeros([4, 2]), Tensor.Zeros([4, 2])], verbose: 0);
        Assert.Equal(["loss", "output_1_loss", "output_2_loss"], history.Metrics.Keys);
        Assert.Equal(2, model.PredictAll([Numbers([4, 2]), Numbers([4, 2])]).Count);
    }

    [Fact]
    public void Subclass_WithoutCall_SaysWhatToOverride() =>
        Assert.Contains("must override Call", Assert.Throws<InvalidOperationException>(() => new Empty().Predict(Numbers([2, 2]))).Message, StringComparison.Ordinal);

    private static Tensor Numbers(Shape shape) => Tensor.From([.. Enumerable.Range(0, shape.Size).Select(i => MathF.Sin(i * 1.7f))], shape);

    private sealed class Doubled : Layer
    {
        public override Tensor Call(Tensor x, bool training = false) => Ops.Concatenate([x, x]);
    }

    private sealed class Empty : Model
    {
    }

    private sealed class Residual : Model
    {
        private readonly Dense _inner, _outer;

        public Residual() => (_inner, _outer) = (Track(new Dense(3, "tanh")), Track(new Dense(4)));

        public override Tensor Call(Tensor x, bool training = false) => x + _outer.Apply(_inner.Apply(x, training), training);
    }

    private sealed class SumAndDifference : Model
    {
        private readonly Dense _shared;

        public SumAndDifference() => _shared = Track(new Dense(2));

        public override IReadOnlyList<Shape> ComputeOutputShapes(IReadOnlyList<Shape> inputShapes) => [inputShapes[0], inputShapes[0]];

        protected internal override IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, LayerCall call)
        {
            var (a, b) = (_shared.Apply(inputs[0]), _shared.Apply(inputs[1]));
            return [a + b, a - b];
        }
    }

    [Fact]
    public void CustomLayer_OverInputsOfUnknownSize_ForetellsWhatIsKnown()
    {
        Assert.Equal([-1, -1, 4], new ConvBlock().Apply(Keras.Input([-1, 8])).Shape.ToArray());
        Assert.Equal([-1, 7, 4], new ConvBlock().Apply(Keras.Input([9, 8])).Shape.ToArray());
        Assert.Equal([-1, -1, 16], new Halves().Apply(Keras.Input([-1, 8])).Shape.ToArray());
    }

    [Fact]
    public void CustomLayer_OfSeveralOutputs_GivesAllToSymbolicCalls()
    {
        var x = Keras.Input([3]);
        var outputs = new Both().ApplyAll([x]);
        Assert.Equal([[-1, 3], [-1, 6]], outputs.Select(o => o.Shape.ToArray()));
        var predicted = new Model(x, [.. outputs]).PredictAll(Tensor.Ones([2, 3]));
        Assert.Equal([2, 6], predicted[1].Shape.ToArray());
    }

    [Fact]
    public void CustomLayer_ThatTakesIntegers_GetsThem()
    {
        var ids = Tensor.From([1, 0, 2, 1], [2, 2]);
        Assert.Equal([3f, 2, 4, 3], new Lookup().Apply(ids).ToArray());
        var x = Keras.Input([2], dtype: DType.Int32);
        Assert.Equal([3f, 2, 4, 3], new Model(x, new Lookup().Apply(x)).Predict(ids).ToArray());
    }

    [Fact]
    public void CustomLayer_WhoseOperationRefusesTheInput_IsNamed()
    {
        var exception = Assert.Throws<ArgumentException>(() => new Halves { Name = "halves" }.Apply(Tensor.Zeros([1, 3, 2])));
        Assert.StartsWith("Layer 'halves' cannot work with its input of shape (1, 3, 2). ", exception.Message, StringComparison.Ordinal);
    }

    private sealed class Lookup : Layer
    {
        protected override bool TakesIntegers => true;

        public override Tensor Call(Tensor x, bool training = false) => Ops.Take(Tensor.From([2f, 3, 4]), x, 0);
    }

    private sealed class ConvBlock : Layer
    {
        private readonly Conv1D _convolution;

        public ConvBlock() => _convolution = Track(new Conv1D(4, 3));

        public override Tensor Call(Tensor x, bool training = false) => Ops.Relu(_convolution.Apply(x, training));
    }

    private sealed class Halves : Layer
    {
        public override Tensor Call(Tensor x, bool training = false) => Ops.Reshape(x, [x.Shape[0], x.Shape[1] / 2, 2 * x.Shape[2]]);
    }

    private sealed class Both : Layer
    {
        public override Tensor Call(Tensor x, bool training = false) => throw new NotSupportedException();

        protected internal override IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> inputs, LayerCall call) => [inputs[0], Ops.Concatenate([inputs[0], inputs[0]], -1)];
    }
}
