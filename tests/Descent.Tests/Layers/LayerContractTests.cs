using System.Text.Json.Nodes;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Tests.Data;

namespace Descent.Tests.Layers;

/// <summary>What must hold of every layer, found by reflection: a new layer needs an entry here and no further code.</summary>
public class LayerContractTests
{
    private static readonly Dictionary<Type, Func<Layer>> Makers = new()
    {
        [typeof(InputLayer)] = () => new InputLayer([6]),
        [typeof(Dense)] = () => new Dense(3, "tanh") { KernelInitializer = "he_normal", KernelRegularizer = "l2", BiasConstraint = "non_neg" },
        [typeof(Activation)] = () => new Activation("swish"),
        [typeof(Dropout)] = () => new Dropout(0.5) { Seed = 3 },
        [typeof(Flatten)] = () => new Flatten(),
        [typeof(Reshape)] = () => new Reshape([2, -1]),
        [typeof(Normalization)] = () => new Normalization(),
        [typeof(Masking)] = () => new Masking(0.5),
        [typeof(Add)] = () => new Add(),
        [typeof(Subtract)] = () => new Subtract(),
        [typeof(Multiply)] = () => new Multiply(),
        [typeof(Average)] = () => new Average(),
        [typeof(Maximum)] = () => new Maximum(),
        [typeof(Minimum)] = () => new Minimum(),
        [typeof(Concatenate)] = () => new Concatenate(),
        [typeof(Dot)] = () => new Dot(1),
        [typeof(Rescaling)] = () => new Rescaling(0.5, -1),
        [typeof(Lambda)] = () => new Lambda(x => x * 2f),
        [typeof(Conv1D)] = () => new Conv1D(4, 2, "tanh") { Padding = "same", Groups = 2, KernelRegularizer = "l2", BiasConstraint = "non_neg" },
        [typeof(Conv1DTranspose)] = () => new Conv1DTranspose(3, 2) { Strides = 2, OutputPadding = 1 },
        [typeof(Conv2D)] = () => new Conv2D(4, 2, "tanh") { Padding = "same", Groups = 2, KernelRegularizer = "l2", BiasConstraint = "non_neg" },
        [typeof(Conv2DTranspose)] = () => new Conv2DTranspose(3, 2) { Strides = 2, OutputPadding = 1 },
        [typeof(Conv3D)] = () => new Conv3D(4, 2, "tanh") { Padding = "same", Groups = 2, KernelRegularizer = "l2", BiasConstraint = "non_neg" },
        [typeof(Conv3DTranspose)] = () => new Conv3DTranspose(3, 2) { Strides = 2, OutputPadding = 1 },
        [typeof(DepthwiseConv1D)] = () => new DepthwiseConv1D(2) { DepthMultiplier = 2, DepthwiseRegularizer = "l2" },
        [typeof(SeparableConv1D)] = () => new SeparableConv1D(3, 2, "relu") { DilationRate = 2, PointwiseConstraint = "max_norm" },
        [typeof(DepthwiseConv2D)] = () => new DepthwiseConv2D(2) { DepthMultiplier = 2, DepthwiseRegularizer = "l2" },
        [typeof(SeparableConv2D)] = () => new SeparableConv2D(3, 2, "relu") { DilationRate = 2, PointwiseConstraint = "max_norm" },
        [typeof(MaxPooling1D)] = () => new MaxPooling1D(2) { Strides = 1, Padding = "same" },
        [typeof(GlobalMaxPooling1D)] = () => new GlobalMaxPooling1D { KeepDims = false },
        [typeof(MaxPooling2D)] = () => new MaxPooling2D(2) { Strides = 1, Padding = "same" },
        [typeof(GlobalMaxPooling2D)] = () => new GlobalMaxPooling2D { KeepDims = true },
        [typeof(MaxPooling3D)] = () => new MaxPooling3D(2) { Strides = 1, Padding = "same" },
        [typeof(GlobalMaxPooling3D)] = () => new GlobalMaxPooling3D { KeepDims = false },
        [typeof(AveragePooling1D)] = () => new AveragePooling1D(2) { Strides = 1, Padding = "same" },
        [typeof(GlobalAveragePooling1D)] = () => new GlobalAveragePooling1D { KeepDims = false },
        [typeof(AveragePooling2D)] = () => new AveragePooling2D(2) { Strides = 1, Padding = "same" },
        [typeof(GlobalAveragePooling2D)] = () => new GlobalAveragePooling2D { KeepDims = true },
        [typeof(AveragePooling3D)] = () => new AveragePooling3D(2) { Strides = 1, Padding = "same" },
        [typeof(GlobalAveragePooling3D)] = () => new GlobalAveragePooling3D { KeepDims = false },
        [typeof(ZeroPadding1D)] = () => new ZeroPadding1D((1, 2)),
        [typeof(Cropping1D)] = () => new Cropping1D((1, 0)),
        [typeof(UpSampling1D)] = () => new UpSampling1D(2),
        [typeof(ZeroPadding2D)] = () => new ZeroPadding2D(((1, 0), (0, 2))),
        [typeof(Cropping2D)] = () => new Cropping2D(((1, 0), (0, 1))),
        [typeof(UpSampling2D)] = () => new UpSampling2D(2) { Interpolation = "bicubic" },
        [typeof(ZeroPadding3D)] = () => new ZeroPadding3D(((1, 0), (0, 2), (1, 1))),
        [typeof(Cropping3D)] = () => new Cropping3D(((1, 0), (0, 1), (0, 1))),
        [typeof(UpSampling3D)] = () => new UpSampling3D(2),
        [typeof(BatchNormalization)] = () => new BatchNormalization { Momentum = 0.9, GammaRegularizer = "l2", BetaConstraint = "non_neg" },
        [typeof(LayerNormalization)] = () => new LayerNormalization { Epsilon = 1e-5 },
        [typeof(GroupNormalization)] = () => new GroupNormalization(3) { Center = false },
        [typeof(RMSNormalization)] = () => new RMSNormalization(),
        [typeof(UnitNormalization)] = () => new UnitNormalization(),
        [typeof(SpectralNormalization)] = () => new SpectralNormalization(new Dense(3)) { PowerIterations = 2 },
        [typeof(Embedding)] = () => new Embedding(9, 4) { MaskZero = true, EmbeddingsConstraint = "non_neg" },
        [typeof(EinsumDense)] = () => new EinsumDense("ab,bcd->acd", [2, 3]) { BiasAxes = "cd", Activation = "tanh" },
        [typeof(ReLU)] = () => new ReLU { MaxValue = 6, NegativeSlope = 0.1, Threshold = 0.2 },
        [typeof(LeakyReLU)] = () => new LeakyReLU(0.2),
        [typeof(PReLU)] = () => new PReLU { AlphaInitializer = "ones", AlphaConstraint = "non_neg" },
        [typeof(ELU)] = () => new ELU(0.5),
        [typeof(Softmax)] = () => new Softmax(),
        [typeof(GaussianNoise)] = () => new GaussianNoise(0.1) { Seed = 3 },
        [typeof(GaussianDropout)] = () => new GaussianDropout(0.1),
        [typeof(AlphaDropout)] = () => new AlphaDropout(0.1) { NoiseShape = [-1, 1] },
        [typeof(SpatialDropout1D)] = () => new SpatialDropout1D(0.1) { Seed = 3 },
        [typeof(SpatialDropout2D)] = () => new SpatialDropout2D(0.1) { DataFormat = "channels_first" },
        [typeof(SpatialDropout3D)] = () => new SpatialDropout3D(0.1),
        [typeof(ActivityRegularization)] = () => new ActivityRegularization(l1: 0.001),
        [typeof(Identity)] = () => new Identity(),
        [typeof(Permute)] = () => new Permute([1]),
        [typeof(RepeatVector)] = () => new RepeatVector(2),
        [typeof(Discretization)] = () => new Discretization([-0.5, 0.1, 0.7]) { OutputMode = "one_hot" },
        [typeof(CategoryEncoding)] = () => new CategoryEncoding(9) { OutputMode = "count" },
        [typeof(IntegerLookup)] = () => new IntegerLookup([5, 2, 7]) { MaskToken = 0, NumOovIndices = 2 },
        [typeof(StringLookup)] = () => new StringLookup(["a", "b"]) { OutputMode = "tf_idf", IdfWeights = [0.5, 1.5] },
        [typeof(TextVectorization)] = () => new TextVectorization(["a", "b c"]) { Ngrams = [1, 2], OutputSequenceLength = 7 },
        [typeof(SimpleRNN)] = () => new SimpleRNN(3, "relu") { KernelRegularizer = "l2", ReturnSequences = true, RecurrentDropout = 0.2 },
        [typeof(LSTM)] = () => new LSTM(3) { BiasConstraint = "non_neg", GoBackwards = true, Dropout = 0.2 },
        [typeof(GRU)] = () => new GRU(3) { ResetAfter = false, GoBackwards = true, Dropout = 0.2, RecurrentDropout = 0.2, Seed = 1 },
        [typeof(ConvLSTM1D)] = () => new ConvLSTM1D(2, 3) { Padding = "same", ReturnSequences = true, RecurrentDropout = 0.2, KernelRegularizer = "l2" },
        [typeof(ConvLSTM2D)] = () => new ConvLSTM2D(2, (2, 3), "relu") { Strides = (1, 2), Dropout = 0.2 },
        [typeof(ConvLSTM3D)] = () => new ConvLSTM3D(2, 2) { DataFormat = "channels_first", GoBackwards = true, BiasConstraint = "non_neg" },
        [typeof(SimpleRNNCell)] = () => new SimpleRNNCell(3) { Dropout = 0.3 },
        [typeof(LSTMCell)] = () => new LSTMCell(3, "relu", "hard_sigmoid") { UnitForgetBias = false },
        [typeof(GRUCell)] = () => new GRUCell(3) { RecurrentDropout = 0.3, RecurrentRegularizer = "l1" },
        [typeof(StackedRNNCells)] = () => new StackedRNNCells([new LSTMCell(3), new GRUCell(2) { Dropout = 0.1 }]),
        [typeof(RNN)] = () => new RNN([new LSTMCell(3), new GRUCell(2)]) { ReturnSequences = true },
        [typeof(Bidirectional)] = () => new Bidirectional(new LSTM(3) { ReturnSequences = true }) { MergeMode = "ave", BackwardLayer = new GRU(3) { GoBackwards = true, ReturnSequences = true } },
        [typeof(TimeDistributed)] = () => new TimeDistributed(new Dense(3, "tanh")),
        [typeof(MultiHeadAttention)] = () => new MultiHeadAttention(2, 3) { ValueDim = 4, Dropout = 0.2, UseGate = true, KernelRegularizer = "l2" },
        [typeof(GroupQueryAttention)] = () => new GroupQueryAttention(3, 4, 2) { SlidingWindow = 2, UseBias = false },
        [typeof(Attention)] = () => new Attention { UseScale = true, ScoreMode = "concat", Dropout = 0.2 },
        [typeof(AdditiveAttention)] = () => new AdditiveAttention { UseScale = false },
        [typeof(Sequential)] = () => new Sequential([new Dense(4), new Sequential([new Dense(2)])]),
        [typeof(Model)] = () => Keras.Input([6]) is var x ? new Model(x, new Dense(2).Apply(x) + new Dense(2, "tanh").Apply(x)) : null!,
    };

    /// <summary>Layers that take several inputs; all others are given one.</summary>
    private static readonly Dictionary<Type, int> InputCounts = new() { [typeof(Subtract)] = 2, [typeof(Dot)] = 2, [typeof(Attention)] = 2, [typeof(AdditiveAttention)] = 3 };

    /// <summary>Layers over sequences.</summary>
    private static readonly Type[] Sequences =
    [
        typeof(SimpleRNN), typeof(LSTM), typeof(GRU), typeof(RNN), typeof(Bidirectional), typeof(TimeDistributed),
        typeof(MultiHeadAttention), typeof(GroupQueryAttention), typeof(Attention), typeof(AdditiveAttention),
    ];

    /// <summary>Layers that take strings, of which there are no tensors.</summary>
    private static readonly Type[] OfStrings = [typeof(StringLookup), typeof(TextVectorization)];

    /// <summary>Layers that take ids.</summary>
    private static readonly Type[] OfIds = [typeof(Embedding), typeof(CategoryEncoding), typeof(IntegerLookup)];

    /// <summary>Layers that take whatever shape comes, although they have weights.</summary>
    private static readonly Type[] OfAnyShape = [typeof(Embedding), typeof(Attention)];

    /// <summary>Layers that pass masks on in Keras, or give one of their own.</summary>
    private static readonly HashSet<Type> Masking =
    [
        typeof(Dense), typeof(Activation), typeof(Dropout), typeof(Normalization), typeof(Rescaling), typeof(Masking),
        typeof(Add), typeof(Subtract), typeof(Multiply), typeof(Average), typeof(Maximum), typeof(Minimum), typeof(Concatenate),
        typeof(MultiHeadAttention), typeof(GroupQueryAttention),
        typeof(BatchNormalization), typeof(LayerNormalization), typeof(GroupNormalization), typeof(UnitNormalization), typeof(Embedding),
        typeof(ReLU), typeof(LeakyReLU), typeof(PReLU), typeof(ELU), typeof(Softmax), typeof(GaussianNoise), typeof(GaussianDropout), typeof(AlphaDropout),
        typeof(SpatialDropout1D), typeof(SpatialDropout2D), typeof(SpatialDropout3D), typeof(ActivityRegularization), typeof(Identity),
    ];

    private static IEnumerable<string> Names =>
        typeof(Layer).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(Layer)) && !t.IsAbstract).Select(t => t.FullName!);

    // A function cannot be saved.
    private static IEnumerable<string> SavedNames => Names.Where(n => n != typeof(Lambda).FullName);

    public static TheoryData<string> Layers() => [.. Names.Where(n => !OfStrings.Any(t => t.FullName == n))];

    public static TheoryData<string> SavedLayers() => [.. SavedNames];

    /// <summary>A small model with each layer in turn that can be saved.</summary>
    internal static IEnumerable<Model> Models()
    {
        foreach (var name in SavedNames)
        {
            var model = OfStrings.Any(t => t.FullName == name) ? new Sequential([Make(name)]) : ModelWith(name);
            if (model.Layers.Count > 1) model.EnsureBuilt(Input(name).Shape);
            yield return model;
        }
    }

    [Theory]
    [MemberData(nameof(SavedLayers))]
    public void Layer_WrittenAndRead_IsTheSame(string name)
    {
        var layer = Make(name);
        var takesTensors = !OfStrings.Contains(layer.GetType());
        if (takesTensors) Apply(layer);
        var json = layer.Serialize();
        var read = Layer.Deserialize(JsonNode.Parse(json.ToJsonString())!.AsObject());
        if (takesTensors) Apply(read);
        Golden.AssertSameJson(json, read.Serialize());
        Assert.IsType(layer.GetType(), read);
        Assert.StartsWith("keras", (string)json["module"]!, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_Called_HasTheShapeItForetells(string name)
    {
        var layer = Make(name);
        foreach (var training in new[] { false, true })
        {
            var output = Apply(layer, training);
            var foretold = layer.ComputeOutputShapes(Shapes(layer, Input(name).Shape))[0];
            Assert.Equal(-1, foretold[0]);
            Assert.Equal(foretold[1..], output.Shape[1..]);
            Assert.Equal(4, output.Shape[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_WithItsStreamsPutBack_RepeatsItsOutputInTraining(string name)
    {
        var layer = Make(name);
        Apply(layer, training: true);
        var (putBack, weights) = (layer.SaveStreams(), layer.GetWeights());
        var first = Numbers(Apply(layer, training: true));
        putBack();
        layer.SetWeights(weights);
        Assert.Equal(first, Numbers(Apply(layer, training: true)));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_InATrainedModel_LearnsAndPredicts(string name)
    {
        var model = ModelWith(name);
        model.Compile("sgd", "mse");
        var (layers, y) = (model.Layers.Count, Tensor.Ones([4, 1]));
        var first = model.Evaluate(Input(name), y).Loss;
        model.Fit(Input(name), y, epochs: 30, verbose: 0, shuffle: false);
        Assert.Equal(layers, model.Layers.Count);
        Assert.True(model.Evaluate(Input(name), y).Loss < first);
        Assert.Equal([4, 1], model.Predict(Input(name)).Shape.ToArray());
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_InASavedModel_PredictsAndTrainsOnAsIfNothingHadHappened(string name)
    {
        if (name == typeof(Lambda).FullName) return; // code is in no file
        using var folder = new TemporaryFolder();
        var (model, y) = (ModelWith(name), Tensor.Ones([4, 1]));
        model.Compile(new SGD(0.01) { Momentum = 0.9 }, "mse");
        model.Fit(Input(name), y, epochs: 2, verbose: 0, shuffle: false);
        model.Save(folder["m.keras"]);
        model.Save(folder["m.h5"]);
        model.SaveWeights(folder["m.weights.h5"]);
        var (loaded, old) = (Model.Load(folder["m.keras"], out var report), Model.Load(folder["m.h5"], out var oldReport));
        Assert.Empty(report.Notes);
        Assert.Empty(oldReport.Notes);
        Assert.True(loaded.LoadWeights(folder["m.weights.h5"], new LoadOptions { ByName = true }).IsComplete);
        var expected = model.Predict(Input(name)).ToArray();
        Assert.Equal(expected, loaded.Predict(Input(name)).ToArray());
        Assert.Equal(expected, old.Predict(Input(name)).ToArray());

        foreach (var one in new[] { model, loaded }) one.Fit(Input(name), y, epochs: 2, verbose: 0, shuffle: false);
        Assert.Equal(model.Weights.Concat(model.Optimizer!.Variables).Select(w => w.Path), loaded.Weights.Concat(loaded.Optimizer!.Variables).Select(w => w.Path));
        Assert.Equal(model.Weights.SelectMany(w => Numbers(w.Value)), loaded.Weights.SelectMany(w => Numbers(w.Value)));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_BuiltByShape_HasTheWeightsOfACallUnderItsName(string name)
    {
        var (built, called) = (Make(name), Make(name));
        if (Inputs(built) == 1) built.Build(Shapes(built, Input(name).Shape)[0]);
        else built.Build(Shapes(built, Input(name).Shape));
        Apply(called);
        Assert.Equal(called.Weights.Select(w => (w.Path, w.Shape, w.DType, w.Trainable)), built.Weights.Select(w => (w.Path, w.Shape, w.DType, w.Trainable)));
        if (built is not Model) Assert.All(built.Weights, w => Assert.StartsWith(built.Name + "/", w.Path, StringComparison.Ordinal));
        Assert.Equal(built.Weights.Count, built.Weights.Select(w => w.Path).Distinct().Count());
        Assert.Equal(built.Weights.Sum(w => w.Shape.Size), built.CountParams());

        built.SetWeights(called.GetWeights());
        Assert.Equal(Numbers(Apply(called)), Numbers(Apply(built)));
        if (built.Weights.Count > 0) Assert.Throws<ArgumentException>(() => built.SetWeights(called.GetWeights().Skip(1).ToArray()));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_Called_LeavesTheWeightsThatOptimizersUpdate(string name)
    {
        var layer = Make(name);
        var first = Numbers(Apply(layer));
        var weights = Values(layer.Weights);
        Assert.Equal(first, Numbers(Apply(layer)));
        Assert.Equal(weights, Values(layer.Weights));
        if (layer is SpectralNormalization) return; // that is what it does in training, in Keras with frozen weights, too

        var trainable = Values(layer.TrainableVariables);
        Apply(layer, training: true);
        Assert.Equal(trainable, Values(layer.TrainableVariables));

        layer.Trainable = false;
        Assert.Empty(layer.TrainableVariables);
        weights = Values(layer.Weights);
        Apply(layer, training: true);
        Assert.Equal(weights, Values(layer.Weights));

        static float[][] Values(IEnumerable<Variable> variables) => [.. variables.Select(v => Numbers(v))];
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_OfFrozenConfig_UpdatesNothingInsideEither(string name)
    {
        if (Make(name) is Model or InputLayer or Lambda) return; // whose configs do not say it, or are none
        var json = Make(name).Serialize();
        json["config"]!["trainable"] = false;
        var layer = Layer.Deserialize(json);
        Apply(layer);
        Assert.Empty(layer.TrainableVariables);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_GivenAMask_PassesItOnWhereKerasDoes(string name)
    {
        var (layer, x) = (Make(name), Input(name));
        if (layer is Model || Inputs(layer) > 1) return; // as its layers do; AttentionTests and MergeTests have those of several inputs

        // Batch normalization and softmax want one of their own rank.
        Shape shape = layer is Softmax ? x.Shape : layer is Recurrent ? x.Shape[..2] : x.Shape[..^1];
        var mask = Tensor.From([.. Enumerable.Range(0, shape.Size).Select(i => i % 3 != 1)], shape);
        var y = layer.Apply(x, mask);
        Assert.Equal(Masking.Contains(layer.GetType()), layer.SupportsMasking);
        if (!layer.SupportsMasking) Assert.Null(y.Mask);
        else if (layer.ComputeMask(x, mask) is { } passed) Assert.Equal(passed.AsBoolSpan().ToArray(), y.Mask!.AsBoolSpan().ToArray());
        else Assert.Null(y.Mask);
        Assert.Throws<ArgumentException>(() => layer.Apply(x, Tensor.From([true, false, true], [3])));
        Assert.Throws<ArgumentException>(() => layer.Apply(x, Tensor.Ones(shape)));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_IntegerInput_IsTakenAsItsNumbers(string name)
    {
        var layer = Make(name);
        var numbers = Numbers(Input(name));
        int[] whole = [.. numbers.Select(v => (int)MathF.Abs(MathF.Round(3 * v)) % 9)];
        var shape = Input(name).Shape;
        Assert.Equal(
            Numbers(layer.Apply(Repeat(layer, Tensor.From([.. whole.Select(v => (float)v)], shape)))),
            Numbers(layer.Apply(Repeat(layer, Tensor.From(whole, shape)))));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_InputOfAnotherShape_IsNamedInTheError(string name)
    {
        var (layer, shape) = (Make(name), Input(name).Shape);
        Apply(layer);
        if (layer.Weights.Count == 0 || OfAnyShape.Contains(layer.GetType())) return;
        AssertRefused(Shape.Create([.. shape.Dimensions, 2]));
        AssertRefused(Shape.Create([.. shape.Dimensions[..^1], shape[^1] + 1]));

        void AssertRefused(Shape other)
        {
            var exception = Assert.ThrowsAny<ArgumentException>(() => layer.Apply(Repeat(layer, Tensor.Zeros(other))));
            Assert.Contains(layer is Model ? "'" : $"'{layer.Name}'", exception.Message, StringComparison.Ordinal);
            Assert.Contains(string.Join(", ", layer is Model ? other.ToArray()[1..] : other.ToArray()), exception.Message, StringComparison.Ordinal); // models tell the shape of a sample
        }
    }

    [Theory]
    [MemberData(nameof(SavedLayers))]
    public void Layer_ConfigWithAnUnknownKey_NamesIt(string name)
    {
        var json = Make(name).Serialize();
        json["config"]!["nonsense"] = 1;
        var exception = Assert.Throws<ArgumentException>(() => Layer.Deserialize(json));
        Assert.Contains("'nonsense'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_AllOfThem_CanBeMadeHere() =>
        Assert.Equal(Names.Order(), Makers.Keys.Select(t => t.FullName!).Order());

    private static float[] Numbers(Tensor tensor) => Ops.Cast(tensor, DType.Float32).ToArray();

    private static Layer Make(string name) => Makers.First(m => m.Key.FullName == name).Value();

    // The layer, and behind it a dense one.
    private static Model ModelWith(string name)
    {
        var layer = Make(name);
        var dense = new Dense(1) { KernelInitializer = "zeros" };
        var x = Keras.Input(Input(name).Shape[1..]);
        return Inputs(layer) == 1
            ? new Sequential([layer, new Flatten(), dense])
            : new Model(x, dense.Apply(new Flatten().Apply(layer.Apply([.. Enumerable.Repeat(x, Inputs(layer))]))));
    }

    private static Tensor Apply(Layer layer, bool training = false) => layer.Apply(Repeat(layer, Input(layer.GetType().FullName!)), training);

    private static int Inputs(Layer layer) => InputCounts.GetValueOrDefault(layer.GetType(), 1);

    private static T[] Repeat<T>(Layer layer, T input) => [.. Enumerable.Repeat(input, Inputs(layer))];

    // Of any number of samples.
    private static Shape[] Shapes(Layer layer, Shape input) => Repeat(layer, Shape.Create([-1, .. input.Dimensions[1..]]));

    // Layers over one to three axes, as their names say, have these and two channels.
    private static Tensor Input(string name)
    {
        Shape shape = Sequences.Any(t => t.FullName == name) ? [4, 3, 2] : name.Contains("1D", StringComparison.Ordinal) ? [4, 6, 2] : name.Contains("2D", StringComparison.Ordinal) ? [4, 3, 4, 2] : name.Contains("3D", StringComparison.Ordinal) ? [4, 3, 2, 3, 2] : [4, 6];
        if (name.Contains("ConvLSTM", StringComparison.Ordinal)) shape = Shape.Create([shape[0], 3, .. shape.Dimensions[1..]]); // over time, too
        return OfIds.Any(t => t.FullName == name)
            ? Tensor.From([.. Enumerable.Range(0, shape.Size).Select(i => i % 9)], shape)
            : Tensor.From([.. Enumerable.Range(0, shape.Size).Select(i => MathF.Sin(i * 1.7f))], shape);
    }
}
