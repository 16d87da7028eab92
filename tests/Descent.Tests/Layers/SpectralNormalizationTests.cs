using Descent.Layers;

namespace Descent.Tests.Layers;

public class SpectralNormalizationTests
{
    private static readonly Tensor Input = Tensor.From([.. Enumerable.Range(0, 40).Select(i => MathF.Sin(i) / 3)], [2, 5, 4]);

    // Keras' formula in double.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Call_Training_DividesTheKernelByKerasFormula(int iterations)
    {
        var conv = new Conv1D(3, 2);
        var layer = new SpectralNormalization(conv) { PowerIterations = iterations };
        layer.Apply(Input);
        var (kernel, u) = (Doubles(conv.Kernel), Doubles(layer.GetWeight("vector_u")));
        var rows = kernel.Length / u.Length;
        for (var step = 0; step < 3; step++)
        {
            layer.Apply(Input, training: true);
            double[] v = [];
            for (var i = 0; i < iterations; i++)
            {
                v = Unit([.. Enumerable.Range(0, rows).Select(r => u.Select((x, c) => x * kernel[r * u.Length + c]).Sum())]);
                u = Unit([.. Enumerable.Range(0, u.Length).Select(c => v.Select((x, r) => x * kernel[r * u.Length + c]).Sum())]);
            }

            var sigma = 0.0;
            for (var i = 0; i < kernel.Length; i++) sigma += v[i / u.Length] * kernel[i] * u[i % u.Length];
            for (var i = 0; i < kernel.Length; i++) kernel[i] /= sigma;
            Golden.AssertClose([.. kernel.Select(k => (float)k)], conv.Kernel.ToArray(), 1e-5);
            Golden.AssertClose([.. u.Select(x => (float)x)], layer.GetWeight("vector_u").ToArray(), 1e-5);
        }
    }

    [Fact]
    public void Call_Often_BringsTheLargestSingularValueToOne()
    {
        var dense = new Dense(6) { KernelInitializer = "random_normal" };
        var layer = new SpectralNormalization(dense) { PowerIterations = 50 };
        for (var i = 0; i < 3; i++) layer.Apply(Input, training: true);
        var x = Tensor.From([.. Enumerable.Range(0, 400).Select(i => MathF.Cos(i * i))], [100, 4]);
        var stretched = Ops.Sqrt(Ops.Sum(Ops.Square(Ops.MatMul(x, dense.Kernel)), [-1]) / Ops.Sum(Ops.Square(x), [-1]));
        Assert.InRange(Ops.Max(stretched).Item(), 0.8f, 1.00001f);
    }

    [Fact]
    public void Call_InferenceOrZeros_LeavesTheWeightsAlone()
    {
        var layer = new SpectralNormalization(new Dense(2));
        var output = layer.Apply(Input).ToArray();
        Assert.Equal(output, layer.Apply(Input).ToArray());
        Assert.Equal(output, layer.Layer.Apply(Input).ToArray());
        var zeros = new SpectralNormalization(new Dense(2) { KernelInitializer = "zeros" });
        zeros.Apply(Input);
        var u = zeros.GetWeight("vector_u").ToArray();
        Assert.All(zeros.Apply(Input, training: true).ToArray(), v => Assert.Equal(0, v));
        Assert.Equal(u, zeros.GetWeight("vector_u").ToArray());
    }

    [Fact]
    public void Weights_Order_IsThatOfKeras()
    {
        var layer = new SpectralNormalization(new Dense(2));
        Assert.Empty(layer.Weights);
        layer.Apply(Input);
        Assert.Equal(["kernel", "vector_u", "bias"], layer.Weights.Select(w => w.Name));
        Assert.Equal(["kernel", "bias"], layer.TrainableVariables.Select(w => w.Name));
        Assert.Equal([1, 2], layer.GetWeight("spectral_normalization/vector_u").Shape);
        Assert.Equal(["name", "trainable", "dtype", "layer", "power_iterations"], layer.GetConfig().Select(c => c.Key));
        var ids = new SpectralNormalization(new Embedding(5, 3));
        ids.Apply(Tensor.From([1, 2]), training: true);
        Assert.Equal(["embeddings", "vector_u"], ids.Weights.Select(w => w.Name));
    }

    [Fact]
    public void Fit_Discriminator_LearnsWithTheDividedKernel()
    {
        var dense = new Dense(1);
        var model = new Sequential([new SpectralNormalization(dense)]);
        model.Compile(new Descent.Optimizers.SGD(0.01), "mse");
        Tensor x = Ops.Reshape(Input, [10, 4]), y = Ops.Sum(x, [-1], keepDimensions: true) * 0.25f;
        var losses = model.Fit(x, y, epochs: 30, verbose: 0)["loss"];
        Assert.True(losses[^1] < losses[0]);
        Assert.Equal(1, Math.Sqrt(Doubles(dense.Kernel).Sum(k => k * k)), 0.1);
    }

    [Fact]
    public void Build_LayerWithoutKernel_IsRefused()
    {
        Assert.StartsWith("Layer 'spectral_normalization' expects a layer with a weight named kernel or embeddings. Received: Activation with no weights.",
            Assert.Throws<ArgumentException>(() => new SpectralNormalization(new Activation("relu")).Apply(Input)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new SpectralNormalization(new LSTM(2)).Apply(Input));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpectralNormalization(new Dense(2)) { PowerIterations = 0 });
    }

    private static double[] Doubles(Variable variable) => [.. variable.ToArray().Select(x => (double)x)];

    private static double[] Unit(double[] x)
    {
        var length = Math.Sqrt(x.Sum(v => v * v));
        return [.. x.Select(v => v / length)];
    }
}
