using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent.Tests.Layers;

public class LayerTests
{
    [Fact]
    public void Dense_OutputOfTheGuidesSpelling_Compiles()
    {
        var model = new Sequential([new Dense(64) { KernelInitializer = "uniform", InputShape = [10] }, new Activation("softmax"), new Dense(64, "relu"), new Dropout(0.5)]);
        model.Add(new Dense(1));
        model.Pop();
        Assert.Equal(["dense", "activation", "dense_1", "dropout"], model.Layers.Select(l => l.Name));
        Assert.Equal([-1, 64], model.OutputShape!.ToArray());
        Assert.Equal([12], new Dense(3) { InputDim = 12 }.InputShape!.ToArray());
    }

    [Fact]
    public void Dense_BadArguments_SayWhatIsWrong()
    {
        Assert.Equal("Units must be 1 or more. Received: 0. (Parameter 'units')", Assert.Throws<ArgumentOutOfRangeException>(() => new Dense(0)).Message);
        Assert.Contains("Did you mean 'relu'", Assert.Throws<ArgumentException>(() => new Dense(1, "relux")).Message, StringComparison.Ordinal);
        Assert.Equal("Layer 'dense' expects an input of rank 2 or more. Received shape (None,). (Parameter 'inputShape')", Assert.Throws<ArgumentException>(() => new Dense(1).Apply(Tensor.Zeros([10]))).Message);
        var dense = new Dense(1);
        dense.Apply(Tensor.Zeros([2, 3]));
        Assert.Equal("Layer 'dense' expects an input of shape (batch, …, 3). Received shape (2, 4). (Parameter 'x')", Assert.Throws<ArgumentException>(() => dense.Apply(Tensor.Zeros([2, 4]))).Message);
        Assert.Throws<InvalidOperationException>(() => new Dense(1).Kernel);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(1.5));
    }

    [Fact]
    public void Dense_Int32Input_IsTakenAsFloat32()
    {
        var dense = new Dense(2);
        var output = dense.Apply(new[,] { { 1, 2 }, { 3, 4 } });
        Assert.Equal(dense.Apply(new float[,] { { 1, 2 }, { 3, 4 } }).ToArray(), output.ToArray());
    }

    [Fact]
    public void Layer_DtypeOfTheConfig_Survives()
    {
        var config = new Dense(2).GetConfig();
        config["dtype"] = "mixed_float16";
        Assert.Equal("mixed_float16", (string?)Dense.FromConfig(config).GetConfig()["dtype"]);
    }

    [Fact]
    public void Dropout_Training_DropsItsShareAndKeepsTheMean()
    {
        var dropout = new Dropout(0.3) { Seed = 1 };
        var x = Tensor.Ones([100, 1000]);
        var y = dropout.Apply(x, training: true);
        var zeros = y.ToArray().Count(v => v == 0);
        Assert.InRange(zeros, 29500, 30500);
        Assert.All(y.ToArray().Where(v => v != 0), v => Assert.Equal(1 / 0.7f, v, 1e-6f));
        Assert.NotEqual(y.ToArray(), dropout.Apply(x, training: true).ToArray());
        Assert.Equal(y.ToArray(), new Dropout(0.3) { Seed = 1 }.Apply(x, training: true).ToArray());
        Assert.Same(x, dropout.Apply(x));
        Assert.All(new Dropout(1).Apply(x, training: true).ToArray(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Dropout_NoiseShape_DropsWholeRows()
    {
        var y = new Dropout(0.5) { Seed = 1, NoiseShape = [-1, 1] }.Apply(Tensor.Ones([200, 3]), training: true).ToArray2D();
        for (var row = 0; row < 200; row++) Assert.True(y[row, 0] == y[row, 1] && y[row, 1] == y[row, 2]);
        Assert.Contains(0f, y.Cast<float>());
        Assert.Contains(2f, y.Cast<float>());
    }

    [Fact]
    public void Dropout_Gradient_PassesWhereTheInputPassed()
    {
        var x = Tensor.Ones([50, 50]);
        using var tape = new GradientTape();
        tape.Watch(x);
        var y = new Dropout(0.5) { Seed = 9 }.Apply(x, training: true);
        Assert.Equal(y.ToArray(), tape.Gradient(Ops.Sum(y), x)!.ToArray());
    }

    [Fact]
    public void Normalization_Adapted_BringsFeaturesToMeanZeroAndVarianceOne()
    {
        Tensor x = new float[,] { { 1, 10, 5 }, { 3, 20, 5 }, { 5, 60, 5 } };
        var layer = new Normalization();
        layer.Adapt(x);
        Assert.Equal([3, 30, 5], layer.Weights[0].ToArray());
        var y = layer.Apply(x).ToArray2D();
        for (var column = 0; column < 3; column++)
            Assert.Equal(0, (y[0, column] + y[1, column] + y[2, column]) / 3, 1e-6);
        Assert.Equal(0, y[2, 2]);
        var back = new Normalization { Invert = true };
        back.Adapt(x);
        Golden.AssertClose(x.AsSpan(), back.Apply(y).AsSpan(), 1e-6);
        Assert.Empty(layer.TrainableVariables);
        Assert.Equal(["normalization/mean", "normalization/variance", "normalization/count"], layer.Weights.Select(w => w.Path));
    }

    [Fact]
    public void Normalization_OtherAxes_KeepStatisticsOfThese()
    {
        Tensor x = new float[,,] { { { 1, 2 }, { 3, 4 } }, { { 5, 6 }, { 7, 8 } } };
        var layer = new Normalization { Axis = [1] };
        layer.Adapt(x);
        Assert.Equal([3.5f, 5.5f], layer.Weights[0].ToArray());
        var all = new Normalization { Axis = [] };
        all.Adapt(x);
        Assert.Equal([4.5f], all.Weights[0].ToArray());
        Assert.Equal([-1.4142135f, -0.70710677f, 0], new Normalization { Mean = [3], Variance = [2] }.Apply(new float[,] { { 1 }, { 2 }, { 3 } }).ToArray());
    }

    [Fact]
    public void CustomLayer_WithWeightsAndInnerLayers_IsBuiltTrackedAndTrained()
    {
        var model = new Sequential([new Gated(4), new Dense(1)]);
        model.Compile("adam", "mse");
        var history = model.Fit(Tensor.Ones([8, 3]), Tensor.Ones([8, 1]), epochs: 5, verbose: 0);
        Assert.True(history["loss"][^1] < history["loss"][0]);
        Assert.Equal(
            ["sequential/gated/scale", "sequential/gated/dense/kernel", "sequential/gated/dense/bias", "sequential/dense/kernel", "sequential/dense/bias"],
            model.TrainableVariables.Select(v => v.Path));
        Assert.Equal([-1, 4], model.Layers[0].ComputeOutputShape([-1, 3]).ToArray());

        model.Layers[0].Trainable = false;
        Assert.Equal(2, model.TrainableVariables.Count);
        Assert.Equal(5, model.Weights.Count);
    }

    [Fact]
    public void CustomLayer_Registered_IsReadFromJson()
    {
        KerasRegistry.Register<Gated>("Tests");
        var json = new Sequential([new Gated(4) { InputShape = [2] }, new Dense(1)]).Serialize();
        var read = Assert.IsType<Sequential>(Layer.Deserialize(json));
        Assert.Equal(4, Assert.IsType<Gated>(read.Layers[0]).Units);
    }

    private sealed class Gated : Layer
    {
        private readonly Dense _dense;
        private Variable? _scale;

        public Gated(int units) => (Units, _dense) = (units, Track(new Dense(units)));

        private Gated(JsonObject config)
            : base(config) => (Units, _dense) = ((int)config["units"]!, Track(new Dense((int)config["units"]!)));

        public int Units { get; }

        public static Gated FromConfig(JsonObject config) => new(config);

        public override void Build(Shape inputShape) => _scale = AddWeight("scale", [Units], "ones");

        public override Tensor Call(Tensor x, bool training = false) => _dense.Apply(x) * _scale!;

        public override JsonObject GetConfig()
        {
            var config = base.GetConfig();
            config["units"] = Units;
            return config;
        }
    }
}
