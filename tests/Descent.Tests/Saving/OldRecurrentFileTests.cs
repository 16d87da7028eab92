using Descent.Layers;
using Descent.Tests.Data;
using static Descent.Tests.Saving.OldFiles;

namespace Descent.Tests.Saving;

/// <summary>Recurrent layers as Keras 1 and cuDNN had them, against what they computed there, written down gate by gate.</summary>
public class OldRecurrentFileTests
{
    private const int Inputs = 3;
    private const int Units = 2;
    private const int Time = 4;

    // cuDNN sees matrices of (outputs, inputs), row by row, in memory that Keras 2 calls (inputs, outputs). Gates: input, forget, cell, output.
    [Fact]
    public void Load_OfCuDnnLstm_PredictsAsItDid()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(3);
        var (w, r, bias) = (Gates(random, 4, Units * Inputs), Gates(random, 4, Units * Units), Numbers(random, 8 * Units));
        Write(folder["m.h5"], "2.3.1", "tensorflow", Recurrent("CuDNNLSTM", """ "unit_forget_bias": true, """), null, ("rnn", Cudnn(w, r, bias)));
        var model = Model.Load(folder["m.h5"], out var report);
        Assert.True(report.IsComplete, report.ToString());
        Assert.Equal("sigmoid", Assert.IsType<LSTM>(model.Layers[0]).RecurrentActivation.Name);
        var x = Numbers(random, Time * Inputs);
        var (h, c) = (new double[Units], new double[Units]);
        for (var t = 0; t < Time; t++)
        {
            var z = Enumerable.Range(0, 4).Select(g => Vector(u => Row(w[g], u, Inputs, i => x[t * Inputs + i]) + Row(r[g], u, Units, i => h[i]) + bias[g * Units + u] + bias[(4 + g) * Units + u])).ToArray();
            c = Vector(u => Sigmoid(z[1][u]) * c[u] + Sigmoid(z[0][u]) * Math.Tanh(z[2][u]));
            h = Vector(u => Sigmoid(z[3][u]) * Math.Tanh(c[u]));
        }

        AssertPredicts(h, model, x);

        // The weights alone, into a layer of a model that is there.
        Write(folder["w.h5"], "2.3.1", "tensorflow", null, null, ("rnn", Cudnn(w, r, bias)));
        var other = new Sequential([new LSTM(Units) { InputShape = [Time, Inputs], Name = "other" }]);
        Assert.True(other.LoadWeights(folder["w.h5"]).IsComplete);
        Assert.Equal(Values(model), Values(other));
        Assert.True(other.LoadWeights(folder["w.h5"], new LoadOptions { Rename = [("^rnn/", "other/")] }).IsComplete);
        Assert.Equal(Values(model), Values(other));
    }

    // Gates: update, reset, candidate; the biases of the input before those of the state.
    [Fact]
    public void Load_OfCuDnnGru_PredictsAsItDid()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(4);
        var (w, r, bias) = (Gates(random, 3, Units * Inputs), Gates(random, 3, Units * Units), Numbers(random, 6 * Units));
        Write(folder["m.h5"], "2.3.1", "tensorflow", Recurrent("CuDNNGRU", ""), null, ("rnn", Cudnn(w, r, bias)));
        var model = Model.Load(folder["m.h5"], out var report);
        Assert.True(report.IsComplete, report.ToString());
        var x = Numbers(random, Time * Inputs);
        var h = new double[Units];
        for (var t = 0; t < Time; t++)
        {
            var fromInput = Enumerable.Range(0, 3).Select(g => Vector(u => Row(w[g], u, Inputs, i => x[t * Inputs + i]) + bias[g * Units + u])).ToArray();
            var fromState = Enumerable.Range(0, 3).Select(g => Vector(u => Row(r[g], u, Units, i => h[i]) + bias[(3 + g) * Units + u])).ToArray();
            h = Vector(u =>
            {
                var (update, reset) = (Sigmoid(fromInput[0][u] + fromState[0][u]), Sigmoid(fromInput[1][u] + fromState[1][u]));
                return (1 - update) * Math.Tanh(fromInput[2][u] + reset * fromState[2][u]) + update * h[u];
            });
        }

        AssertPredicts(h, model, x);

        Write(folder["w.h5"], "2.3.1", "tensorflow", null, null, ("rnn", Cudnn(w, r, bias)));
        var message = Assert.Throws<InvalidDataException>(() => new Sequential([new GRU(Units) { InputShape = [Time, Inputs], ResetAfter = false }]).LoadWeights(folder["w.h5"])).Message;
        Assert.Contains("must have ResetAfter = true to take the weights of a CuDNNGRU", message, StringComparison.Ordinal);
    }

    // Gates of Keras 1: input, cell, forget, output; kernels of 3 rows and 1 column, 2 channels, 3 filters.
    [Theory]
    [InlineData("tf", "tensorflow")]
    [InlineData("th", "tensorflow")]
    [InlineData("tf", "theano")]
    [InlineData("th", "theano")]
    public void Load_OfConvLstmOfKeras1_PredictsAsItDid(string ordering, string backend)
    {
        const int Rows = 5, Columns = 2, Channels = 2, Filters = 3, Taps = 3;
        using var folder = new TemporaryFolder();
        var random = new Random(5);
        var isFirst = ordering == "th";
        var (w, u, b) = (Gates(random, 4, Taps * Channels * Filters), Gates(random, 4, Taps * Filters * Filters), Gates(random, 4, Filters));
        Write(folder["m.h5"], "1.2.2", backend,
            $$$"""
            {"class_name": "Sequential", "config": [{"class_name": "ConvLSTM2D", "config": {"name": "c", "trainable": true, "batch_input_shape": [null, 3, {{{(isFirst ? "2, 5, 2" : "5, 2, 2")}}}],
              "nb_filter": 3, "nb_row": 3, "nb_col": 1, "init": "glorot_uniform", "inner_init": "orthogonal", "forget_bias_init": "one", "activation": "tanh", "inner_activation": "hard_sigmoid",
              "dim_ordering": "{{{ordering}}}", "border_mode": "valid", "return_sequences": false, "go_backwards": false, "stateful": false}}]}
            """, null,
            ("c", [.. Enumerable.Range(0, 4).SelectMany(g => new[] { ($"W{g}", w[g], Kernel(Channels)), ($"U{g}", u[g], Kernel(Filters)), ($"b{g}", b[g], (int[])[Filters]) })]));
        var model = Model.Load(folder["m.h5"], out var report);
        Assert.True(report.IsComplete, report.ToString());
        Assert.True(Assert.IsType<ConvLSTM2D>(model.Layers[0]).UnitForgetBias);

        var x = Numbers(random, 3 * Rows * Columns * Channels);
        const int Outputs = Rows - Taps + 1;
        var (h, c) = (new double[Outputs, Columns, Filters], new double[Outputs, Columns, Filters]);
        for (var t = 0; t < 3; t++)
        {
            var (before, after) = (h, new double[Outputs, Columns, Filters]);
            for (var row = 0; row < Outputs; row++)
                for (var column = 0; column < Columns; column++)
                    for (var f = 0; f < Filters; f++)
                    {
                        var z = Enumerable.Range(0, 4).Select(g => b[g][f]
                            + Sum(Taps, Channels, (tap, i) => Tap(w[g], Channels, tap, i, f) * x[Pixel(t, row + tap, column, i)])
                            + Sum(Taps, Filters, (tap, i) => row + tap - 1 is >= 0 and < Outputs and var r ? Tap(u[g], Filters, tap, i, f) * before[r, column, i] : 0)).ToArray();
                        c[row, column, f] = OldSigmoid(z[2]) * c[row, column, f] + OldSigmoid(z[0]) * Math.Tanh(z[1]);
                        after[row, column, f] = OldSigmoid(z[3]) * Math.Tanh(c[row, column, f]);
                    }

            h = after;
        }

        var y = Ops.Transpose(model.Predict(Tensor.From(x, isFirst ? [1, 3, Channels, Rows, Columns] : [1, 3, Rows, Columns, Channels])), isFirst ? [0, 2, 3, 1] : [0, 1, 2, 3]).ToArray();
        Assert.All(h.Cast<double>().Zip(y), pair => Golden.AssertClose(pair.First, pair.Second, 1e-5));

        int[] Kernel(int inputs) => isFirst ? [Filters, inputs, Taps, 1] : [Taps, 1, inputs, Filters];

        int Pixel(int t, int row, int column, int i) => isFirst ? ((t * Channels + i) * Rows + row) * Columns + column : ((t * Rows + row) * Columns + column) * Channels + i;

        // Theano convolves, TensorFlow correlates.
        double Tap(float[] kernel, int inputs, int tap, int i, int f)
        {
            if (backend == "theano") tap = Taps - 1 - tap;
            return kernel[isFirst ? (f * inputs + i) * Taps + tap : (tap * inputs + i) * Filters + f];
        }
    }

    // What is trained stands before what is not, over all layers of the inner model.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_OfGatesInsideOtherLayers_GivesWhatTheyAreAlone(bool isFrozen)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(6);
        var lstm = Alone(random, "l", 4, 2, 2);
        var (forward, backward) = (Alone(random, "f", 3, 2, 2), Alone(random, "b", 3, 2, 2));
        var each = Alone(random, "e", 4, 4, 2);
        (string, float[], int[])[] statistics = [("m", Numbers(random, 2), [2]), ("v", Numbers(random, 2), [2])];
        (string, float[], int[])[] scales = [("g", Numbers(random, 2), [2]), ("o", Numbers(random, 2), [2])];
        var inner = $$$"""
            {"class_name": "Sequential", "config": [{{{Keras1("LSTM", "l", $"\"return_sequences\": true, \"batch_input_shape\": [null, 3, 2], \"trainable\": {(isFrozen ? "false" : "true")}")}}},
              {"class_name": "BatchNormalization", "config": {"name": "n", "trainable": true, "epsilon": 0.001, "mode": 0, "axis": -1, "momentum": 0.99, "gamma_regularizer": null, "beta_regularizer": null}},
              {"class_name": "Bidirectional", "config": {"name": "both", "trainable": true, "merge_mode": "concat", "layer": {{{Keras1("GRU", "g", "\"return_sequences\": true, \"trainable\": true")}}}}}]}
            """;
        Write(folder["m.h5"], "1.2.2", "tensorflow",
            $$$"""
            {"class_name": "Sequential", "config": [
              {"class_name": "TimeDistributed", "config": {"name": "t", "trainable": true, "batch_input_shape": [null, 2, 3, 2], "layer": {{{inner}}}}},
              {"class_name": "TimeDistributed", "config": {"name": "u", "trainable": true, "layer": {{{Keras1("LSTM", "e", "\"return_sequences\": false, \"trainable\": true")}}}}}]}
            """, null,
            ("t", [.. isFrozen ? [] : lstm, .. scales, .. forward, .. backward, .. isFrozen ? lstm : [], .. statistics]), ("u", each));
        var nested = Model.Load(folder["m.h5"], out var report);
        Assert.True(report.IsComplete, report.ToString());

        // The same layers, each alone.
        Write(folder["w.h5"], "1.2.2", "tensorflow", null, null, ("l", lstm), ("n", [.. scales, .. statistics]), ("f", forward), ("b", backward), ("e", each));
        var flat = new Sequential([
            new LSTM(2) { ReturnSequences = true, InputShape = [3, 2] }, new BatchNormalization(), new GRU(2) { ReturnSequences = true, ResetAfter = false }, new GRU(2) { ReturnSequences = true, ResetAfter = false },
            new RepeatColumns(), new LSTM(2)]);
        Assert.True(flat.LoadWeights(folder["w.h5"]).IsComplete);
        Assert.Equal(Values(flat), Values(nested));
        Assert.Equal(statistics.SelectMany(s => s.Item2), nested.Weights.Where(w => w.Name.StartsWith("moving", StringComparison.Ordinal)).SelectMany(w => w.ToArray()));
    }

    // To 4 features, as two directions side by side have.
    private sealed class RepeatColumns : Layer
    {
        public override Tensor Call(Tensor x, bool training = false) => Ops.Concatenate([x, x]);

        public override Shape ComputeOutputShape(Shape inputShape) => Shape.Create([inputShape[0], inputShape[1], 2 * inputShape[2]]);
    }

    private static string Keras1(string layer, string name, string more) => $$$"""
        {"class_name": "{{{layer}}}", "config": {"name": "{{{name}}}", {{{more}}}, "output_dim": 2, "input_dim": null, "input_length": null, "init": "glorot_uniform", "inner_init": "orthogonal",
          "activation": "tanh", "inner_activation": "hard_sigmoid", "W_regularizer": null, "U_regularizer": null, "b_regularizer": null, "dropout_W": 0.0, "dropout_U": 0.0,
          "go_backwards": false, "stateful": false, "unroll": false, "consume_less": "cpu"}}
        """;

    // Kernel, recurrent kernel and bias of each gate.
    private static (string, float[], int[])[] Alone(Random random, string name, int gates, int inputs, int units) => [.. Enumerable.Range(0, gates).SelectMany(g => new[]
    {
        ($"{name}_W_{g}", Numbers(random, inputs * units), (int[])[inputs, units]), ($"{name}_U_{g}", Numbers(random, units * units), [units, units]), ($"{name}_b_{g}", Numbers(random, units), [units]),
    })];

    private static string Recurrent(string layer, string more) => $$$"""
        {"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "{{{layer}}}", "config": {"name": "rnn", "trainable": true, "batch_input_shape": [null, 4, 3], "dtype": "float32",
          "return_sequences": false, "return_state": false, "go_backwards": false, "stateful": false, "units": 2, {{{more}}}
          "kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": null}},
          "recurrent_initializer": {"class_name": "Orthogonal", "config": {"gain": 1.0, "seed": null}}, "bias_initializer": {"class_name": "Zeros", "config": {}},
          "kernel_regularizer": null, "recurrent_regularizer": null, "bias_regularizer": null, "activity_regularizer": null,
          "kernel_constraint": null, "recurrent_constraint": null, "bias_constraint": null}}]}}
        """;

    private static (string, float[], int[])[] Cudnn(float[][] w, float[][] r, float[] bias) =>
        [("kernel", SideBySide(w, Inputs), [Inputs, w.Length * Units]), ("recurrent_kernel", SideBySide(r, Units), [Units, r.Length * Units]), ("bias", bias, [bias.Length])];

    private static float[] SideBySide(float[][] gates, int rows) => [.. Enumerable.Range(0, rows).SelectMany(row => gates.SelectMany(g => g[(row * Units)..((row + 1) * Units)]))];

    private static float[][] Gates(Random random, int count, int size) => [.. Enumerable.Range(0, count).Select(_ => Numbers(random, size))];

    private static double[] Vector(Func<int, double> of) => [.. Enumerable.Range(0, Units).Select(of)];

    private static double Row(float[] matrix, int row, int columns, Func<int, double> of) => Enumerable.Range(0, columns).Sum(i => matrix[row * columns + i] * of(i));

    private static double Sum(int first, int second, Func<int, int, double> of) => Enumerable.Range(0, first).Sum(i => Enumerable.Range(0, second).Sum(j => of(i, j)));

    private static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    private static double OldSigmoid(double z) => Math.Clamp(0.2 * z + 0.5, 0, 1);

    private static void AssertPredicts(double[] expected, Model model, float[] x) =>
        Assert.All(expected.Zip(model.Predict(Tensor.From(x, [1, Time, Inputs])).ToArray()), pair => Golden.AssertClose(pair.First, pair.Second, 1e-5));

    private static float[] Values(Model model) => [.. model.Weights.SelectMany(w => w.ToArray())];
}
