using Descent.Layers;

namespace Descent.KerasCheck;

/// <summary>Models as users of Descent write them, of all families of layers.</summary>
internal static class Models
{
    /// <summary>Each with inputs, and whether training it is compared too (random numbers differ).</summary>
    public static IEnumerable<Func<(Model Model, Tensor[] Inputs, bool Trains)>> All =>
    [
        () => (new Sequential([new Dense(8, "relu") { InputShape = [6], KernelRegularizer = "l2" }, new BatchNormalization(), new Dense(4, "tanh") { BiasConstraint = "non_neg" }, new LayerNormalization(), new Dense(2)], name: "mlp"), [Numbers(5, 6)], true),
        () => (new Sequential([new Dense(4), new Dropout(0.5), new GaussianNoise(0.1), new Sequential([new Dense(3), new ELU(), new PReLU(), new LeakyReLU(0.2)], name: "inner"), new Softmax()], name: "late"), [Numbers(5, 6)], false),
        () => (Images(), [Numbers(2, 8, 8, 4)], true),
        () => (Volumes(), [Numbers(2, 4, 4, 4, 2)], true),
        () => (Signals(), [Numbers(2, 12, 4)], true),
        () => (Sequences(), [Numbers(3, 5, 4)], true),
        () => (Masked(), [Tensor.From([3, 1, 4, 0, 0, 2, 0, 5, 6, 1], [2, 5])], true),
        () => (Shared(), [Numbers(3, 4), Numbers(3, 4)], true),
        () => (Transformer(), [Tensor.From([3, 1, 4, 7, 0, 2, 0, 5, 6, 1], [2, 5]), Numbers(2, 5, 8)], true),
        () => (NamedEnds(), [Numbers(3, 4), Numbers(3, 2)], true),
        () => (States(), [Numbers(2, 5, 4)], true),
        () => (Categories(), [Tensor.From([3, 1, 4, 7], [4, 1]), Numbers(4, 3)], true),
        () => (ConvolvedSequences(), [Numbers(2, 3, 5, 5, 2)], true),
        () => (Operators(), [Numbers(3, 4)], true),
    ];

    private static Sequential Images() => new(
    [
        new InputLayer([8, 8, 4]), new Rescaling(0.5, -0.1), new Conv2D(6, 3, "relu") { Padding = "same", Strides = (2, 1), Groups = 2 }, new BatchNormalization { Momentum = 0.9 },
        new MaxPooling2D((1, 2)) { Padding = "same" }, new DepthwiseConv2D(2) { DepthMultiplier = 2 }, new SeparableConv2D(5, 2, "swish"), new UpSampling2D((2, 1)) { Interpolation = "bilinear" },
        new ZeroPadding2D(((1, 0), (0, 2))), new Cropping2D(((1, 0), (0, 1))), new Conv2DTranspose(3, 3) { Strides = (2, 2), Padding = "same" }, new GroupNormalization(1), new ReLU(),
        new AveragePooling2D(2), new GlobalAveragePooling2D(), new Dense(2),
    ], name: "images");

    private static Sequential Volumes() => new(
    [
        new InputLayer([4, 4, 4, 2]), new Conv3D(4, 2, "gelu") { Padding = "same" }, new MaxPooling3D(2), new Conv3DTranspose(3, 2) { Strides = 2 }, new UpSampling3D(2), new AveragePooling3D(2),
        new ZeroPadding3D(1), new Cropping3D(1), new GlobalMaxPooling3D(), new UnitNormalization(), new Dense(1),
    ], name: "volumes");

    private static Sequential Signals() => new(
    [
        new InputLayer([12, 4]), new Conv1D(6, 3, "relu") { Padding = "causal", DilationRate = 2 }, new SeparableConv1D(4, 2), new DepthwiseConv1D(2), new ZeroPadding1D((1, 2)), new Cropping1D((1, 0)),
        new Conv1DTranspose(3, 2) { Strides = 2 }, new MaxPooling1D(2), new UpSampling1D(2), new AveragePooling1D(2), new RMSNormalization(), new Permute([2, 1]), new Reshape([-1, 3]),
        new GlobalMaxPooling1D(), new RepeatVector(2), new Flatten(), new Dense(2, "softmax"),
    ], name: "signals");

    private static Sequential Sequences() => new(
    [
        new InputLayer([5, 4]), new Masking(0.25), new Bidirectional(new LSTM(3) { ReturnSequences = true }), new Bidirectional(new GRU(2) { ReturnSequences = true }) { MergeMode = "sum" },
        new TimeDistributed(new Dense(3, "tanh")), new SimpleRNN(4) { ReturnSequences = true, GoBackwards = true }, new RNN([new LSTMCell(3), new GRUCell(2)]) { ReturnSequences = true },
        new GRU(3) { ResetAfter = false }, new Dense(1),
    ], name: "sequences");

    private static Model Masked()
    {
        var x = Keras.Input([5], dtype: DType.Int32, name: "ids");
        var embedded = new Embedding(9, 4) { MaskZero = true }.Apply(x);
        var both = new Concatenate().Apply([embedded, new Dense(2, "relu").Apply(embedded)]);
        return new Model(x, [new LSTM(3).Apply(both), new GlobalAveragePooling1D().Apply(both)], name: "masked");
    }

    private static Model Shared()
    {
        var (a, b) = (Keras.Input([4], name: "a"), Keras.Input([4], name: "b"));
        var inner = Keras.Input([4]);
        var nested = new Model(inner, new Dense(4, "sigmoid").Apply(new Dense(3).Apply(inner)), name: "nested");
        var shared = new Dense(4, "relu") { Name = "shared" };
        var (left, right) = (nested.Apply(shared.Apply(a)), nested.Apply(shared.Apply(b)));
        var merged = new Subtract().Apply([new Multiply().Apply([left, right]), new Maximum().Apply([left, new Minimum().Apply([a, right])])]);
        var dot = new Dot(1) { Normalize = true }.Apply([left, right]);
        return new Model([a, b], [new Average().Apply([merged, shared.Apply(merged)]), dot], name: "twins");
    }

    private static Model Transformer()
    {
        var ids = Keras.Input([5], dtype: DType.Int32);
        var memory = Keras.Input([5, 8]);
        var x = new Embedding(9, 8).Apply(ids);
        var attended = new MultiHeadAttention(2, 4).Apply([x, x], new LayerCall { UseCausalMask = true });
        x = new LayerNormalization().Apply(new Add().Apply([x, attended]));
        x = new Add().Apply([x, new MultiHeadAttention(2, 3) { ValueDim = 4 }.Apply([x, memory])]);
        x = new Add().Apply([x, new GroupQueryAttention(4, 4, 2).Apply([x, memory])]);
        x = new Attention { UseScale = true }.Apply([x, memory]);
        x = new AdditiveAttention().Apply([x, memory]);
        x = new EinsumDense("abc,cd->abd", [-1, 3]) { BiasAxes = "d", Activation = "gelu" }.Apply(x);
        return new Model([ids, memory], x, name: "transformer");
    }

    private static Model NamedEnds()
    {
        var (left, right) = (Keras.Input([4], name: "left"), Keras.Input([2], name: "right"));
        var both = new Concatenate().Apply([left, right]);
        return new Model(
            new() { ["left"] = left, ["right"] = right },
            new() { ["sum"] = new Dense(1) { Name = "sum_head" }.Apply(both), ["kind"] = new Dense(3, "softmax") { Name = "kind_head" }.Apply(both) }, name: "named");
    }

    private static Model States()
    {
        var x = Keras.Input([5, 4]);
        var states = new LSTM(3) { ReturnState = true, ReturnSequences = true }.ApplyAll([x]);
        var decoded = new LSTM(3) { ReturnSequences = true }.Apply([x, states[1], states[2]]);
        return new Model(x, [decoded, new GRU(3).Apply([states[0], states[1]])], name: "states");
    }

    private static Model Categories()
    {
        var kind = Keras.Input([1], dtype: DType.Int32);
        var values = Keras.Input([3]);
        var normalized = new Normalization { Mean = [0.1, 0.2, 0.3], Variance = [1, 2, 3] }.Apply(values);
        var hot = new CategoryEncoding(9) { OutputMode = "one_hot" }.Apply(kind);
        var looked = new Flatten().Apply(new Embedding(8, 2).Apply(new Identity().Apply(kind)));
        var buckets = new Embedding(4, 2).Apply(new Discretization([-0.5, 0.1, 0.7]).Apply(values));
        return new Model([kind, values], new Dense(1).Apply(new Concatenate().Apply([normalized, hot, looked, new Flatten().Apply(buckets)])), name: "categories");
    }

    private static Sequential ConvolvedSequences() => new(
    [
        new InputLayer([3, 5, 5, 2]), new ConvLSTM2D(2, (2, 3)) { Padding = "same", ReturnSequences = true }, new TimeDistributed(new Conv2D(2, 2, "relu")), new Bidirectional(new ConvLSTM2D(2, 2)),
        new Flatten(), new ActivityRegularization(l2: 0.01), new Dense(1),
    ], name: "convolved");

    private static Model Operators()
    {
        var x = Keras.Input([4]);
        var y = new Dense(4).Apply(x);
        return new Model(x, (x + y) * y - x * 2.0 + 1.0, name: "operators");
    }

    private static Tensor Numbers(params int[] shape) => Tensor.From([.. Enumerable.Range(0, shape.Aggregate((a, b) => a * b)).Select(i => MathF.Sin(i * 1.7f))], shape);
}
