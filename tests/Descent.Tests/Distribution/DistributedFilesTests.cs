using Descent.Callbacks;
using Descent.Layers;
using Descent.Optimizers;

namespace Descent.Tests.Distribution;

[Collection(nameof(Training.ThreadsTests))] // it sets the seed, from which no other test may draw meanwhile
public sealed class DistributedFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("descent").FullName;

    public static TheoryData<string> Optimizers => ["adam", "muon", "adafactor", "several"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Save_OfShardedState_HasTheStateOfOneProcess(string optimizer)
    {
        var problem = Wide with { Optimizer = () => Make(optimizer) };
        var (alone, together, during) = (Path.Combine(_folder, "alone.weights.h5"), Path.Combine(_folder, "together.weights.h5"), Path.Combine(_folder, "during.weights.h5"));
        (problem with { Then = model => model.SaveWeights(alone) }).Alone();
        (problem with
        {
            Sharded = true,
            Then = model => model.SaveWeights(together),
            Callbacks = _ => [new ModelCheckpoint(during) { SaveWeightsOnly = true }],
        }).On(3);
        foreach (var file in new[] { together, during })
        {
            var (expected, actual) = (Load(alone), Load(file));
            Assert.Equal(expected.Count, actual.Count);
            for (var i = 0; i < expected.Count; i++)
                for (var j = 0; j < expected[i].Length; j++) Assert.Equal(expected[i][j], actual[i][j], 2e-5);
        }

        List<float[]> Load(string file)
        {
            var model = new Sequential(problem.Layers());
            model.Compile(Make(optimizer), "mse");
            model.Optimizer!.Build(model.TrainableVariables);
            model.LoadWeights(file, new LoadOptions { IncludeOptimizer = true });
            return [.. model.Weights.Concat(model.Optimizer.Variables).Where(v => v.DType == DType.Float32).Select(v => v.ToArray())];
        }
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(true, 1)]
    [InlineData(false, 4)]
    public void Fit_InterruptedOnFourRanks_GoesOnOnOthersWithTheSameBits(bool sharded, int ranks)
    {
        var problem = Wide with { Epochs = 4, Deterministic = true, Sharded = sharded };
        var undisturbed = problem.On(3);
        var backup = Path.Combine(_folder, "backup");
        foreach (var frequency in new SaveFrequency[] { "epoch", 2 })
        {
            var interrupted = problem with { Callbacks = _ => [new BackupAndRestore(backup) { SaveFreq = frequency }, new Stop(2)] };
            Assert.IsType<TimeoutException>(Record.Exception(() => interrupted.On(4)));
            var resumed = (problem with { Callbacks = _ => [new BackupAndRestore(backup) { SaveFreq = frequency }] }).On(ranks);
            Assert.Equal(undisturbed.Weights, resumed.Weights);
            Assert.Equal(undisturbed.History, resumed.History);
        }
    }

    private static Problem Wide => new()
    {
        Rows = 24,
        BatchSize = 8,
        Layers = () => [new Dense(100, "tanh") { InputShape = [4] }, new Dropout(0.2) { Seed = 5 }, new Dense(30) { UseBias = false }, new BatchNormalization(), new Dense(3, "softmax")],
    };

    private static Optimizer Make(string name) => name switch
    {
        "adam" => new Adam(0.01) { UseEma = true, EmaMomentum = 0.5, EmaOverwriteFrequency = 1, GradientAccumulationSteps = 2 },
        "muon" => new Muon(0.01),
        "several" => new LossScaleOptimizer(new Lookahead(new MultiOptimizer(new OptimizerMap(new SGD(0.01) { Momentum = 0.9 }) { ["kernel"] = new Adam(0.01) }))),
        _ => Optimizer.Get(name),
    };

    // As a process that is killed: the other ranks find that it has left.
    private sealed class Stop(int epoch) : Callback
    {
        public override void OnEpochBegin(int epoch1)
        {
            if (epoch1 == epoch) throw new TimeoutException();
        }
    }
}
