using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent.Tests.Layers;

/// <summary>Convolutions, pooling and resizing beyond what Keras' recorded calls show: both places of channels, unknown sizes, errors.</summary>
public class SpatialLayerTests
{
    private static readonly Func<string, SpatialLayer>[] BothFormats =
    [
        f => new Conv1D(4, 3, "tanh") { Strides = 2, DataFormat = f },
        f => new Conv1D(4, 2, "relu") { Padding = "causal", DilationRate = 2, DataFormat = f },
        f => new Conv3D(2, 2) { Padding = "same", DataFormat = f },
        f => new Conv1DTranspose(3, 3) { Strides = 2, DataFormat = f },
        f => new Conv2DTranspose(3, (2, 3), "relu") { Padding = "same", Strides = (2, 1), DataFormat = f },
        f => new Conv3DTranspose(2, 2) { DataFormat = f },
        f => new DepthwiseConv1D(2) { DepthMultiplier = 3, DataFormat = f },
        f => new DepthwiseConv2D((3, 2), "relu") { Strides = 2, Padding = "same", DataFormat = f },
        f => new SeparableConv1D(5, 2, "relu") { DataFormat = f },
        f => new SeparableConv2D(5, 2) { DepthMultiplier = 2, DataFormat = f },
        f => new MaxPooling1D(2) { DataFormat = f },
        f => new MaxPooling3D((2, 1, 2)) { DataFormat = f },
        f => new AveragePooling2D(3) { Strides = 1, Padding = "same", DataFormat = f },
        f => new GlobalMaxPooling2D { DataFormat = f },
        f => new GlobalMaxPooling3D { KeepDims = true, DataFormat = f },
        f => new GlobalAveragePooling3D { DataFormat = f },
        f => new ZeroPadding1D((1, 2)) { DataFormat = f },
        f => new ZeroPadding3D((1, 0, 2)) { DataFormat = f },
        f => new Cropping2D(((1, 0), (0, 1))) { DataFormat = f },
        f => new Cropping3D(((1, 0), (0, 1), (0, 0))) { DataFormat = f },
        f => new UpSampling2D((2, 3)) { DataFormat = f },
        f => new UpSampling2D(2) { Interpolation = "lanczos3", DataFormat = f },
        f => new UpSampling3D((1, 2, 3)) { DataFormat = f },
    ];

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, BothFormats.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void Layer_ChannelsFirst_GivesWhatChannelsLastGives(int index)
    {
        var (last, first) = (BothFormats[index]("channels_last"), BothFormats[index]("channels_first"));
        var axes = AxesOf(last);
        Shape shape = [2, .. new[] { 5, 4, 3 }[..axes], 2];
        var x = Tensor.From([.. Enumerable.Range(0, shape.Size).Select(i => MathF.Sin(i * 1.7f))], shape);
        var moved = Ops.Transpose(x, [0, axes + 1, .. Enumerable.Range(1, axes)]);

        var expected = last.Apply(x);
        first.Apply(moved);
        first.SetWeights(last.GetWeights());
        var y = first.Apply(moved);
        Assert.Equal(first.ComputeOutputShape(moved.Shape), y.Shape);
        Assert.Equal(last.ComputeOutputShape(shape), expected.Shape);
        if (y.Rank > 2) y = Ops.Transpose(y, [0, .. Enumerable.Range(2, axes), 1]);
        Golden.AssertClose(expected.AsSpan(), y.AsSpan(), 1e-6);
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void ComputeOutputShape_UnknownSizes_StayUnknown(int index)
    {
        var layer = BothFormats[index]("channels_last");
        var axes = AxesOf(layer);
        Shape any = [-1, .. Enumerable.Repeat(-1, axes), 2];
        var known = layer.ComputeOutputShape([-1, .. new[] { 5, 4, 3 }[..axes], 2]);
        var unknown = layer.ComputeOutputShape(any);
        Assert.Equal(known.Rank, unknown.Rank);
        Assert.Equal(known[^1], unknown[^1]);
        var isGlobal = layer is GlobalPooling;
        Assert.All(unknown.ToArray()[1..^1], d => Assert.Equal(isGlobal ? 1 : -1, d));
        layer.Build(any);
        Assert.Equal(known[^1], layer.Apply(Tensor.Ones([1, .. new[] { 6, 6, 6 }[..axes], 2])).Shape[^1]);
    }

    [Fact]
    public void Conv1D_SoftmaxChannelsFirst_LooksAlongTheLastAxisAsKerasDoes()
    {
        var y = new Conv1D(4, 3, "softmax") { DataFormat = "channels_first" }.Apply(Tensor.Ones([1, 2, 5]));
        Assert.All(Ops.Sum(y, [2]).ToArray(), sum => Assert.Equal(1f, sum, 1e-6f));
    }

    [Theory]
    [InlineData("Convolution2D", typeof(Conv2D), """{"filters": 3, "kernel_size": 3}""")]
    [InlineData("Convolution1DTranspose", typeof(Conv1DTranspose), """{"filters": 3, "kernel_size": [3]}""")]
    [InlineData("SeparableConvolution1D", typeof(SeparableConv1D), """{"filters": 3, "kernel_size": 3}""")]
    [InlineData("MaxPool2D", typeof(MaxPooling2D), "{}")]
    [InlineData("AvgPool3D", typeof(AveragePooling3D), """{"pool_size": 2, "strides": null}""")]
    [InlineData("GlobalMaxPool1D", typeof(GlobalMaxPooling1D), "{}")]
    [InlineData("GlobalAvgPool2D", typeof(GlobalAveragePooling2D), "{}")]
    [InlineData("ZeroPadding2D", typeof(ZeroPadding2D), """{"padding": [1, 2]}""")]
    [InlineData("ZeroPadding3D", typeof(ZeroPadding3D), """{"padding": 1}""")]
    [InlineData("Cropping1D", typeof(Cropping1D), """{"cropping": 1}""")]
    public void Layer_KerasOtherNamesAndForms_AreRead(string name, Type type, string config)
    {
        var layer = Layer.Deserialize(new JsonObject { ["class_name"] = name, ["config"] = JsonNode.Parse(config) });
        Assert.IsType(type, layer);
        Assert.IsType(type, Layer.Deserialize(layer.Serialize()));
    }

    [Fact]
    public void ZeroPadding2D_EachForm_MeansTheSameSides()
    {
        Assert.Equal([(2, 2), (2, 2)], new ZeroPadding2D(2).Borders);
        Assert.Equal([(1, 1), (2, 2)], new ZeroPadding2D((1, 2)).Borders);
        Assert.Equal([(1, 0), (0, 2)], new ZeroPadding2D(((1, 0), (0, 2))).Borders);
        Assert.Equal([(1, 2)], new ZeroPadding1D((1, 2)).Borders);
        Assert.Equal([(1, 1), (1, 1)], new ZeroPadding2D().Borders);
        Assert.Equal([(0, 0), (0, 0)], new Cropping2D().Borders);
    }

    [Fact]
    public void UpSampling2D_OfAConstant_IsThatConstant()
    {
        foreach (var interpolation in new[] { "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5" })
            Assert.All(new UpSampling2D((2, 3)) { Interpolation = interpolation }.Apply(Tensor.Full([1, 3, 4, 2], 5f)).ToArray(), v => Assert.Equal(5f, v, 1e-5f));
    }

    [Fact]
    public void GlobalAveragePooling1D_Mask_LeavesStepsOutAndEndsThere()
    {
        var x = Tensor.From([1f, 2, 3, 4, 5, 6], [1, 3, 2]);
        Tensor mask = Ops.Greater(Tensor.From([[1f, 0, 1]]), 0.5f);
        var y = new GlobalAveragePooling1D().Apply(x, mask);
        Assert.Equal([3f, 4], y.ToArray());
        Assert.Null(y.Mask);
        Assert.Equal([3f, 4], new GlobalAveragePooling1D { DataFormat = "channels_first" }.Apply(Ops.Transpose(x, [0, 2, 1]), mask).ToArray());
        Assert.Equal([1, 1, 2], new GlobalAveragePooling1D { KeepDims = true }.Apply(x, mask).Shape.ToArray());
    }

    [Fact]
    public void Layer_SizesBeyondAllRange_AreRefusedByName()
    {
        const int Huge = 1 << 30;
        var x = Tensor.Zeros([1, 5, 4]);
        Layer[] layers =
        [
            new Conv1D(2, 3) { Padding = "causal", DilationRate = 2 * (Huge - 1) }, new Conv1D(2, 5) { DilationRate = Huge }, new Conv1D(2, 3) { Padding = "same", DilationRate = Huge },
            new DepthwiseConv1D(3) { Padding = "same", DilationRate = Huge }, new Conv1DTranspose(2, 5) { DilationRate = Huge }, new Conv1DTranspose(2, 5) { Strides = Huge },
            new ZeroPadding1D((int.MaxValue, int.MaxValue)), new Cropping1D((int.MaxValue, int.MaxValue)),
        ];
        foreach (var layer in layers)
        {
            var exception = Assert.Throws<ArgumentException>(() => layer.Apply(x));
            Assert.Contains($"Layer '{layer.Name}'", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void CausalConvolution_DilationBeyondTheInput_SeesTheLastTapAlone()
    {
        var kernel = Tensor.From([5f, 7, 3], [3, 1, 1]);
        Assert.Equal([3f, 6], Ops.Conv(Tensor.From([1f, 2], [1, 2, 1]), kernel, padding: "causal", dilationRate: 1 << 29).ToArray());
        Assert.Throws<ArgumentException>(() => Ops.Conv(Tensor.From([1f, 2], [1, 2, 1]), kernel, padding: "causal", dilationRate: 1 << 30));
        Assert.Throws<ArgumentException>(() => Ops.ConvTranspose(Tensor.From([1f, 2], [1, 2, 1]), kernel, strides: 2, outputPadding: 5));
        Assert.Throws<ArgumentException>(() => Ops.Pad(Tensor.Zeros([2]), [(int.MaxValue, int.MaxValue)]));
    }

    public static TheoryData<string, string> BadInputs => new()
    {
        { "rank", "Layer 'conv2d' expects an input of rank 4: batch, spatial axes, channels. Received shape (None, 5, 3). (Parameter 'shape')" },
        { "rank, channels first", "Layer 'conv2d' expects an input of rank 4: batch, channels, spatial axes. Received shape (2, 5, 3). (Parameter 'shape')" },
        { "kernel too large", "Layer 'conv2d' would have an empty output: its window (6, 2), dilation (1, 1), must fit into the input. Received shape (None, 5, 5, 3), padding 'valid'. (Parameter 'input')" },
        { "dilated kernel too large", "Layer 'conv2d' would have an empty output: its window (3, 3), dilation (3, 3), must fit into the input. Received shape (None, 5, 5, 3), padding 'valid'. (Parameter 'input')" },
        { "input shrunk later", "Layer 'conv2d' would have an empty output: its window (3, 3), dilation (1, 1), must fit into the input. Received shape (1, 2, 5, 3), padding 'valid'. (Parameter 'input')" },
        { "other channels later", "Layer 'conv2d' expects an input with 3 channels, on axis 3. Received shape (1, 5, 5, 4). (Parameter 'x')" },
        { "unknown channels", "Layer 'conv2d' must know the channels of its input, 1 or more. Received shape (None, 5, 5, None). (Parameter 'inputShape')" },
        { "groups and channels", "Groups of layer 'conv2d' must divide the channels of its input. Received: Groups=2, 3 channels." },
        { "groups and filters", "Groups of layer 'conv2d' must divide its filters. Received: Groups=2, Filters=3." },
        { "strides and dilation", "Only one of Strides and DilationRate of layer 'conv2d' can be above 1. Received: Strides=(2, 2), DilationRate=(2, 2)." },
        { "output padding", "OutputPadding of layer 'conv2d_transpose' must be less than its strides. Received: OutputPadding=(1, 1), Strides=(1, 1)." },
        { "pool too large", "Layer 'max_pooling1d' would have an empty output: its window 4, dilation 1, must fit into the input. Received shape (1, 3, 2), padding 'valid'. (Parameter 'input')" },
        { "cropped away", "Layer 'cropping1d' must cut off less than its input has. Received shape (1, 3, 2), cropping ((1, 2)). (Parameter 'input')" },
        { "filters", "filters must be 1 or more. Received: 0. (Parameter 'filters')" },
        { "kernel size", "KernelSize must be an integer, 1 or more, or 2 of them. Received: (3, 3, 3). (Parameter 'KernelSize')" },
        { "strides", "Strides must be an integer, 1 or more, or 2 of them. Received: 0. (Parameter 'Strides')" },
        { "padding", "Padding of Conv2D must be 'valid' or 'same'. Received: 'causal'. (Parameter 'value')" },
        { "data format", "DataFormat must be 'channels_last' or 'channels_first'. Received: 'first'. (Parameter 'value')" },
        { "no channels first", "Cropping1D has its channels last. Received: 'channels_first'. (Parameter 'value')" },
        { "interpolation", "Interpolation must be 'nearest' or one of 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'. Received: 'cubic'. (Parameter 'name')" },
        { "negative padding", "All numbers of padding must be 0 or more. Received: ((-1, -1), (-1, -1)). (Parameter 'padding')" },
    };

    [Theory]
    [MemberData(nameof(BadInputs))]
    public void Layer_BadInput_SaysWhatWasExpectedAndReceived(string what, string message)
    {
        Action action = what switch
        {
            "rank" => () => new Conv2D(4, 3).Apply(Tensor.Ones([2, 5, 3])),
            "rank, channels first" => () => new Conv2D(4, 3) { DataFormat = "channels_first" }.ComputeOutputShape([2, 5, 3]),
            "kernel too large" => () => new Conv2D(4, (6, 2)).Apply(Tensor.Ones([1, 5, 5, 3])),
            "dilated kernel too large" => () => new Conv2D(4, 3) { DilationRate = 3 }.Apply(Tensor.Ones([1, 5, 5, 3])),
            "input shrunk later" => () => Again(new Conv2D(4, 3), [1, 2, 5, 3]),
            "other channels later" => () => Again(new Conv2D(4, 3), [1, 5, 5, 4]),
            "unknown channels" => () => new Conv2D(4, 3).Build([-1, 5, 5, -1]),
            "groups and channels" => () => new Conv2D(4, 3) { Groups = 2 }.Apply(Tensor.Ones([1, 5, 5, 3])),
            "groups and filters" => () => new Conv2D(3, 3) { Groups = 2 }.GetConfig(),
            "strides and dilation" => () => new Conv2D(4, 3) { Strides = 2, DilationRate = 2 }.Build([-1, 5, 5, 3]),
            "output padding" => () => new Conv2DTranspose(4, 3) { OutputPadding = 1 }.Build([-1, 5, 5, 3]),
            "pool too large" => () => new MaxPooling1D(4).Apply(Tensor.Ones([1, 3, 2])),
            "cropped away" => () => new Cropping1D((1, 2)).Apply(Tensor.Ones([1, 3, 2])),
            "filters" => () => _ = new Conv2D(0, 3),
            "kernel size" => () => _ = new Conv2D(4, (3, 3, 3)),
            "strides" => () => _ = new Conv2D(4, 3) { Strides = 0 },
            "padding" => () => _ = new Conv2D(4, 3) { Padding = "causal" },
            "data format" => () => _ = new Conv2D(4, 3) { DataFormat = "first" },
            "no channels first" => () => _ = new Cropping1D { DataFormat = "channels_first" },
            "interpolation" => () => _ = new UpSampling2D { Interpolation = "cubic" },
            _ => () => _ = new ZeroPadding2D(-1),
        };
        Assert.Equal(message, Assert.ThrowsAny<ArgumentException>(action).Message);
    }

    [Fact]
    public void Conv2D_FailedBuild_LeavesNothingBehind()
    {
        var layer = new Conv2D(4, 3);
        Assert.Throws<ArgumentException>(() => layer.Apply(Tensor.Ones([1, 2, 2, 3])));
        Assert.False(layer.Built);
        Assert.Equal([1, 3, 3, 4], layer.Apply(Tensor.Ones([1, 5, 5, 2])).Shape.ToArray());
    }

    // As the name says: Conv2D, MaxPooling3D.
    private static int AxesOf(Layer layer)
    {
        var name = layer.GetType().Name;
        return name[name.LastIndexOf('D') - 1] - '0';
    }

    private static void Again(Layer layer, Shape shape)
    {
        layer.Apply(Tensor.Ones([1, 5, 5, 3]));
        layer.Apply(Tensor.Ones(shape));
    }
}
