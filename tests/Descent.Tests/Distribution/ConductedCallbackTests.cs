using Descent.Callbacks;
using Descent.Distribution;
using Descent.Layers;
using Descent.Optimizers;

namespace Descent.Tests.Distribution;

/// <summary>What callbacks of rank 0 do with the model while the other ranks wait.</summary>
[Collection(nameof(Training.ThreadsTests))] // it sets the seed, from which no other test may draw meanwhile
public sealed class ConductedCallbackTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("descent").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Model_UsedByACallback_WorksOnRankZeroAlone(bool sharded, bool deterministic)
    {
        var measured = new List<double>();
        var problem = Problems.Normalized with
        {
            Rows = 24,
            BatchSize = 8,
            Sharded = sharded,
            Deterministic = deterministic,
            Metrics = () => ["accuracy", new Descent.Metrics.SparseCategoricalCrossentropy()],
            Callbacks = communicator => [new Measuring(Path.Combine(_folder, "during.keras"), measured)],
        };
        var alone = problem.Alone();
        double[] expected = [.. measured];
        measured.Clear();
        var together = problem.On(3);

        DataParallelTests.Near(alone, together, 5e-6);
        Assert.Equal(expected.Length, measured.Count);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], measured[i], 5e-5);
    }

    [Fact]
    public void Model_ThatACallbackTrains_IsRefusedOnAllRanks()
    {
        foreach (var train in new Action<Model, Tensor, Tensor>[] { (model, x, y) => model.TrainOnBatch(x, y), (model, x, y) => model.Fit(x, y, verbose: 0) })
        {
            RefusedOnAll(Failures(new Trainer(train)), "must not be trained by a callback while ranks train it");
        }
    }

    [Fact]
    public void Callback_ThatFails_FailsAllRanksWithItsReason() =>
        RefusedOnAll(Failures(new Trainer((_, _, _) => throw new TimeoutException("No mail could be sent."))), "No mail could be sent.");

    [Fact]
    public void Fit_FromTheCheckpointOfAnotherModel_FailsAllRanks()
    {
        var backup = Path.Combine(_folder, "backup");
        Failures(new BackupAndRestore(backup) { DeleteCheckpoint = false });
        RefusedOnAll(Failures(new BackupAndRestore(backup), units: 3), "Training must go on with the model and the data of its checkpoint");
    }

    private static void RefusedOnAll(Exception?[] failures, string message)
    {
        Assert.Contains(message, failures[0]!.Message, StringComparison.Ordinal);
        for (var rank = 1; rank < failures.Length; rank++)
            Assert.StartsWith($"All ranks must go on together. Received: rank 0 cannot: {failures[0]!.Message}", failures[rank]!.Message, StringComparison.Ordinal);
    }

    private static Exception?[] Failures(Callback callback, int units = 2) => Ranks.Failures(3, communicator =>
    {
        var model = new Sequential([new Dense(units, "softmax") { InputShape = [4] }]);
        model.Compile(new Adam(), "sparse_categorical_crossentropy", distribution: new DataParallel(communicator) { ShardOptimizerState = true });
        var (x, y, _) = Problem.Data(12);
        model.Fit(x, Tensor.Zeros(y.Shape), verbose: 0, callbacks: communicator.Rank == 0 ? [callback] : []);
    });

    private sealed class Trainer(Action<Model, Tensor, Tensor> train) : Callback
    {
        public override void OnEpochEnd(int epoch, Logs logs) => train(Model, Tensor.Ones([6, 4]), Tensor.Zeros([6]));
    }

    private sealed class Measuring(string file, List<double> measured) : Callback
    {
        public override void OnTrainBegin() => Measure();

        public override void OnEpochEnd(int epoch, Logs logs) => Measure();

        public override void OnTrainEnd(Logs logs) => Measure();

        private void Measure()
        {
            var (x, y, _) = Problem.Data(10);
            var result = Model.Evaluate(x, y, batchSize: 4);
            measured.AddRange([result.Loss, .. result.Metrics.Select(m => m.Value), Model.TestOnBatch(x, y).Loss, .. Model.Predict(x).ToArray(), .. Model.PredictOnBatch(x).ToArray()]);
            Model.Save(file);
            measured.Add(Saving(x));
        }

        private double Saving(Tensor x) => Descent.Model.Load(file).Predict(x).ToArray().Sum(v => (double)v * v);
    }
}
