using Descent.Callbacks;
using Descent.Data;
using Descent.Layers;
using Descent.Metrics;

namespace Descent.Tests.Functional;

/// <summary>Training with several inputs and outputs. The numbers come from the formulas in float64, computed elsewhere.</summary>
public class FunctionalTrainingTests
{
    private const double Tolerance = 6e-6;

    private static readonly double[] Loss = [3.2905981594924634, 2.4071807429830345, 2.0626576200895212];
    private static readonly double[] LossA = [2.607831727771839, 0.9889408651025399, 0.6198200237912971];
    private static readonly double[] LossB = [0.993341147803272, 0.9563551552158823, 0.8763738040969365];
    private static readonly double[] ErrorA = [1.6381821976367974, 1.1027937710351658, 0.8978950723374699];
    private static readonly float[] KernelA = [0.4525610012018679f, 0.563743248187597f, 0.5835188804938156f, 0.5667007896759172f, 0.7476824100959448f, 0.3906476234029043f, -0.04738136155435958f, -0.4515191474879402f];

    private static readonly Tensor X1 = Numbers(6, 3, 1.7), X2 = Numbers(6, 2, 0.9), A = Numbers(6, 1, 2.3), B = Tensor.From([0f, 1, 1, 0, 1, 0], [6, 1]);
    private static readonly Tensor WeightA = Tensor.From([1f, 0.5f, 2, 1, 0.25f, 3]), Ones = Tensor.Ones([6]);

    [Fact]
    public void Fit_ListsOfData_GivesTheKnownNumbers()
    {
        var model = TwoByTwo();
        model.Compile(new Descent.Optimizers.SGD(0.1), loss: ["mse", "binary_crossentropy"], metrics: [["mae"], ["accuracy"]], lossWeights: [0.5, 2]);
        AssertKnown(model, model.Fit([X1, X2], [A, B], batchSize: 4, epochs: 3, verbose: 0, shuffle: false, sampleWeight: [WeightA, Ones]));
    }

    [Fact]
    public void Fit_NamedData_GivesTheKnownNumbers()
    {
        var model = TwoByTwo();
        CompileByName(model);
        AssertKnown(model, model.Fit(
            new() { ["right"] = X2, ["left"] = X1 }, new() { ["b"] = B, ["a"] = A }, batchSize: 4, epochs: 3, verbose: 0, shuffle: false,
            sampleWeight: new() { ["b"] = Ones, ["a"] = WeightA }));
    }

    [Fact]
    public void Fit_WeightsOfOneOutputByName_CountTheSamplesOfTheOtherAllTheSame()
    {
        var model = TwoByTwo();
        CompileByName(model);
        AssertKnown(model, model.Fit([X1, X2], [A, B], batchSize: 4, epochs: 3, verbose: 0, shuffle: false, sampleWeight: new() { ["a"] = WeightA }));
        Batch[] batches = [new([X1, X2], [A, B], new() { ["a"] = WeightA })];
        Assert.Equal(model.Evaluate([X1, X2], [A, B], sampleWeight: [WeightA, Ones]).Loss, model.Evaluate(batches, null).Loss, 5);
        Assert.Contains("Received: 'c'", Assert.Throws<ArgumentException>(() => model.TrainOnBatch([X1, X2], [A, B], new() { ["c"] = WeightA })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_BatchesOfTheUser_GivesTheKnownNumbers()
    {
        var model = TwoByTwo();
        CompileByName(model);
        Batch[] batches = [.. new[] { 0..4, 4..6 }.Select(r => new Batch(
            [Ops.Slice(X1, r), Ops.Slice(X2, r)], new() { ["b"] = Ops.Slice(B, r), ["a"] = Ops.Slice(A, r) }, [Ops.Slice(WeightA, r), Ops.Slice(Ones, r)]))];
        AssertKnown(model, model.Fit(batches, epochs: 3, verbose: 0));
    }

    [Fact]
    public void Fit_ValidationData_IsLoggedForEachOutput()
    {
        var model = TwoByTwo();
        CompileByName(model);
        var history = model.Fit([X1, X2], [A, B], verbose: 0, validationData: ([X1, X2], [A, B]));
        Assert.Equal(["a_loss", "a_mae", "b_accuracy", "b_loss", "loss", "val_a_loss", "val_a_mae", "val_b_accuracy", "val_b_loss", "val_loss"], history.Metrics.Keys);
        var result = model.Evaluate([X1, X2], [A, B]);
        Assert.Equal(history["val_b_loss"][0], result["b_loss"], 12);
        Assert.Equal(history["val_loss"][0], result.Loss, 12);
    }

    [Fact]
    public void Fit_ValidationBatches_MeasureAsArraysDoInEachEpoch()
    {
        Batch[] batches = [.. new[] { 0..4, 4..6 }.Select(r => new Batch([Ops.Slice(X1, r), Ops.Slice(X2, r)], [Ops.Slice(A, r), Ops.Slice(B, r)]))];
        var (ours, theirs) = (TwoByTwo(), TwoByTwo());
        CompileByName(ours);
        CompileByName(theirs);
        var expected = theirs.Fit([new Batch([X1, X2], [A, B])], epochs: 2, verbose: 0, validationData: ([X1, X2], [A, B]));
        var actual = ours.Fit([new Batch([X1, X2], [A, B])], epochs: 2, verbose: 0, validationData: batches);
        Assert.Equal(expected.Metrics.Keys, actual.Metrics.Keys);
        AssertClose([.. expected["val_loss"]], actual["val_loss"]);

        var arrays = TwoByTwo();
        CompileByName(arrays);
        AssertClose([.. arrays.Fit([X1, X2], [A, B], epochs: 2, verbose: 0, validationData: batches)["val_loss"]], actual["val_loss"]);
    }

    [Fact]
    public void TrainOnBatch_TwoOutputs_MeasuresBothAndLearns()
    {
        var model = TwoByTwo();
        CompileByName(model);
        var first = model.TrainOnBatch([X1, X2], [A, B]);
        Assert.Equal(0.5 * first["a_loss"] + 2 * first["b_loss"], first.Loss, 5);
        Assert.True(model.TestOnBatch([X1, X2], [A, B]).Loss < first.Loss);
    }

    [Fact]
    public void PredictAll_TwoOutputs_GivesThemByPlaceAndName()
    {
        var model = TwoByTwo();
        var all = model.PredictAll(new() { ["left"] = X1, ["right"] = X2 }, batchSize: 4);
        Assert.Equal(["a", "b"], all.Names!);
        var expected = model.ApplyAll([X1, X2]);
        Assert.Equal(expected[0].ToArray(), all["a"].ToArray());
        Assert.Equal(expected[1].ToArray(), all[1].ToArray());
        Assert.Contains("Call PredictAll", Assert.Throws<InvalidOperationException>(() => model.Predict([X1, X2])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_OneSampleWeight_HoldsForAllOutputs()
    {
        var (one, each) = (TwoByTwo(), TwoByTwo());
        CompileByName(one);
        CompileByName(each);
        one.Fit([X1, X2], [A, B], verbose: 0, shuffle: false, sampleWeight: WeightA);
        each.Fit([X1, X2], [A, B], verbose: 0, shuffle: false, sampleWeight: [WeightA, WeightA]);
        Assert.Equal(each.GetWeights().Select(w => w.ToArray()), one.GetWeights().Select(w => w.ToArray()));
    }

    [Fact]
    public void Fit_OutputWithoutALoss_DoesNotCount()
    {
        var model = TwoByTwo();
        model.Compile("sgd", loss: new() { ["b"] = "binary_crossentropy" });
        var kernel = model.GetWeight("a/kernel").ToArray();
        var history = model.Fit([X1, X2], [A, B], verbose: 0);
        Assert.Equal(["loss"], history.Metrics.Keys);
        Assert.Equal(kernel, model.GetWeight("a/kernel").ToArray());
    }

    [Fact]
    public void Fit_DataThatDoesNotFit_NamesIt()
    {
        var model = TwoByTwo();
        CompileByName(model);
        AssertMessage("x must have names of the model: left, right. Received: 'rihgt'. Did you mean 'right'", () => model.Fit(new() { ["left"] = X1, ["rihgt"] = X2 }, [A, B], verbose: 0));
        AssertMessage("y must have 'b'. Received: a.", () => model.Fit([X1, X2], new() { ["a"] = A }, verbose: 0));
        AssertMessage("expects 2 inputs (left, right). Received: x with 1.", () => model.Fit(X1, A, verbose: 0));
        AssertMessage("expects a batch of samples of shape (2,) for input 'right'. Received: x, a batch of samples of shape (3,).", () => model.Fit([X1, X1], [A, B], verbose: 0));
        AssertMessage("targets for each of its 2 outputs. Received: 1.", () => model.Fit([X1, X2], A, verbose: 0));
        AssertMessage("must have the same number of samples", () => model.Fit([X1, Numbers(5, 2, 1)], [A, B], verbose: 0));
        model.Compile("sgd", loss: new() { ["c"] = "mse" });
        AssertMessage("loss must have names of the model: a, b. Received: 'c'.", () => model.Fit([X1, X2], [A, B], verbose: 0));
        model.Compile("sgd", loss: ["mse", "mse", "mse"]);
        AssertMessage("loss must have one entry for each of the 2 outputs (a, b). Received: 3.", () => model.Fit([X1, X2], [A, B], verbose: 0));
    }

    [Fact]
    public void Fit_MaskedOutput_LeavesMaskedStepsOut()
    {
        var x = Tensor.From([1f, 2, 0, 3, 0, 0], [2, 3, 1]);
        var input = Keras.Input([3, 1]);
        var model = new Model(input, new Masking().Apply(input));
        model.Compile("sgd", "mse");
        // Of six steps three count: (1 + 4 + 9) / 3. The others would add (5 − 0)².
        Assert.Equal(14 / 3.0, model.Evaluate(x, Tensor.From([0f, 0, 5, 0, 5, 5], [2, 3, 1])).Loss, 5);
    }

    [Fact]
    public void TrainStep_OfTheUser_IsWhatFitRuns()
    {
        static CustomStep Make()
        {
            var input = Keras.Input([3]);
            return new CustomStep(input, new Dense(1) { KernelInitializer = "zeros" }.Apply(input));
        }

        var custom = Make();
        custom.Compile(new Descent.Optimizers.SGD(0.1), "mse", metrics: ["mae"]);
        var plain = new Model(custom.Inputs[0], new Dense(1) { KernelInitializer = "zeros" }.Apply(custom.Inputs[0]));
        plain.Compile(new Descent.Optimizers.SGD(0.1), "mse", metrics: ["mae"]);
        var (ours, theirs) = (custom.Fit(X1, A, batchSize: 4, epochs: 2, verbose: 0, shuffle: false), plain.Fit(X1, A, batchSize: 4, epochs: 2, verbose: 0, shuffle: false));
        Assert.Equal(theirs["loss"], ours["loss"]);
        Assert.Equal(theirs["mae"], ours["mae"]);
        Assert.Equal([0, 1], ours["steps"].Select(s => s - 2));
        Assert.Equal(plain.Weights[0].ToArray(), custom.Weights[0].ToArray());
        Assert.Equal(1, custom.Evaluate(X1, A).Metrics["tested"]);
    }

    [Fact]
    public void TrainStep_WithAMetricOfItsOwn_ResetsItEachEpoch()
    {
        var input = Keras.Input([3]);
        var model = new OwnLoss(input, new Dense(1) { KernelInitializer = "zeros" }.Apply(input));
        model.Compile(new Descent.Optimizers.SGD(0.0));
        var history = model.Fit(X1, A, batchSize: 3, epochs: 2, verbose: 0);
        var expected = Ops.Mean(Ops.Square(A)).Item();
        Assert.All(history["loss"], loss => Assert.Equal(expected, loss, 5));
    }

    private static void CompileByName(Model model) => model.Compile(
        new Descent.Optimizers.SGD(0.1),
        loss: new() { ["b"] = "binary_crossentropy", ["a"] = "mse" },
        metrics: new() { ["a"] = ["mae"], ["b"] = "accuracy" },
        lossWeights: new() { ["a"] = 0.5, ["b"] = 2 });

    private static void AssertKnown(Model model, History history)
    {
        Assert.Equal(["a_loss", "a_mae", "b_accuracy", "b_loss", "loss"], history.Metrics.Keys);
        AssertClose(Loss, history["loss"]);
        AssertClose(LossA, history["a_loss"]);
        AssertClose(LossB, history["b_loss"]);
        AssertClose(ErrorA, history["a_mae"]);
        Golden.AssertClose(KernelA, model.GetWeight("a/kernel").ToArray(), Tolerance, "a/kernel");
    }

    private static void AssertClose(double[] expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (var i = 0; i < expected.Length; i++) Golden.AssertClose(expected[i], actual[i], Tolerance);
    }

    private static void AssertMessage(string expected, Action action) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(action).Message, StringComparison.Ordinal);

    private static Model TwoByTwo()
    {
        var (left, right) = (Keras.Input([3], name: "left"), Keras.Input([2], name: "right"));
        var both = new Concatenate().Apply([new Dense(4, "tanh") { Name = "from_left" }.Apply(left), new Dense(4, "tanh") { Name = "from_right" }.Apply(right)]);
        var model = new Model([left, right], [new Dense(1) { Name = "a" }.Apply(both), new Dense(1, "sigmoid") { Name = "b" }.Apply(both)]);
        foreach (var (path, step) in new[] { ("from_left", 0.7), ("from_right", 0.37), ("a", 0.5), ("b", 0.21) })
        {
            var kernel = model.GetWeight($"{path}/kernel");
            kernel.Assign(Numbers(kernel.Shape[0], kernel.Shape[1], step));
        }

        return model;
    }

    private static Tensor Numbers(int rows, int columns, double step) =>
        Tensor.From([.. Enumerable.Range(0, rows * columns).Select(i => (float)Math.Sin(step * i + 0.3))], [rows, columns]);

    /// <summary>The step of Keras' guide, which does what the default does and logs a number more.</summary>
    private sealed class CustomStep(KerasTensors inputs, KerasTensors outputs) : Model(inputs, outputs)
    {
        private int _steps;

        protected override Logs TrainStep(Batch batch)
        {
            using var tape = new GradientTape();
            var yPred = Apply(batch.X, training: true);
            var loss = ComputeLoss(batch.Inputs, batch.Targets, yPred, batch.SampleWeights);
            Optimizer!.Apply(tape.Gradient(loss, TrainableVariables), TrainableVariables);
            var logs = ComputeMetrics(loss, batch.Targets, yPred, batch.SampleWeights);
            logs["steps"] = ++_steps / 2 + 1;
            return logs;
        }

        protected override Logs TestStep(Batch batch)
        {
            var logs = base.TestStep(batch);
            logs["tested"] = 1;
            return logs;
        }
    }

    /// <summary>Trains without a compiled loss, and measures by a metric of its own.</summary>
    private sealed class OwnLoss : Model
    {
        private readonly Mean _mean;

        public OwnLoss(KerasTensors inputs, KerasTensors outputs)
            : base(inputs, outputs) => _mean = TrackMetric(new Mean());

        protected override Logs TrainStep(Batch batch)
        {
            using var tape = new GradientTape();
            var loss = Ops.Mean(Ops.Square(Apply(batch.X, training: true) - batch.Y));
            Optimizer!.Apply(tape.Gradient(loss, TrainableVariables), TrainableVariables);
            _mean.UpdateState(loss);
            return new Logs { ["loss"] = _mean.Result().Item() };
        }
    }
}
