using System.Text.Json.Nodes;
using Descent.Layers;

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
        [typeof(Rescaling)] = () => new Rescaling(0.5, -1),
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
        [typeof(Sequential)] = () => new Sequential([new Dense(4), new Sequential([new Dense(2)])]),
    };

    private static IEnumerable<string> Names =>
        typeof(Layer).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(Layer)) && !t.IsAbstract).Select(t => t.FullName!);

    public static TheoryData<string> Layers() => [.. Names];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_WrittenAndRead_IsTheSame(string name)
    {
        var layer = Make(name);
        layer.Apply(Input(name));
        var json = layer.Serialize();
        var read = Layer.Deserialize(JsonNode.Parse(json.ToJsonString())!.AsObject());
        read.Apply(Input(name));
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
            var output = layer.Apply(Input(name), training);
            var foretold = layer.ComputeOutputShape([-1, .. Input(name).Shape.Dimensions[1..]]);
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
        layer.Apply(Input(name), training: true);
        var putBack = layer.SaveStreams();
        var first = layer.Apply(Input(name), training: true).ToArray();
        putBack();
        Assert.Equal(first, layer.Apply(Input(name), training: true).ToArray());
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_InATrainedModel_LearnsAndPredicts(string name)
    {
        var model = new Sequential([Make(name), new Flatten(), new Dense(1) { KernelInitializer = "zeros" }]);
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

    private static Layer Make(string name) => Makers.First(m => m.Key.FullName == name).Value();

    // Layers over one to three axes, as their names say, have these and two channels.
    private static Tensor Input(string name)
    {
        Shape shape = name.Contains("1D", StringComparison.Ordinal) ? [4, 6, 2] : name.Contains("2D", StringComparison.Ordinal) ? [4, 3, 4, 2] : name.Contains("3D", StringComparison.Ordinal) ? [4, 3, 2, 3, 2] : [4, 6];
        return Tensor.From([.. Enumerable.Range(0, shape.Size).Select(i => MathF.Sin(i * 1.7f))], shape);
    }
}
