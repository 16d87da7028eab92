using Descent.Callbacks;
using Descent.Data;
using Descent.Distribution;
using Descent.Layers;
using Descent.Losses;
using Descent.Optimizers;

namespace Descent.Tests.Distribution;

[Collection(nameof(Training.ThreadsTests))] // it sets the seed, from which no other test may draw meanwhile
public sealed class DataParallelTests
{
    public static TheoryData<int> Counts => [1, 2, 3, 4];

    // Sums of some tens of float32 in another order, over a few steps.
    private const double Tolerance = 2e-6;

    [Theory]
    [MemberData(nameof(Counts))]
    public void Fit_OnRanks_IsThatOfOneProcess(int ranks) => Same(new Problem(), ranks);

    [Theory]
    [MemberData(nameof(Counts))]
    public void Fit_WithSampleWeightsAndValidation_IsThatOfOneProcess(int ranks) => Same(Problems.Weighted, ranks);

    [Fact]
    public void Fit_WithFewerRowsThanRanksInTheLastBatch_IsThatOfOneProcess() => Same(new Problem { Rows = 33, BatchSize = 8 }, 4);

    [Theory]
    [InlineData(LossReduction.Sum)]
    [InlineData(LossReduction.MeanWithSampleWeight)]
    public void Fit_WithAnotherReduction_IsThatOfOneProcess(LossReduction reduction) =>
        Same(new Problem { Weighted = true, Loss = new SparseCategoricalCrossentropy { Reduction = reduction }, Optimizer = () => new SGD(0.01) }, 3);

    [Theory]
    [MemberData(nameof(Counts))]
    public void Fit_WithBatchNormalization_HasTheStatisticsOfTheWholeBatch(int ranks) => Same(Problems.Normalized, ranks);

    [Theory]
    [MemberData(nameof(Counts))]
    public void Fit_WithDropout_DropsWhatOneProcessDrops(int ranks) => Same(Problems.Noisy, ranks);

    [Fact]
    public void Fit_WithRegularizers_CountsThemOnce() =>
        Same(new Problem { Layers = () => [new Dense(8, "tanh") { InputShape = [4], KernelRegularizer = "l2" }, new ActivityRegularization(l2: 0.01), new Dense(3, "softmax")] }, 3);

    [Theory]
    [MemberData(nameof(Counts))]
    public void Fit_ThatIsDeterministic_HasTheSameBitsOnAnyNumberOfRanks(int ranks)
    {
        foreach (var problem in new[] { Problems.Normalized, Problems.Noisy, new Problem { Weighted = true, Rows = 45, BatchSize = 9 } })
        {
            var fixedTree = problem with { Deterministic = true };
            var (one, several) = (fixedTree.On(1), fixedTree.On(ranks));
            Assert.Equal(one.Weights, several.Weights);
            Assert.Equal(one.History, several.History);
            Assert.Equal(one.Loss, several.Loss);
            Near(problem.Alone(), one);
        }
    }

    [Fact]
    public void Callbacks_OfRankZero_DecideForAll()
    {
        var problem = new Problem
        {
            Epochs = 6,
            Callbacks = communicator => communicator.Rank == 0
                ? [new LambdaCallback { EpochEnd = (epoch, logs) => logs["note"] = epoch }, new LearningRateScheduler((epoch, rate) => rate * 0.5), new StopAfter(3)]
                : [],
        };
        var (one, several) = (problem.Alone(), problem.On(3));
        Near(one, several);
        Assert.Equal(3, several.History["loss"].Length);
        Assert.Equal([0.0, 1, 2], several.History["note"]);
    }

    [Fact]
    public void Callbacks_ThatRestoreWeights_DoSoOnAllRanks() => Same(
        new Problem { Epochs = 4, Optimizer = () => new SGD(5.0), Callbacks = communicator => [new EarlyStopping("loss") { RestoreBestWeights = true, Patience = 1 }] }, 3, 1e-4);

    [Fact]
    public void Fit_CancelledOnRankZero_EndsAfterTheSameBatchOnAll()
    {
        using var source = new CancellationTokenSource();
        var steps = Ranks.Run(3, communicator =>
        {
            var model = new Sequential([new Dense(1) { InputShape = [4] }]);
            model.Compile("sgd", "mse", distribution: new DataParallel(communicator));
            var (x, _, weights) = Problem.Data(48);
            var cancel = new LambdaCallback { TrainBatchEnd = (batch, _) => { if (batch == 2) source.Cancel(); } };
            // The token of another rank does not count: what cancels it there comes at another moment.
            var token = communicator.Rank == 0 ? source.Token : new CancellationToken(canceled: true);
            Assert.Throws<OperationCanceledException>(() => model.Fit(x, weights, batchSize: 6, epochs: 2, verbose: 0, callbacks: [cancel], cancellationToken: token));
            return model.Optimizer!.Iterations;
        });
        Assert.Equal([3, 3, 3], steps);
    }

    [Fact]
    public void Fit_OfDifferentModels_NamesTheRankOnAll()
    {
        var failures = Ranks.Failures(3, communicator =>
        {
            var model = new Sequential([new Dense(communicator.Rank == 2 ? 5 : 4) { InputShape = [4] }]);
            model.Compile("sgd", "mse", distribution: new DataParallel(communicator));
            var (x, _, _) = Problem.Data(8);
            model.Fit(x, Tensor.Ones([8, communicator.Rank == 2 ? 5 : 4]), verbose: 0);
        });
        Assert.All(failures, f => Assert.Contains("rank 2 differs from rank 0 in its weights", Assert.IsAssignableFrom<InvalidOperationException>(f).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Fit_WithLayersThatCallbacksTurnOn_TrainsThemOnAllRanks()
    {
        var problem = new Problem
        {
            Epochs = 4,
            Layers = () => [new Dense(8, "tanh") { InputShape = [4], Trainable = false, Name = "frozen" }, new Dense(3, "softmax")],
            Callbacks = communicator => [new Unfreeze()],
        };
        foreach (var sharded in new[] { false, true }) Same(problem with { Sharded = sharded }, 3);
    }

    [Fact]
    public void Evaluate_OfRanksWithDifferentWeights_IsThatOfRankZero()
    {
        var losses = Ranks.Run(3, communicator =>
        {
            var model = new Sequential([new Dense(1) { InputShape = [4], KernelInitializer = new Descent.Initializers.Constant(communicator.Rank) }]);
            model.Compile("sgd", "mse", distribution: new DataParallel(communicator));
            var (x, _, weights) = Problem.Data(10);
            return model.Evaluate(x, weights).Loss;
        });
        Assert.Equal([4.45, 4.45, 4.45], losses.Select(l => Math.Round(l, 5)));
    }

    public static TheoryData<string, Action<Communicator>> Refusals => new()
    {
        { "LazyUpdates of 'adam'", c => Fit(c, [new Dense(1) { InputShape = [4] }], optimizer: new Adam { LazyUpdates = true }) },
        { "batches of 2 from 8 samples", c => Fit(c, [new Dense(1) { InputShape = [4] }], batchSize: 2) },
        { "judges all samples of a batch together", c => Fit(c, [new Dense(1) { InputShape = [4] }], loss: new Dice()) },
        { "a SpectralNormalization", c => Fit(c, [new SpectralNormalization(new Dense(1)) { InputShape = [4] }], deterministic: true) },
        { "with Stateful", c => Fit(c, [Keras.Input([4], batchSize: 8), new Reshape([2, 2]), new SimpleRNN(1) { Stateful = true }]) },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Fit_OfWhatCannotBeDivided_IsRefusedOnAllRanks(string message, Action<Communicator> fit) =>
        Assert.All(Ranks.Failures(3, fit), failure => Assert.Contains(message, failure!.Message, StringComparison.Ordinal));

    [Fact]
    public void Fit_OfAStepOfItsOwn_IsRefused()
    {
        var failures = Ranks.Failures(2, communicator =>
        {
            var model = new OwnStep();
            model.Compile("sgd", "mse", distribution: new DataParallel(communicator));
            var (x, _, weights) = Problem.Data(8);
            model.Fit(x, weights, verbose: 0);
        });
        Assert.All(failures, f => Assert.Contains("a TrainStep or TestStep of its own", f!.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Deterministic_OnTooManyRanks_IsRefused()
    {
        var message = Assert.Throws<ArgumentException>(() => new DataParallel(Communicator.Local(13)[0]) { Deterministic = true }).Message;
        Assert.Contains("Received: 13 ranks.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Distribution_ThatIsSet_IsThatOfModelsCompiledLater()
    {
        using var distribution = new DataParallel(new LocalCommunicator());
        Descent.Distribution.Distribution.Set(distribution);
        try
        {
            var model = new Sequential([new Dense(1) { InputShape = [4] }]);
            model.Compile("sgd", "mse");
            Assert.Same(distribution, model.Compilation!.Distribution);
        }
        finally
        {
            Descent.Distribution.Distribution.Set(null);
        }
    }

    [Fact]
    public void Batches_ThatAreShuffled_ComeInTheOrderOfRankZero()
    {
        float[] Train(DataParallel? distribution, int rank)
        {
            var model = new Sequential([new Dense(1) { InputShape = [4], KernelInitializer = "ones" }]);
            model.Compile(new SGD(0.1), "mse", distribution: distribution);
            var (x, _, weights) = Problem.Data(20);
            model.Fit(Batches.From(x, weights, 7).Shuffle(20, seed: 3 + rank), epochs: 2, verbose: 0);
            return model.Weights[0].ToArray();
        }

        var alone = Train(null, 0);
        foreach (var weights in Ranks.Run(3, communicator => Train(new DataParallel(communicator), communicator.Rank)))
            for (var i = 0; i < alone.Length; i++) Assert.Equal(alone[i], weights[i], Tolerance);
    }

    private static void Fit(Communicator communicator, Layer[] layers, Optimizer? optimizer = null, Loss? loss = null, int batchSize = 8, bool deterministic = false)
    {
        var model = new Sequential(layers);
        model.Compile(optimizer ?? "sgd", loss ?? "mse", distribution: new DataParallel(communicator) { Deterministic = deterministic });
        var (x, _, weights) = Problem.Data(8);
        model.Fit(x, Ops.Reshape(weights, [8, 1]), batchSize: batchSize, verbose: 0);
    }

    private sealed class OwnStep : Model
    {
        private readonly Dense _dense;

        public OwnStep() => _dense = Track(new Dense(1));

        public override Tensor Call(Tensor x, bool training = false) => _dense.Apply(x, training);

        protected override Logs TrainStep(Batch batch)
        {
            using var tape = new GradientTape();
            var predicted = Apply(batch.X, training: true);
            var loss = ComputeLoss(batch.Inputs, batch.Targets, predicted);
            Optimizer!.Apply(tape.Gradient(loss, TrainableVariables), TrainableVariables);
            return ComputeMetrics(loss, batch.Targets, predicted);
        }
    }

    private sealed class Unfreeze : Callback
    {
        public override void OnEpochBegin(int epoch) => ((Sequential)Model).Layers.Single(l => l.Name == "frozen").Trainable = epoch >= 2;
    }

    private static void Same(Problem problem, int ranks, double tolerance = Tolerance) => Near(problem.Alone(), problem.On(ranks), tolerance);

    internal static void Near(Problem.Outcome expected, Problem.Outcome actual, double tolerance = Tolerance)
    {
        Assert.Equal(expected.History.Keys, actual.History.Keys);
        Assert.InRange(expected.DistanceTo(actual), 0, tolerance); // not NaN either
    }

    private sealed class StopAfter(int epochs) : Callback
    {
        public override void OnEpochEnd(int epoch, Logs logs) => Model.StopTraining = epoch == epochs - 1;
    }
}
