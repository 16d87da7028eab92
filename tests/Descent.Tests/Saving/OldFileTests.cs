using System.Text;
using Descent.Hdf5;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Tests.Data;
using static Descent.Tests.Saving.OldFiles;

namespace Descent.Tests.Saving;

/// <summary>Files in the form of Keras 1 and 2, made by hand.</summary>
public class OldFileTests
{
    [Fact]
    public void Load_OfKeras1Model_TranslatesLayersAndGathersGates()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(1);
        var weights = Enumerable.Range(0, 12).Select(i => Numbers(random, (i % 3) switch { 0 => 2 * 3, 1 => 3 * 3, _ => 3 })).ToArray();
        var (kernel, bias) = (Numbers(random, 3), Numbers(random, 1));
        var path = folder["m.h5"];
        Write(path, "1.2.2", "tensorflow",
            """
            {"class_name": "Sequential", "config": [
              {"class_name": "LSTM", "config": {"name": "lstm_1", "trainable": true, "batch_input_shape": [null, 4, 2], "input_dim": 2, "input_length": null, "output_dim": 3, "init": "glorot_uniform",
                "inner_init": "orthogonal", "forget_bias_init": "one", "activation": "tanh", "inner_activation": "hard_sigmoid", "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01},
                "U_regularizer": null, "b_regularizer": null, "dropout_W": 0.0, "dropout_U": 0.0, "return_sequences": false, "go_backwards": false, "stateful": false, "unroll": false, "consume_less": "cpu"}},
              {"class_name": "Dropout", "config": {"name": "dropout_1", "trainable": true, "p": 0.5}},
              {"class_name": "Dense", "config": {"name": "dense_1", "trainable": true, "output_dim": 1, "input_dim": 3, "init": "uniform", "activation": "hard_sigmoid", "W_regularizer": null,
                "b_regularizer": null, "activity_regularizer": null, "W_constraint": {"name": "MaxNorm", "m": 2, "axis": 0}, "b_constraint": null, "bias": true}}]}
            """,
            """{"optimizer_config": {"class_name": "SGD", "config": {"lr": 0.01, "momentum": 0.9, "decay": 0.0, "nesterov": false}}, "loss": "mse", "metrics": ["accuracy"], "sample_weight_mode": null}""",
            ("lstm_1", [.. weights.Select((w, i) => ($"w{i}", w, (int[])((i % 3) switch { 0 => [2, 3], 1 => [3, 3], _ => [3] })))]),
            ("dense_1", [("dense_1_W", kernel, [3, 1]), ("dense_1_b", bias, [1])]));
        var model = Model.Load(path, out var report);
        Assert.True(report.IsComplete, report.ToString());
        var lstm = Assert.IsType<LSTM>(model.Layers[0]);
        Assert.Equal(0.5, Assert.IsType<Dropout>(model.Layers[1]).Rate);
        Assert.IsType<Descent.Optimizers.Keras1.SGD>(model.Optimizer);

        // Input, forget, cell, output here; input, cell, forget, output there.
        var rows = Enumerable.Range(0, 2).SelectMany(r => new[] { 0, 6, 3, 9 }.SelectMany(gate => weights[gate][(3 * r)..(3 * r + 3)])).ToArray();
        Assert.Equal(rows, lstm.Weights[0].ToArray());
        Assert.Equal(kernel, model.Weights[3].ToArray());

        var x = Tensor.From([.. Enumerable.Range(0, 8).Select(i => MathF.Cos(i))], [1, 4, 2]);
        Golden.AssertClose(ByHand(x.ToArray(), weights, kernel, bias), model.Predict(x).Item(), 1e-5);
    }

    [Fact]
    public void Load_OfKeras1ModelOfTheano_TurnsKernels()
    {
        using var folder = new TemporaryFolder();
        var path = folder["m.h5"];
        float[] kernel = [1, 2, 3, 4, 5, 6]; // 1 filter, 1 channel, 2 rows, 3 columns
        Write(path, "1.2.2", "theano",
            """
            {"class_name": "Sequential", "config": [{"class_name": "Convolution2D", "config": {"name": "c", "trainable": true, "batch_input_shape": [null, 4, 5, 1], "nb_filter": 1, "nb_row": 2, "nb_col": 3,
              "init": "he_normal", "activation": "linear", "border_mode": "valid", "subsample": [1, 1], "dim_ordering": "tf", "W_regularizer": null, "b_regularizer": null, "activity_regularizer": null,
              "W_constraint": null, "b_constraint": null, "bias": false}}]}
            """, null, ("c", [("c_W", kernel, [1, 1, 2, 3])]));
        var model = Model.Load(path, out var report);
        Assert.Equal([6, 5, 4, 3, 2, 1], model.Weights[0].ToArray());
        Assert.Contains("the model is not compiled: the file does not say how it was", report.Notes);
    }

    // All axes have one size, so that only the layer tells which is which.
    [Theory]
    [InlineData("Convolution2D", "th", new[] { 2, 3, 1, 0 })]
    [InlineData("Convolution2D", "tf", new[] { 0, 1, 2, 3 })]
    [InlineData("Deconvolution2D", "th", new[] { 2, 3, 0, 1 })]
    [InlineData("Deconvolution2D", "tf", new[] { 0, 1, 3, 2 })]
    public void Load_OfKeras1Kernel_PutsItsAxesInTodaysOrder(string layer, string ordering, int[] axes)
    {
        using var folder = new TemporaryFolder();
        var path = folder["m.h5"];
        var kernel = Numbers(new Random(2), 16);
        Write(path, "1.2.2", "tensorflow",
            $$$"""
            {"class_name": "Sequential", "config": [{"class_name": "{{{layer}}}", "config": {"name": "c", "trainable": true, "batch_input_shape": [null, 2, 2, 2], "nb_filter": 2, "nb_row": 2, "nb_col": 2,
              "init": "he_normal", "activation": "linear", "border_mode": "same", "subsample": [1, 1], "dim_ordering": "{{{ordering}}}", "W_regularizer": null, "b_regularizer": null, "activity_regularizer": null,
              "W_constraint": null, "b_constraint": null, "bias": false}}]}
            """, null, ("c", [("c_W", kernel, [2, 2, 2, 2])]));
        Assert.Equal(Ops.Transpose(Tensor.From(kernel, [2, 2, 2, 2]), axes).ToArray(), Model.Load(path, out _).Weights[0].ToArray());
    }

    [Theory]
    [InlineData("Highway", "Unknown layer 'Highway'")]
    [InlineData("Lambda", "Lambda")]
    public void Load_OfKeras1LayerWithoutCounterpart_NamesIt(string layer, string message)
    {
        using var folder = new TemporaryFolder();
        Write(folder["m.h5"], "1.2.2", "tensorflow", $$$"""{"class_name": "Sequential", "config": [{"class_name": "{{{layer}}}", "config": {"name": "h"}}]}""", null);
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Model.Load(folder["m.h5"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfKeras2FunctionalModel_TakesOptimizerState()
    {
        using var folder = new TemporaryFolder();
        const string Dense = """
            {"name": "d", "trainable": true, "dtype": "float32", "units": 1, "activation": "linear", "use_bias": true,
              "kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": null}}, "bias_initializer": {"class_name": "Zeros", "config": {}},
              "kernel_regularizer": null, "bias_regularizer": null, "activity_regularizer": null, "kernel_constraint": null, "bias_constraint": null}
            """;
        Write(folder["m.h5"], "2.3.1", "tensorflow",
            $$$"""
            {"class_name": "Model", "config": {"name": "m", "layers": [
              {"name": "x", "class_name": "InputLayer", "config": {"batch_input_shape": [null, 2], "dtype": "float32", "sparse": false, "name": "x"}, "inbound_nodes": []},
              {"name": "d", "class_name": "Dense", "config": {{{Dense}}}, "inbound_nodes": [[["x", 0, 0, {}]]]}], "input_layers": [["x", 0, 0]], "output_layers": [["d", 0, 0]]}}
            """,
            """
            {"optimizer_config": {"class_name": "Adam", "config": {"learning_rate": 0.0010000000474974513, "beta_1": 0.9, "beta_2": 0.999, "decay": 0.0, "epsilon": 1e-07, "amsgrad": false}},
              "loss": "mse", "metrics": [], "weighted_metrics": null, "sample_weight_mode": null, "loss_weights": null}
            """,
            ("x", []), ("d", [("d/kernel:0", [1, 2], [2, 1]), ("d/bias:0", [3], [1])]));
        var model = Model.Load(folder["m.h5"], out var report);
        Assert.Equal([1, 2], model.Weights[0].ToArray());
        Assert.IsType<Descent.Optimizers.Keras2.Adam>(model.Optimizer);
        Assert.Contains("the optimizer begins anew: the file has no state of one", report.Notes);
        Assert.Contains("2 of 2 tensors have no checksum", report.Notes);
    }

    [Fact]
    public void LoadWeights_OfTensorsThatNoListNames_NotesThem()
    {
        using var folder = new TemporaryFolder();
        var writer = new Hdf5Writer();
        Descent.Saving.OldFile.Write(writer.Root, new Sequential([new Dense(1) { InputShape = [2], Name = "d" }]));
        writer.Root.CreateGroup("d").CreateDataset("more", [1], new float[1].AsMemory());
        writer.Root.CreateGroup("e").CreateDataset("f/kernel", [1], new float[1].AsMemory());
        using (var file = File.Create(folder["m.h5"])) writer.Save(file);
        var report = new Sequential([new Dense(1) { InputShape = [2] }]).LoadWeights(folder["m.h5"]);
        Assert.Equal(["2 tensors are passed over, which the file does not list as weights of layers: d/more, e/f/kernel"], report.Notes);
    }

    [Fact]
    public void Load_OfChangedArchitecture_Refuses()
    {
        using var folder = new TemporaryFolder();
        var model = new Sequential([new Dense(2, "relu") { InputShape = [2] }]);
        model.Compile("adam", "mse");
        model.Save(folder["m.h5"]);
        var bytes = File.ReadAllBytes(folder["m.h5"]);
        foreach (var (word, other) in new[] { ("relu", "selu"), ("mean_squared_error", "mean_absolute_error") })
        {
            var changed = Encoding.Latin1.GetString(bytes);
            Assert.Contains(word, changed, StringComparison.Ordinal);
            changed = changed.Replace(word, other[..word.Length], StringComparison.Ordinal);
            folder.Write("n.h5", Encoding.Latin1.GetBytes(changed));
            Assert.Contains("must have the checksum", Assert.Throws<InvalidDataException>(() => Model.Load(folder["n.h5"])).Message, StringComparison.Ordinal);
            Assert.Contains("must have the checksum", Assert.Throws<InvalidDataException>(() => model.LoadWeights(folder["n.h5"])).Message, StringComparison.Ordinal);
        }
    }

    // What Keras 1 computes: gates one by one, and its own hard sigmoid.
    private static double ByHand(float[] x, float[][] w, float[] kernel, float[] bias)
    {
        var (h, c) = (new double[3], new double[3]);
        for (var t = 0; t < 4; t++)
        {
            var gates = Enumerable.Range(0, 4).Select(g => Enumerable.Range(0, 3).Select(j =>
                w[3 * g + 2][j] + Enumerable.Range(0, 2).Sum(i => x[2 * t + i] * w[3 * g][3 * i + j]) + Enumerable.Range(0, 3).Sum(i => h[i] * w[3 * g + 1][3 * i + j])).ToArray()).ToArray();
            for (var j = 0; j < 3; j++)
            {
                c[j] = HardSigmoid(gates[2][j]) * c[j] + HardSigmoid(gates[0][j]) * Math.Tanh(gates[1][j]);
                h[j] = HardSigmoid(gates[3][j]) * Math.Tanh(c[j]);
            }
        }

        return HardSigmoid(bias[0] + Enumerable.Range(0, 3).Sum(i => h[i] * kernel[i]));

        static double HardSigmoid(double z) => Math.Clamp(0.2 * z + 0.5, 0, 1);
    }
}
