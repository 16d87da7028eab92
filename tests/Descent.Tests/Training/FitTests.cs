using Descent.Callbacks;
using Descent.Data;
using Descent.Layers;
using Descent.Optimizers;

namespace Descent.Tests.Training;

public class FitTests
{
    internal static readonly Tensor X = Tensor.From([.. Enumerable.Range(0, 400).Select(i => MathF.Sin(i * 0.37f))], [100, 4]);
    internal static readonly Tensor Y = Tensor.From([.. Enumerable.Range(0, 100).Select(i => i * 7 % 3)]);

    [Fact]
    public void Fit_ValidationSplit_TakesTheUnshuffledTail()
    {
        var model = Classifier();
        var logs = model.Fit(X, Y, epochs: 1, verbose: 0, validationSplit: 0.3);
        var tail = model.Evaluate(Tensor.From(X.AsSpan()[280..], [30, 4]), Tensor.From(Y.ToInt32Array()[70..]));
        Assert.Equal(tail.Loss, logs["val_loss"][0], 1e-6);
    }

    [Fact]
    public void Fit_BatchesOfTheUser_TrainsAsOnArrays()
    {
        var (first, second) = (Classifier(), Classifier());
        first.Build([-1, 4]);
        second.Build([-1, 4]);
        second.SetWeights(first.GetWeights());
        first.Fit(X, Y, batchSize: 25, epochs: 2, verbose: 0, shuffle: false);
        var history = second.Fit(Batches(), epochs: 2, verbose: 0);
        Assert.Equal(first.Weights.SelectMany(w => w.ToArray()), second.Weights.SelectMany(w => w.ToArray()));
        Assert.Equal(2, history.Epoch.Count);
        Assert.Equal(first.Evaluate(X, Y, batchSize: 25).Loss, second.Evaluate(Batches()).Loss);

        static IEnumerable<Batch> Batches()
        {
            for (var i = 0; i < 100; i += 25)
                yield return new Batch(Tensor.From(X.AsSpan().Slice(i * 4, 100), [25, 4]), Y.ToInt32Array()[i..(i + 25)]);
        }
    }

    [Fact]
    public void Fit_StepsPerEpoch_GoesOnWhereTheEpochBeforeEnded()
    {
        var seen = new List<int>();
        var model = Classifier();
        model.Fit(X, Y, batchSize: 25, epochs: 3, verbose: 0, stepsPerEpoch: 3, callbacks: [new LambdaCallback { TrainBatchEnd = (batch, _) => seen.Add(batch) }]);
        Assert.Equal([0, 1, 2, 0, 0, 1, 2], seen);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Fit_StepsPerEpochDividingTheBatches_TrainsInEveryEpoch(int stepsPerEpoch)
    {
        var model = Classifier();
        Assert.Equal(5, model.Fit(X, Y, batchSize: 25, epochs: 5, verbose: 0, stepsPerEpoch: stepsPerEpoch)["loss"].Count);
        Assert.Equal(5 * stepsPerEpoch, model.Optimizer!.Iterations);
    }

    [Fact]
    public void Fit_ValidationSteps_EvaluatesOnTheFirstBatchesEachTime()
    {
        var model = Classifier();
        var logs = model.Fit(X, Y, batchSize: 50, epochs: 2, verbose: 0, validationData: (X, Y), validationSteps: 2, validationBatchSize: 10);
        Assert.Equal(First20(model).Loss, logs["val_loss"][1], 1e-6);
        Assert.Equal(First20(model).Loss, model.Evaluate(X, Y, batchSize: 10, steps: 2).Loss, 1e-6);

        var split = model.Fit(X, Y, batchSize: 50, verbose: 0, validationSplit: 0.3, validationSteps: 3, validationBatchSize: 5);
        Assert.Equal(model.Evaluate(Tensor.From(X.AsSpan().Slice(280, 60), [15, 4]), Y.ToInt32Array()[70..85]).Loss, split["val_loss"][0], 1e-6);

        // Without the number of steps a sequence without end would be evaluated for ever.
        var endless = model.Fit(X, Y, verbose: 0, validationData: Endless(), validationSteps: 2);
        Assert.Equal(First20(model).Loss, endless["val_loss"][0], 1e-6);

        static EvaluationResult First20(Sequential model) => model.Evaluate(Tensor.From(X.AsSpan()[..80], [20, 4]), Y.ToInt32Array()[..20]);

        static IEnumerable<Batch> Endless()
        {
            for (var i = 0; ; i = (i + 10) % 100)
                yield return new Batch(Tensor.From(X.AsSpan().Slice(i * 4, 40), [10, 4]), Y.ToInt32Array()[i..(i + 10)]);
        }
    }

    [Fact]
    public void Fit_SequenceThatCanBeEnumeratedOnce_SaysThatItRanOut()
    {
        var once = new Queue<Batch>([new(X, Y), new(X, Y)]);
        var model = Classifier();
        var exception = Assert.Throws<InvalidOperationException>(() => model.Fit(Rest(), epochs: 3, verbose: 0));
        Assert.Equal("The sequence must have a batch in every epoch. Received: none in epoch 2. Pass a sequence that can be enumerated again, such as a list, or train for fewer epochs.", exception.Message);
        Assert.Equal(2, model.Optimizer!.Iterations);
        Assert.Single(model.History!["loss"]);

        IEnumerable<Batch> Rest()
        {
            while (once.TryDequeue(out var batch)) yield return batch;
        }
    }

    [Fact]
    public void Fit_MetricsOfTheSameName_AreToldApartAsInKeras()
    {
        var model = Classifier();
        model.Compile("sgd", "sparse_categorical_crossentropy", metrics: ["accuracy", "accuracy"], weightedMetrics: ["accuracy", "accuracy"]);
        // Almost only class 0 counts, so that the weighted accuracy is another one whatever the first weights are.
        var history = model.Fit(X, Y, verbose: 0, sampleWeight: Tensor.From(Array.ConvertAll(Y.ToInt32Array(), label => label == 0 ? 1f : 1e-3f)));
        Assert.Equal(["accuracy", "accuracy_1", "loss", "weighted_accuracy", "weighted_accuracy_1"], history.Metrics.Keys);
        Assert.Equal(history["accuracy"], history["accuracy_1"]);
        Assert.NotEqual(history["accuracy"], history["weighted_accuracy"]);
    }

    [Fact]
    public void Fit_ClassWeight_WeighsBoolTargetsAsItDoesLabels()
    {
        var weights = new Dictionary<int, double> { [0] = 3, [1] = 0.5 };
        bool[] y = [.. Enumerable.Range(0, 100).Select(i => i % 3 == 0)];
        Assert.Equal(Loss(Tensor.From(y)), Loss(Tensor.From(Array.ConvertAll(y, v => v ? 1 : 0))));

        double Loss(Tensor targets)
        {
            var model = new Sequential([new Dense(1, "sigmoid") { KernelInitializer = "ones" }]);
            model.Compile("sgd", "binary_crossentropy");
            return model.Fit(X, targets, verbose: 0, shuffle: false, classWeight: weights)["loss"][0];
        }
    }

    [Fact]
    public void Evaluate_PenaltiesOfWeightsOutputsAndLayers_AreAddedToTheLoss()
    {
        var model = new Sequential([new Dense(2) { KernelInitializer = "ones", KernelRegularizer = "l2", ActivityRegularizer = "l1", InputShape = [4] }, new Penalized()]);
        model.Compile("sgd", "mse");
        var x = Tensor.Ones([6, 4]);

        // Outputs are 4. Their error is 0, each kernel element adds 0.01, each output 0.04 over the batch, the layer 7.
        const double Expected = 8 * 0.01 + 2 * 0.04 + 7;
        Assert.Equal(Expected, model.Evaluate(x, Tensor.Full([6, 2], 4f)).Loss, 1e-5);
        Assert.Equal(Expected, model.TrainOnBatch(x, Tensor.Full([6, 2], 4f)).Loss, 1e-5);
    }

    [Fact]
    public void TrainOnBatch_OfTheWholeData_IsOneStepOfFit()
    {
        var (first, second) = (Classifier(), Classifier());
        first.Build([-1, 4]);
        second.Build([-1, 4]);
        second.SetWeights(first.GetWeights());
        var history = first.Fit(X, Y, batchSize: 100, verbose: 0, shuffle: false);
        var (loss, metrics) = second.TrainOnBatch(X, Y);
        Assert.Equal(history["loss"][0], loss);
        Assert.Equal(history["accuracy"][0], metrics["accuracy"]);
        Assert.Equal(first.Weights.SelectMany(w => w.ToArray()), second.Weights.SelectMany(w => w.ToArray()));
        Assert.Equal(first.TestOnBatch(X, Y).Loss, second.Evaluate(X, Y, batchSize: 100).Loss);
        Assert.Equal(first.Predict(X, batchSize: 7).ToArray(), second.PredictOnBatch(X).ToArray());
    }

    [Fact]
    public void Fit_Cancelled_ThrowsAfterTheLastFinishedStepAndStaysUsable()
    {
        using var source = new CancellationTokenSource();
        var model = Classifier();
        var steps = 0;
        Assert.Throws<OperationCanceledException>(() => model.Fit(X, Y, batchSize: 10, epochs: 100, verbose: 0, cancellationToken: source.Token, callbacks:
        [
            new LambdaCallback
            {
                TrainBatchEnd = (_, _) =>
                {
                    if (++steps == 13) source.Cancel();
                },
            },
        ]));
        Assert.Equal(13, steps);
        Assert.Equal(13, model.Optimizer!.Iterations);
        model.Fit(X, Y, verbose: 0);
        Assert.Equal([100, 3], model.Predict(X).Shape.ToArray());
    }

    [Fact]
    public void Fit_StepThatFails_ChangesNothing()
    {
        var model = Classifier();
        model.Fit(X, Y, verbose: 0);
        var (weights, iterations) = (model.Weights.SelectMany(w => w.ToArray()).ToArray(), model.Optimizer!.Iterations);
        var exception = Assert.Throws<ArgumentException>(() => model.TrainOnBatch(Tensor.Ones([2, 4]), new[] { 0, 3 }));
        Assert.Contains("3", exception.Message, StringComparison.Ordinal);
        Assert.Equal(weights, model.Weights.SelectMany(w => w.ToArray()));
        Assert.Equal(iterations, model.Optimizer.Iterations);
        model.Fit(X, Y, verbose: 0);
    }

    [Fact]
    public void Fit_TensorStowedByALayer_ThrowsWhenReadLater()
    {
        var thief = new Thief();
        var model = new Sequential([thief, new Dense(1)]);
        model.Compile("sgd", "mse");
        model.Fit(Tensor.Ones([4, 2]), Tensor.Ones([4, 1]), verbose: 0);
        Assert.Contains("Copy()", Assert.Throws<InvalidOperationException>(() => thief.Stolen!.ToArray()).Message, StringComparison.Ordinal);
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 1], thief.Kept!.ToArray());
    }

    [Fact]
    public void Predict_FromManyThreads_GivesTheSameToAll()
    {
        var model = Classifier();
        var expected = model.Predict(X).ToArray();
        Parallel.For(0, 64, i => Assert.Equal(expected, model.Predict(X, batchSize: 1 + i).ToArray()));
        var loss = model.Evaluate(X, Y).Loss;
        Parallel.For(0, 32, _ => Assert.Equal(loss, model.Evaluate(X, Y).Loss));
    }

    [Fact]
    public void Fit_Weights_LieSideBySide()
    {
        var model = Classifier();
        model.Build([-1, 4]);
        var addresses = model.TrainableVariables.Select(Address).ToArray();
        Assert.Equal(0, addresses[0] % 64);
        for (var i = 1; i < addresses.Length; i++)
            Assert.Equal((model.TrainableVariables[i - 1].Shape.Size + 15) / 16 * 64, addresses[i] - addresses[i - 1]);

        static unsafe long Address(Variable variable)
        {
            fixed (float* start = variable.View.Floats) return (long)start;
        }
    }

    [Fact]
    public void Fit_Progress_IsReportedAfterEachEpoch()
    {
        var reports = new List<TrainingProgress>();
        Classifier().Fit(X, Y, epochs: 3, verbose: 0, validationSplit: 0.2, progress: new Direct(reports));
        Assert.Equal([1, 2, 3], reports.Where(r => r.Logs.ContainsKey("val_loss")).Select(r => r.Epoch));
        Assert.All(reports, r => Assert.Equal((3, 3), (r.Epochs, r.Steps)));
    }

    internal static Sequential Classifier(params Layer[] more)
    {
        var model = new Sequential([new Dense(8, "relu"), .. more, new Dense(3, "softmax")]);
        model.Compile(new Adam(0.01), "sparse_categorical_crossentropy", metrics: ["accuracy"]);
        return model;
    }

    private sealed class Penalized : Layer
    {
        public override Tensor Call(Tensor x, bool training = false)
        {
            AddLoss(Tensor.From([3f, 4f]));
            return x;
        }

        public override Shape ComputeOutputShape(Shape inputShape) => inputShape;
    }

    private sealed class Thief : Layer
    {
        public Tensor? Stolen { get; private set; }

        public Tensor? Kept { get; private set; }

        public override Tensor Call(Tensor x, bool training = false)
        {
            (Stolen, Kept) = (x, x.Copy());
            return x;
        }

        public override Shape ComputeOutputShape(Shape inputShape) => inputShape;
    }

    private sealed class Direct(List<TrainingProgress> reports) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => reports.Add(value);
    }
}
