using System.Text.Json.Nodes;
using Descent.Layers;
using Descent.Optimizers;

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
        Assert.Equal("Layer 'dense' expects an input of shape (batch, …, features). Received shape (batch,). (Parameter 'inputShape')", Assert.Throws<ArgumentException>(() => new Dense(1).Apply(Tensor.Zeros([10]))).Message);
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
    public void NoiseLayers_Training_KeepMeanAndSpread()
    {
        var x = Tensor.Ones([200, 500]);
        var noise = new GaussianNoise(0.5) { Seed = 1 }.Apply(x, training: true);
        Assert.Equal((1, 0.25), (Math.Round(Ops.Mean(noise).Item(), 2), Math.Round(Ops.Var(noise).Item(), 2)));
        var product = new GaussianDropout(0.2) { Seed = 1 }.Apply(x, training: true);
        Assert.Equal((1, 0.25), (Math.Round(Ops.Mean(product).Item(), 2), Math.Round(Ops.Var(product).Item(), 2)));
        var normal = new GaussianNoise(1) { Seed = 2 }.Apply(Tensor.Zeros([200, 500]), training: true);
        var alpha = new AlphaDropout(0.3) { Seed = 1 }.Apply(normal, training: true);
        Assert.Equal((0, 1), (Math.Round(Ops.Mean(alpha).Item(), 1), Math.Round(Ops.Var(alpha).Item(), 1)));
        Assert.Same(x, new AlphaDropout(0.3).Apply(x));
    }

    [Fact]
    public void SpatialDropout_Training_DropsWholeChannels()
    {
        var y = new SpatialDropout1D(0.5) { Seed = 1 }.Apply(Tensor.Ones([50, 3, 4]), training: true);
        for (var row = 0; row < 50; row++)
            for (var channel = 0; channel < 4; channel++) Assert.True(y[row, 0, channel] == y[row, 1, channel] && y[row, 1, channel] == y[row, 2, channel]);
        Assert.Equal([0f, 2f], y.ToArray().Distinct().Order());
        var first = new SpatialDropout2D(0.5) { Seed = 1, DataFormat = "channels_first" }.Apply(Tensor.Ones([50, 4, 2, 2]), training: true);
        Assert.Equal(first[3, 2, 0, 0], first[3, 2, 1, 1]);
        Assert.Equal("Layer 'spatial_dropout2d' expects an input of rank 4. Received shape (2, 3). (Parameter 'shape')", Assert.Throws<ArgumentException>(() => new SpatialDropout2D(0.5).Apply(Tensor.Ones([2, 3]), training: true)).Message);
    }

    [Fact]
    public void Embedding_BadIds_AreNamedWithLayerAndRange()
    {
        Assert.Equal("The ids of layer 'embedding' must be in [0, 5). Received: 5. (Parameter 'x')", Assert.Throws<ArgumentException>(() => new Embedding(5, 2).Apply(Tensor.From([1, 5]))).Message);
        Assert.Equal("The ids of layer 'embedding' must be in [0, 5). Received: -1. (Parameter 'x')", Assert.Throws<ArgumentException>(() => new Embedding(5, 2).Apply(Tensor.From([-1]))).Message);
        Assert.Throws<ArgumentException>(() => new Embedding(5, 2, Tensor.Zeros([5, 3])));
        Assert.Equal([3, 4, 1, 2], new Embedding(2, 2, new float[,] { { 1, 2 }, { 3, 4 } }).Apply(Tensor.From([1, 0])).ToArray());
    }

    [Fact]
    public void Embedding_TrainedInFit_IsWhatADenseGradientMakesOfIt()
    {
        var x = Tensor.From([.. Enumerable.Range(0, 40 * 3).Select(i => i * i % 11)], [40, 3]);
        var y = Tensor.From([.. Enumerable.Range(0, 40).Select(i => MathF.Sin(i))], [40, 1]);
        RandomSeed.Set(1);
        var model = new Sequential([new Embedding(30, 4) { InputShape = [3] }, new Flatten(), new Dense(1)]);
        var weights = model.GetWeights();
        model.Compile(new Adam(), "mse");
        model.Fit(x, y, batchSize: 8, epochs: 2, verbose: 0, shuffle: false);

        // The same steps by a loop of one's own, whose gradients are ordinary tensors.
        var trained = model.GetWeights();
        model.SetWeights(weights);
        var adam = new Adam();
        for (var step = 0; step < 10; step++)
        {
            int[] rows = [.. Enumerable.Range(step % 5 * 8, 8)];
            using var tape = new GradientTape();
            var loss = Ops.Mean(Ops.Square(model.Call(Ops.Take(x, rows, 0), training: true) - Ops.Take(y, rows, 0)));
            adam.Apply(tape.Gradient(loss, model.TrainableVariables), model.TrainableVariables);
        }

        Golden.AssertClose(model.GetWeights()[0].AsSpan(), trained[0].AsSpan(), 1e-6);
    }

    [Fact]
    public void BatchNormalization_Frozen_UsesItsAveragesInTraining()
    {
        var layer = new BatchNormalization { Momentum = 0.5 };
        Tensor x = new float[,] { { 1, 10 }, { 3, 30 } };
        layer.Apply(x, training: true);
        Assert.Equal([1, 10], layer.MovingMean!.ToArray());
        Assert.Equal([1, 50.5f], layer.MovingVariance!.ToArray());
        layer.Trainable = false;
        Assert.Equal(layer.Apply(x).ToArray(), layer.Apply(x, training: true).ToArray());
        Assert.Equal([1, 10], layer.MovingMean!.ToArray());
    }

    [Fact]
    public void BatchNormalization_MaskedSteps_DoNotCount()
    {
        Tensor x = new float[,,] { { { 1 }, { 3 }, { float.NaN } } };
        var layer = new BatchNormalization { Momentum = 0 };
        layer.Apply(x, Tensor.From([true, true, false], [1, 3]), training: true);
        Assert.Equal(2, layer.MovingMean!.ToArray()[0], 1e-5);
        Assert.Equal(1, layer.MovingVariance!.ToArray()[0], 1e-5);
        Assert.Contains("one dimension less", Assert.Throws<ArgumentException>(() => layer.Apply(x, Tensor.From([true], [1]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EinsumDense_Ellipsis_IsADenseLayerOverAnyAxes()
    {
        var x = Tensor.From([.. Enumerable.Range(0, 24).Select(i => MathF.Sin(i))], [2, 3, 4]);
        var dense = new Dense(5);
        dense.Apply(x);
        var einsum = new EinsumDense("...x,xy->...y", [5]) { BiasAxes = "y" };
        einsum.Build(x.Shape);
        einsum.SetWeights(dense.GetWeights());
        Golden.AssertClose(dense.Apply(x).AsSpan(), einsum.Apply(x).AsSpan(), 1e-6);
        var shared = new EinsumDense("abc,acd->abd", [3, 5]) { KernelInitializer = "ones" };
        Assert.Throws<ArgumentException>(() => shared.Build([-1, 3, 4]));
        Assert.Throws<ArgumentException>(() => new EinsumDense("ab->c", [5]));
        Golden.AssertClose(Ops.Sum(x, [2]).AsSpan(), new EinsumDense("abc,bcd->abd", [3, 1]) { KernelInitializer = "ones" }.Apply(x).AsSpan(), 1e-6);
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
