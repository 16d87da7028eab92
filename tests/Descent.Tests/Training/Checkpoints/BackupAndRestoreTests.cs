using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Data;
using Descent.Layers;
using Descent.Losses;
using Descent.Metrics;
using Descent.Optimizers;

namespace Descent.Tests.Training.Checkpoints;

/// <summary>Interrupts training within the process. The seed belongs to the process, so these tests run apart from others.</summary>
[Collection(nameof(ThreadsTests))]
public sealed class BackupAndRestoreTests : IDisposable
{
    private const int Epochs = 3;
    private const int Steps = 4; // of an epoch
    private static readonly Tensor X = Tensor.From([.. Enumerable.Range(0, 16 * 6).Select(i => MathF.Cos(i * 0.7f))], [16, 6]);
    private static readonly Tensor Y = Tensor.From([.. Enumerable.Range(0, 16 * 2).Select(i => (float)(i % 4 is 0 or 3 ? 1 : 0))], [16, 2]);

    // What training changes, each in its own place. A model is made anew each time, under new names.
    private static readonly Dictionary<string, (Func<Model> Make, Func<Callback[]> Callbacks)> Kinds = new()
    {
        ["metrics whose state comes with the first batch"] = (() => Compiled(Plain(), "adam", [new R2Score(), new F1Score(), new AUC { MultiLabel = true, Name = "auc" }]), () => []),
        ["recurrent layer that remembers"] = (() => Compiled(new Sequential([Keras.Input([6], batchSize: 4), new Reshape([3, 2]), new SimpleRNN(3) { Stateful = true, Dropout = 0.2 }, new Dense(2, "sigmoid")]), "sgd"), () => []),
        ["layer that is turned on"] = (() => Compiled(Plain(frozen: true), new Adam(0.01)), () => [new Unfreezing()]),
        ["early stopping and plateaus"] = (() => Compiled(Plain(), new SGD(0.3)), () =>
            [new EarlyStopping("loss") { Patience = 1, RestoreBestWeights = true, MinDelta = 0.02 }, new ReduceLROnPlateau("loss") { Patience = 1, MinDelta = 1 }, new LearningRateScheduler((_, rate) => rate * 0.9)]),
        ["early stopping twice"] = (() => Compiled(Plain(), new SGD(0.3)), () => [new EarlyStopping("loss") { Patience = 5 }, new EarlyStopping("loss") { Patience = 1, MinDelta = 1 }]),
        ["loss that has no config"] = (() => Compiled(Plain(), "lamb", loss: Loss.From((y, p) => Ops.Mean(Ops.Square(y - p), [-1]))), () => []),
        ["optimizers within each other"] = (() => Compiled(Plain(), new LossScaleOptimizer(new Lookahead(new Adam { UseEma = true }) { SyncPeriod = 3 })), () => []),
        ["values that callbacks add"] = (() => Compiled(Plain(), "sgd"), () => [new LambdaCallback { TrainBatchEnd = (batch, logs) => { if (batch == 1) logs["noted"] = double.NaN; } }]),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("descent").FullName;

    public static TheoryData<string> Names => [.. Kinds.Keys];

    private string Backup => Path.Combine(_folder, "backup");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Fit_WithTwoBackups_IsRefused()
    {
        var model = Compiled(Plain(), "sgd");
        var message = Assert.Throws<ArgumentException>(() => model.Fit(X, Y, verbose: 0, callbacks: [new BackupAndRestore(Backup), new BackupAndRestore(Backup + "2")])).Message;
        Assert.Contains($"Received: 2, with the folders '{Backup}', '{Backup}2'.", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_InterruptedAfterAnyStep_EndsWithTheSameBits(string kind)
    {
        var expected = Bits(Train(kind, new BackupAndRestore(Backup)));
        foreach (var frequency in new SaveFrequency[] { 1, 3, "epoch" })
        {
            for (var step = 1; step <= Epochs * Steps; step++)
            {
                var stop = new Stop(step);
                if (Record.Exception(() => Train(kind, new BackupAndRestore(Backup) { SaveFreq = frequency }, stop)) is not { } interruption) break; // it stopped early
                Assert.IsType<TimeoutException>(interruption);
                Assert.Equal(expected, Bits(Train(kind, new BackupAndRestore(Backup) { SaveFreq = frequency })));
                Assert.False(Directory.Exists(Backup));
            }
        }
    }

    [Fact]
    public void Fit_EndedWithItsCheckpointsKept_IsNotRunAgainAndGoesOnForMoreEpochs()
    {
        const string Kind = "values that callbacks add";
        var whole = Train(Kind, new BackupAndRestore(Backup) { DeleteCheckpoint = false });
        var counted = 0;
        var again = Train(Kind, new BackupAndRestore(Backup) { DeleteCheckpoint = false }, new LambdaCallback { TrainBatchEnd = (_, _) => counted++ });
        Assert.Equal(Bits(whole), Bits(again));
        Assert.Equal(0, counted);
        var backup = new BackupAndRestore(Backup);
        var longer = Train(Kind, backup, epochs: Epochs + 1);
        Assert.Equal([0, 1, 2, 3], longer.History!.Epoch);
        Assert.Equal(Bits(Train(Kind, new BackupAndRestore(Backup), epochs: Epochs + 1)), Bits(longer));
    }

    [Fact]
    public void Fit_Cancelled_LeavesTheCheckpoint()
    {
        using var source = new CancellationTokenSource();
        var cancel = new LambdaCallback { TrainBatchEnd = (batch, _) => { if (batch == 2) source.Cancel(); } };
        Assert.Throws<OperationCanceledException>(() => Train("early stopping twice", new BackupAndRestore(Backup) { SaveFreq = 1 }, cancel, token: source.Token));
        Assert.Equal(2, Directory.GetFiles(Backup).Length);
        new BackupAndRestore(Backup).Delete();
        Assert.False(Directory.Exists(Backup));
    }

    [Fact]
    public void Fit_ManySteps_KeepsTheNewestCheckpointsAndRemovesWhatAKilledSaveLeft()
    {
        Directory.CreateDirectory(Backup);
        var leftover = Path.Combine(Backup, $"checkpoint-00000007.keras.{Guid.NewGuid():N}.tmp");
        var other = Path.Combine(Backup, "mine.tmp");
        File.WriteAllText(leftover, "");
        File.WriteAllText(other, "");
        Train("early stopping twice", new BackupAndRestore(Backup) { SaveFreq = 1, Keep = 3, DeleteCheckpoint = false });
        Assert.False(File.Exists(leftover));
        var files = Directory.GetFiles(Backup, "*.keras").Order(StringComparer.Ordinal).Select(Path.GetFileName);
        Assert.Equal(["checkpoint-00000006.keras", "checkpoint-00000007.keras", "checkpoint-00000008.keras"], files);
        new BackupAndRestore(Backup).Delete();
        Assert.Equal([other], Directory.GetFileSystemEntries(Backup));
    }

    [Fact]
    public void Fit_NewestCheckpointDamagedAnywhere_WarnsAndUsesTheOneBefore()
    {
        const string Kind = "recurrent layer that remembers";
        var expected = Bits(Train(Kind, new BackupAndRestore(Backup)));
        Assert.Throws<TimeoutException>(() => Train(Kind, new BackupAndRestore(Backup) { SaveFreq = 1 }, new Stop(7)));
        var saved = Directory.GetFiles(Backup).Order(StringComparer.Ordinal).Select(f => (File: f, Bytes: File.ReadAllBytes(f))).ToArray();
        Assert.Equal(2, saved.Length);
        var length = saved[1].Bytes.Length;
        var random = new Random(1);
        for (var trial = 0; trial < 40; trial++)
        {
            Directory.CreateDirectory(Backup);
            foreach (var (file, bytes) in saved) File.WriteAllBytes(file, bytes);
            var damaged = saved[1].Bytes.ToArray();
            damaged[random.Next(length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(saved[1].File, trial % 4 == 0 ? damaged[..random.Next(length)] : damaged);
            Assert.Equal(expected, Bits(Train(Kind, new BackupAndRestore(Backup) { SaveFreq = 1 })));
        }

        Directory.CreateDirectory(Backup);
        foreach (var (file, bytes) in saved) File.WriteAllBytes(file, bytes[..^9]);
        using var warnings = new TraceRecorder();
        var error = Assert.Throws<InvalidDataException>(() => Train(Kind, new BackupAndRestore(Backup)));
        Assert.Contains("None of the 2 in", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, warnings.Warnings.Count(w => w.Contains("is damaged and passed over", StringComparison.Ordinal)));
    }

    [Fact]
    public void Fit_AfterADamagedCheckpoint_KeepsTheWholeOnes()
    {
        const string Kind = "early stopping twice";
        Assert.Throws<TimeoutException>(() => Train(Kind, new BackupAndRestore(Backup) { SaveFreq = 1 }, new Stop(4)));
        var newest = Directory.GetFiles(Backup).Max()!;
        File.WriteAllBytes(newest, File.ReadAllBytes(newest)[..^9]);
        Assert.Throws<TimeoutException>(() => Train(Kind, new BackupAndRestore(Backup) { SaveFreq = 1 }, new Stop(2)));
        var files = Directory.GetFiles(Backup, "*.keras");
        Assert.Equal(2, files.Length);
        Assert.All(files, f => Model.Load(f));
        Assert.Equal([newest + ".damaged"], Directory.GetFiles(Backup, "*.damaged"));
        new BackupAndRestore(Backup).Delete();
        Assert.False(Directory.Exists(Backup));
    }

    [Fact]
    public void Fit_CheckpointOfAnotherTraining_SaysWhatDiffersAndChangesNothing()
    {
        var backup = new BackupAndRestore(Backup) { DeleteCheckpoint = false };
        Train("loss that has no config", backup);
        AssertRefused(Compiled(Plain(units: 5), "lamb"), 4, "weights/layers/dense/vars/0 was (6, 4) and is (6, 5)");
        AssertRefused(Compiled(Plain(), "adam"), 4, "optimizer was [\"Lamb\"] and is [\"Adam\"]");
        AssertRefused(Compiled(Plain(), new Lamb { Beta1 = 0.8 }), 4, "optimizer_config/beta_1 was 0.9 and is 0.8");
        AssertRefused(Compiled(Plain(), "lamb"), 4, "and is [\"MeanSquaredError\"]");
        AssertRefused(Compiled(Plain(), "lamb"), 7, "data/batch_size was 4 and is 7");
        AssertRefused(Compiled(Plain(), "lamb", ["mae"]), 4, "metrics was [] and is [\"mae\"]");

        void AssertRefused(Model model, int batchSize, string difference)
        {
            model.Build([-1, 6]);
            var before = model.GetWeights();
            var error = Assert.ThrowsAny<InvalidOperationException>(() => model.Fit(X, Y, batchSize: batchSize, epochs: Epochs, verbose: 0, callbacks: [backup]));
            Assert.Contains("Training must go on with the model and the data of its checkpoint", error.Message, StringComparison.Ordinal);
            Assert.Contains(difference, error.Message, StringComparison.Ordinal);
            Assert.Equal(before.Select(w => w.ToArray()), model.GetWeights().Select(w => w.ToArray()));
            Assert.Equal(0, model.Optimizer!.Iterations);
        }
    }

    [Fact]
    public void Fit_OtherDataOfTheSameShapes_IsRefusedUnlessItIsAllowed()
    {
        var otherX = Tensor.From([.. X.ToArray().Select((v, i) => i == 5 ? v + 1 : v)], [16, 6]);
        foreach (var (x, y, validation, what) in new[] { (otherX, Y, (X, Y), "data"), (X, 1 - Y, (X, Y), "data"), (X, Y, (otherX, Y), "validation") })
        {
            var folder = $"{Backup}-{what}";
            Fit(X, Y, (X, Y), folder, requireSameData: true);
            var error = Assert.ThrowsAny<InvalidOperationException>(() => Fit(x, y, validation, folder, requireSameData: true));
            Assert.Matches($"Received others: checksums/{what} was [0-9a-f]{{8}} and is [0-9a-f]{{8}}. Delete the folder to begin anew, or set RequireSameData", error.Message);
            Assert.Equal([0, 1, 2], Fit(x, y, validation, folder, requireSameData: false).Epoch); // it went on
            Directory.Delete(folder, recursive: true);
        }

        static History Fit(Tensor x, Tensor y, (Tensor, Tensor) validation, string folder, bool requireSameData)
        {
            var backup = new BackupAndRestore(folder) { DeleteCheckpoint = false, RequireSameData = requireSameData };
            return Compiled(Plain(), "sgd").Fit(x, y, batchSize: 4, epochs: requireSameData ? 2 : 3, validationData: validation, verbose: 0, callbacks: [backup]);
        }
    }

    [Fact]
    public void Fit_FolderOfARunningTraining_IsRefusedUntilThatHasEnded()
    {
        const string Kind = "early stopping twice";
        IOException? refused = null;
        var second = new LambdaCallback { EpochBegin = _ => refused ??= Assert.Throws<IOException>(() => Train(Kind, new BackupAndRestore(Backup))) };
        Assert.Throws<TimeoutException>(() => Train(Kind, new BackupAndRestore(Backup) { SaveFreq = 1 }, new Stop(3)));
        File.WriteAllText(Path.Combine(Backup, "training.lock"), ""); // what a killed process leaves is nobody's
        Train(Kind, new BackupAndRestore(Backup) { DeleteCheckpoint = false }, second);
        Assert.Equal($"A folder of checkpoints must serve one training at a time. Received: '{Backup}', in which another one is running. Wait until it has ended, or give this one a folder of its own.", refused?.Message);
        Assert.All(Directory.GetFileSystemEntries(Backup), f => Assert.EndsWith(".keras", f, StringComparison.Ordinal));
        new BackupAndRestore(Backup).Delete();
        Assert.False(Directory.Exists(Backup));
    }

    [Fact]
    public void Fit_FolderThatIsAFile_IsRefused()
    {
        File.WriteAllText(Backup, "mine");
        var error = Assert.Throws<IOException>(() => Train("early stopping twice", new BackupAndRestore(Backup)));
        Assert.Equal($"The path of checkpoints must be that of a folder. Received: '{Backup}', which is a file.", error.Message);
    }

    [Fact]
    public void Fit_FailingBeforeTheFirstCheckpoint_LeavesNoFolder()
    {
        Assert.Throws<TimeoutException>(() => Train("early stopping twice", new BackupAndRestore(Backup), new Stop(1)));
        Assert.False(Directory.Exists(Backup));
    }

    [Fact]
    public void Fit_GoingOn_TakesNoMemoryBesideTheWeights()
    {
        const int Units = 1500;
        Sequential Make() => (Sequential)Compiled(new Sequential([new Dense(Units) { InputShape = [6] }, new Dense(Units), new Dense(2)]), "adam");
        Make().Fit(X, Y, batchSize: 16, verbose: 0, callbacks: [new BackupAndRestore(Backup) { DeleteCheckpoint = false }]);
        var model = Make();
        var before = 0L;
        model.Fit(X, Y, batchSize: 16, verbose: 0, callbacks:
        [
            new LambdaCallback
            {
                TrainBegin = () => before = GC.GetAllocatedBytesForCurrentThread(),
                TrainEnd = _ => before = GC.GetAllocatedBytesForCurrentThread() - before,
            },
            new BackupAndRestore(Backup),
        ]);
        Assert.Equal(1, model.Optimizer!.Iterations); // restored: no epoch was left to run
        Assert.InRange(before, 0, Units * Units * sizeof(float) / 4);
    }

    [Fact]
    public void Fit_StateThatItsCallbackDoesNotTake_ChangesNoWeight()
    {
        Compiled(Plain(), "adam").Fit(X, Y, verbose: 0, callbacks: [new BackupAndRestore(Backup) { DeleteCheckpoint = false }, new Stateful()]);
        var model = Compiled(Plain(), "adam");
        var before = model.GetWeights().Select(w => w.ToArray()).ToArray();
        var error = Assert.Throws<InvalidDataException>(() => model.Fit(X, Y, verbose: 0, callbacks: [new BackupAndRestore(Backup), new Stateful()]));
        Assert.EndsWith("describes cannot be made. Not mine.", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, model.GetWeights().Select(w => w.ToArray()));
        Assert.Equal(0, model.Optimizer!.Iterations);
    }

    [Fact]
    public void Fit_CallbackIsGone_WarnsOfItsState()
    {
        Train("early stopping twice", new BackupAndRestore(Backup) { DeleteCheckpoint = false });
        using var warnings = new TraceRecorder();
        Train("values that callbacks add", new BackupAndRestore(Backup));
        Assert.Contains(warnings.Warnings, w => w.EndsWith("has a state of 'callbacks/EarlyStopping_2', which this run of Fit does not have.", StringComparison.Ordinal));
    }

    [Fact]
    public void Fit_CheckpointOfAModelThatKerasHas_IsAModelFile()
    {
        var trained = Train("early stopping twice", new BackupAndRestore(Backup) { DeleteCheckpoint = false });
        var loaded = Model.Load(Directory.GetFiles(Backup).Max()!);
        Assert.Equal(trained.Predict(X).ToArray(), loaded.Predict(X).ToArray());
        Assert.Equal(trained.Optimizer!.Iterations, loaded.Optimizer!.Iterations);
    }

    [Fact]
    public void Fit_ModelWithoutWeights_AsksForThemBeforeItTrains()
    {
        var model = new LateLayers();
        model.Compile("sgd", "mse");
        Assert.Contains("must be built before Fit", Assert.Throws<InvalidOperationException>(() => model.Fit(X, Y, verbose: 0, callbacks: [new BackupAndRestore(Backup)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_SequenceThatHasBecomeShorter_IsRefused()
    {
        var batches = Enumerable.Range(0, 5).Select(_ => new Batch(X, Y)).ToArray();
        IEnumerable<Batch> Unknown(int count) => batches.Take(count).Where(_ => true); // whose length nobody knows
        Assert.Throws<TimeoutException>(() => Compiled(Plain(), "sgd").Fit(Unknown(5), verbose: 0, callbacks: [new BackupAndRestore(Backup) { SaveFreq = 1 }, new Stop(5)]));
        var error = Assert.ThrowsAny<InvalidOperationException>(() => Compiled(Plain(), "sgd").Fit(Unknown(3), verbose: 0, callbacks: [new BackupAndRestore(Backup)]));
        Assert.Contains("4 or more. Received: 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.Contains("SaveFreq must be \"epoch\"", Assert.Throws<ArgumentException>(() => new BackupAndRestore(Backup) { SaveFreq = "batch" }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BackupAndRestore(Backup) { SaveFreq = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new BackupAndRestore(Backup) { Keep = 0 });
        Assert.Throws<ArgumentException>(() => new BackupAndRestore(""));
    }

    private static Model Train(string kind, BackupAndRestore backup, Callback? other = null, int epochs = Epochs, CancellationToken token = default)
    {
        RandomSeed.Set(3);
        var (make, callbacks) = Kinds[kind];
        var model = make();
        model.Fit(X, Y, batchSize: 4, epochs: epochs, verbose: 0, stepsPerEpoch: null, callbacks: [backup, .. callbacks(), .. other is null ? [] : new[] { other }], cancellationToken: token);
        return model;
    }

    private static Sequential Plain(bool frozen = false, int units = 4) =>
        new([new Dense(units, "tanh") { InputShape = [6], Trainable = !frozen }, new BatchNormalization(), new Dropout(0.2), new Dense(2, "sigmoid")]);

    private static Model Compiled(Model model, Optimizer optimizer, Descent.Training.CompileMetric? metrics = null, Loss? loss = null)
    {
        model.Compile(optimizer, loss ?? "mse", metrics);
        return model;
    }

    // Everything that training leaves; names of layers are numbered within the process and do not count.
    private static string[] Bits(Model model) =>
    [
        .. model.Weights.Concat(model.Optimizer!.Variables).Select(v => Convert.ToHexString(MemoryMarshal.AsBytes(v.View.Cells))),
        string.Join(" ", model.History!.Epoch),
        .. model.History.Metrics.Select(m => $"{m.Key} {string.Join(" ", m.Value.Select(BitConverter.DoubleToInt64Bits))}"),
    ];

    /// <summary>Ends training as a failure does.</summary>
    private sealed class Stop(int step) : Callback
    {
        private int _steps;

        public override void OnTrainBatchEnd(int batch, Logs logs)
        {
            if (++_steps == step) throw new TimeoutException();
        }
    }

    private sealed class Unfreezing : Callback
    {
        public override void OnEpochBegin(int epoch)
        {
            if (epoch == 1) ((Sequential)Model).Layers[0].Trainable = true;
        }
    }

    /// <summary>Does not know its own state again.</summary>
    private sealed class Stateful : Callback
    {
        public override TrainingState GetState() => new();

        public override void SetState(TrainingState state) => throw new ArgumentException("Not mine.");
    }

    private sealed class LateLayers : Model
    {
        private readonly Dense _dense;

        public LateLayers() => _dense = Track(new Dense(2));

        protected override Logs TrainStep(Batch batch) => new() { ["loss"] = Ops.Sum(_dense.Apply(batch.X)).Item() };
    }
}
