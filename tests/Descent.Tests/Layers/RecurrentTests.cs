using System.Text.Json.Nodes;
using Descent.Activations;
using Descent.Layers;

namespace Descent.Tests.Layers;

public class RecurrentTests
{
    private static readonly Tensor Input = Draw([4, 5, 3]);

    private static readonly Tensor Mask = Tensor.From([.. Enumerable.Range(0, 20).Select(i => i % 7 is not (0 or 4))], [4, 5]);

    public static TheoryData<string> Layers => ["SimpleRNN", "LSTM", "GRU", "GRU before"];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Recurrent_FusedAndStepByStep_GiveTheSameNumbers(string kind)
    {
        // Another object of the same function is not known to be fusable.
        var fused = Make(kind, "tanh");
        var slow = Make(kind, ActivationFunction.From(Ops.Tanh, "own_tanh"));
        foreach (var layer in (Layer[])[fused, slow]) layer.EnsureBuilt([4, 5, 3]);
        slow.SetWeights(fused.GetWeights());
        Tensor[] states = [.. fused.Cell.StateSizes.Select((size, i) => Draw([4, size], i))];
        foreach (var mask in (Tensor?[])[null, Mask])
        {
            var call = new LayerCall(training: true, [mask, .. states.Select(_ => (Tensor?)null)]);
            var (expected, actual) = (Run(slow, call), Run(fused, call));
            for (var i = 0; i < expected.Count; i++) Golden.AssertClose(expected[i].AsSpan(), actual[i].AsSpan(), 2e-6, $"{i}");
        }

        // Outputs and states, and the gradients of their sum.
        List<Tensor> Run(Recurrent layer, LayerCall call)
        {
            using var tape = new GradientTape();
            tape.Watch(Input);
            foreach (var state in states) tape.Watch(state);
            var outputs = layer.ApplyAll([Input, .. states], call);
            var loss = outputs.Aggregate((Tensor)0f, (sum, y) => sum + Ops.Sum(Ops.Square(y)));
            return [.. outputs, .. tape.Gradient(loss, [Input, .. states, .. layer.TrainableVariables.Select(v => (Tensor)v)]).Select(g => g!)];
        }
    }

    [Fact]
    public void Recurrent_MaskedStepsOfNaN_DoNotMatter()
    {
        var values = Input.ToArray();
        for (var i = 0; i < values.Length; i++)
            if (!Mask.AsBoolSpan()[i / 3]) values[i] = float.NaN;
        Tensor holes = Tensor.From(values, Input.Shape);
        var lstm = new LSTM(3) { ReturnSequences = true };
        var expected = lstm.Apply(Input, Mask).ToArray();
        Assert.Equal(expected, lstm.Apply(holes, Mask).ToArray());
    }

    [Fact]
    public void Stateful_SecondBatch_GoesOnWhereTheFirstEnded()
    {
        var whole = new GRU(3);
        var parts = new GRU(3) { Stateful = true };
        whole.Apply(Input);
        parts.EnsureBuilt([4, 2, 3]);
        parts.SetWeights(whole.GetWeights());
        parts.Apply(Ops.Slice(Input, .., ..2));
        var end = parts.Apply(Ops.Slice(Input, .., 2..));
        Golden.AssertClose(whole.Apply(Input).AsSpan(), end.AsSpan(), 1e-6);

        var exception = Assert.Throws<ArgumentException>(() => parts.Apply(Draw([2, 2, 3])));
        Assert.Contains("Layer 'gru' is stateful and expects 4 samples", exception.Message, StringComparison.Ordinal);
        parts.ResetStates();
        var again = parts.Apply(Input).ToArray();
        Golden.AssertClose(whole.Apply(Input).AsSpan(), again, 1e-6);
        Assert.Throws<InvalidOperationException>(() => whole.ResetStates());
    }

    [Fact]
    public void Stateful_SymbolicInputWithoutBatchSize_IsRefused()
    {
        var exception = Assert.Throws<ArgumentException>(() => new LSTM(2) { Stateful = true }.Apply(Keras.Input([4, 3])));
        Assert.StartsWith("Layer 'lstm' is stateful and must know the batch size: give Keras.Input a batchSize. Received shape (None, 4, 3).", exception.Message, StringComparison.Ordinal);
        Assert.Equal([5, 2], new LSTM(2) { Stateful = true }.Apply(Keras.Input([4, 3], batchSize: 5)).Shape);
    }

    [Fact]
    public void Dropout_OfTheInput_IsTheSameInAllSteps()
    {
        var layer = new SimpleRNN(2, "linear") { Dropout = 0.5, Seed = 5, UseBias = false, RecurrentInitializer = "zeros", ReturnSequences = true };
        var y = layer.Apply(Tensor.Ones([8, 4, 3]), training: true);
        for (var step = 1; step < 4; step++)
            Assert.Equal(Ops.Slice(y, .., ..1).ToArray(), Ops.Slice(y, .., step..(step + 1)).ToArray());
        Assert.NotEqual(y.ToArray(), layer.Apply(Tensor.Ones([8, 4, 3])).ToArray());
    }

    [Fact]
    public void Lstm_BiasOfANewLayer_RemembersByDefault()
    {
        var layer = new LSTM(2);
        layer.Apply(Input);
        Assert.Equal([0, 0, 1, 1, 0, 0, 0, 0], layer.Weights[2].ToArray());
        var plain = new LSTM(2) { UnitForgetBias = false };
        plain.Apply(Input);
        Assert.All(plain.Weights[2].ToArray(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Rnn_CellOfTheUsersOwn_RunsLearnsAndIsStacked()
    {
        var model = new Sequential([new RNN([new MinimalCell(4), new GRUCell(2)]), new Dense(1)]);
        model.Compile("adam", "mse");
        var history = model.Fit(Input, Tensor.Ones([4, 1]), epochs: 5, verbose: 0);
        Assert.True(history["loss"][^1] < history["loss"][0]);
        Assert.Equal("sequential/rnn/stacked_rnn_cells/minimal_cell/kernel", model.Weights[0].Path);
    }

    [Fact]
    public void Bidirectional_MergeModes_MergeAsTheySay()
    {
        var both = new Bidirectional(new LSTM(2) { ReturnSequences = true }) { MergeMode = null };
        var outputs = both.ApplyAll([Input]);
        foreach (var mode in (string[])["sum", "mul", "ave", "concat"])
        {
            var layer = new Bidirectional(new LSTM(2) { ReturnSequences = true }) { MergeMode = mode };
            layer.EnsureBuilt(Input.Shape);
            layer.SetWeights(both.GetWeights());
            var expected = mode switch
            {
                "sum" => outputs[0] + outputs[1],
                "mul" => outputs[0] * outputs[1],
                "ave" => (outputs[0] + outputs[1]) / 2f,
                _ => Ops.Concatenate([outputs[0], outputs[1]]),
            };
            Assert.Equal(expected.ToArray(), layer.Apply(Input).ToArray());
            Assert.Equal(expected.Shape[1..], layer.ComputeOutputShape([-1, 5, 3])[1..]);
        }
    }

    [Fact]
    public void Bidirectional_ReturningStates_ReturnsThoseOfBothLayers()
    {
        var layer = new Bidirectional(new LSTM(2) { ReturnState = true });
        var outputs = layer.ApplyAll([Input, .. Enumerable.Range(0, 4).Select(i => Draw([4, 2], i))]);
        Assert.Equal([[4, 4], [4, 2], [4, 2], [4, 2], [4, 2]], outputs.Select(o => o.Shape.ToArray()));
        Assert.Equal(Ops.Slice(outputs[0], .., 2..).ToArray(), outputs[3].ToArray());
    }

    [Fact]
    public void Recurrent_BadInput_IsNamed()
    {
        Assert.Equal("Layer 'lstm' expects an input of shape (batch, time, features). Received shape (None, 3).", Assert.Throws<ArgumentException>(() => new LSTM(2).Apply(Draw([4, 3]))).Message);
        Assert.Contains("first states of shapes (4, 2), (4, 2). Received shapes (4, 3).", Assert.Throws<ArgumentException>(() => new LSTM(2).Apply([Input, Draw([4, 3])])).Message, StringComparison.Ordinal);
        Assert.Contains("at least one time step", Assert.Throws<ArgumentException>(() => new LSTM(2).Apply(Tensor.Zeros([4, 0, 3]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new LSTM(2).Apply(Input, Tensor.From([true, false], [2])));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LSTM(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GRU(1) { Dropout = 1.5 });
        Assert.Throws<ArgumentException>(() => new Bidirectional(new GRU(1)) { MergeMode = "max" });
        Assert.Contains("different directions", Assert.Throws<ArgumentException>(() => new Bidirectional(new GRU(1)) { BackwardLayer = new GRU(1) }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new RNN([]));
        Assert.Contains("of rank 3 or more", Assert.Throws<ArgumentException>(() => new TimeDistributed(new Dense(1)).Apply(Draw([4, 3]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TimeDistributed_Steps_AreThoseOfTheLayer()
    {
        var dense = new Dense(2, "tanh");
        var y = new TimeDistributed(dense).Apply(Input);
        Assert.Equal(dense.Apply(Input).ToArray(), y.ToArray());
    }

    [Fact]
    public void TimeDistributed_PenaltyOnActivity_IsThatOfTheOuterLayer()
    {
        float Penalty(Layer layer)
        {
            layer.EnsureBuilt(Input.Shape);
            var losses = new ExtraLosses();
            using var _ = losses.Open();
            layer.Apply(Input);
            return losses.AddTo(Tensor.From([0f], Shape.Scalar)).ToArray()[0];
        }

        Assert.Equal(0, Penalty(new TimeDistributed(new Dense(2) { ActivityRegularizer = "l2" })));
        Assert.Equal(0, Penalty(new TimeDistributed(new BatchNormalization { ActivityRegularizer = "l2" })));
        Assert.True(Penalty(new TimeDistributed(new Dense(2)) { ActivityRegularizer = "l2" }) > 0);
    }

    [Fact]
    public void TimeDistributed_FrozenLayer_IsCalledOnceForAllSteps()
    {
        var inner = new CountsCalls();
        var layer = new TimeDistributed(inner);
        layer.EnsureBuilt(Input.Shape);
        layer.Trainable = false;
        layer.Apply(Input);
        Assert.Equal(1, inner.Calls);

        // A layer with statistics looks at a whole batch: it is called for each step.
        var counting = new CountsCalls(hasStatistics: true);
        new TimeDistributed(counting).Apply(Input);
        Assert.Equal(5, counting.Calls);
    }

    private static Recurrent Make(string kind, ActivationFunction activation) => kind switch
    {
        "SimpleRNN" => new SimpleRNN(3, activation) { ReturnSequences = true, ReturnState = true },
        "LSTM" => new LSTM(3, activation) { ReturnSequences = true, ReturnState = true, ZeroOutputForMask = true },
        "GRU" => new GRU(3, activation) { ReturnState = true, GoBackwards = true },
        _ => new GRU(3, activation) { ReturnSequences = true, ReturnState = true, ResetAfter = false },
    };

    private static Tensor Draw(Shape shape, int seed = 0) => Tensor.From([.. Enumerable.Range(0, shape.Size).Select(i => MathF.Sin((i + 7 * seed) * 1.7f))], shape);

    private sealed class CountsCalls(bool hasStatistics = false) : Layer
    {
        public int Calls { get; private set; }

        public override void Build(Shape inputShape) => AddWeight("w", [1], trainable: !hasStatistics);

        public override Tensor Call(Tensor x, bool training = false)
        {
            Calls++;
            return x + 1f;
        }
    }

    private sealed class MinimalCell(int units) : RNNCell
    {
        private Variable? _kernel;
        private Variable? _recurrentKernel;

        public override IReadOnlyList<int> StateSizes => [units];

        public static MinimalCell FromConfig(JsonObject config) => new((int)config["units"]!);

        public override void Build(Shape inputShape)
        {
            _kernel = AddWeight("kernel", [inputShape[^1], units]);
            _recurrentKernel = AddWeight("recurrent_kernel", [units, units]);
        }

        public override IReadOnlyList<Tensor> Step(Tensor x, IReadOnlyList<Tensor> states, bool training = false)
        {
            var h = Ops.MatMul(x, _kernel!) + Ops.MatMul(states[0], _recurrentKernel!);
            return [h, h];
        }
    }
}
