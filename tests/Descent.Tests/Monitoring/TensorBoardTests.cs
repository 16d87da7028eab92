using System.Text;
using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Layers;
using Descent.Monitoring;
using Descent.Optimizers;
using Descent.Tests.Data;
using Descent.Tests.Training;

namespace Descent.Tests.Monitoring;

public sealed class TensorBoardTests : IDisposable
{
    private const int Scalars = 1, Tensors = 2;

    private readonly TemporaryFolder _folder = new();

    private string Logs => _folder["logs"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fit_Default_WritesKerasTagsToKerasFolders()
    {
        var history = Fit(new TensorBoard(Logs), epochs: 2);
        Assert.Equal(["train", "validation"], Directory.GetDirectories(Logs).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var (train, validation) = (Read("train"), Read("validation"));
        Assert.Equal(["summary 0", "keras 0", .. Epochs("epoch_accuracy", "epoch_loss", "epoch_learning_rate")], train.Select(v => $"{v.Tag} {v.Step}"));
        Assert.Equal(
            [
                "evaluation_accuracy_vs_iterations 10", "evaluation_loss_vs_iterations 10", "epoch_accuracy 0", "epoch_loss 0",
                "evaluation_accuracy_vs_iterations 20", "evaluation_loss_vs_iterations 20", "epoch_accuracy 1", "epoch_loss 1",
            ],
            validation.Select(v => $"{v.Tag} {v.Step}"));
        Assert.All([.. train.Skip(2), .. validation], v => Assert.Equal(("scalars", "", Scalars, 1, 0), (v.Plugin, v.PluginContent, v.DataClass, v.Type, v.Shape.Length)));
        Assert.Equal(history["loss"].Select(v => (double)(float)v), Numbers(train, "epoch_loss"));
        Assert.Equal(history["val_accuracy"].Select(v => (double)(float)v), Numbers(validation, "epoch_accuracy"));
        Assert.Equal(history["val_loss"].Select(v => (double)(float)v), Numbers(validation, "evaluation_loss_vs_iterations"));
        Assert.Equal([0.01f, 0.01f], Numbers(train, "epoch_learning_rate"));
    }

    [Fact]
    public void Model_Written_IsTextAndKerasConfig()
    {
        Fit(new TensorBoard(Logs));
        var (text, graph) = (Read("train")[0], Read("train")[1]);
        Assert.Equal(("text", Tensors, 7), (text.Plugin, text.DataClass, text.Type));
        Assert.Contains("Trainable params: 32", text.Text, StringComparison.Ordinal);
        Assert.StartsWith("```\nModel: \"board\"", text.Text, StringComparison.Ordinal);
        Assert.EndsWith("\n```", text.Text, StringComparison.Ordinal);
        Assert.Equal(("graph_keras_model", "1", 7), (graph.Plugin, graph.PluginContent, graph.Type));
        Assert.Equal("Sequential", (string)JsonNode.Parse(graph.Text!)!["class_name"]!);

        Fit(new TensorBoard(_folder["silent"]) { WriteGraph = false });
        Assert.DoesNotContain(EventReader.ReadFolder(_folder["silent"], "train"), v => v.Tag is "summary" or "keras");
    }

    [Fact]
    public void Model_OfTheUsers_IsTextOnly()
    {
        var model = new OwnModel();
        model.Compile("sgd", "mse");
        model.Fit(Tensor.Ones([4, 1]), Tensor.Ones([4, 1]), verbose: 0, callbacks: [new TensorBoard(Logs)]);
        Assert.Equal(["summary", "epoch_loss", "epoch_learning_rate"], Read("train").Select(v => v.Tag));
    }

    [Theory]
    [InlineData(1, new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 })]
    [InlineData(7, new[] { 7, 14 })]
    public void UpdateFreq_Steps_WritesBatchesCountedAcrossEpochs(int frequency, int[] steps)
    {
        var losses = new List<double>();
        var spy = new LambdaCallback { TrainBatchEnd = (_, logs) => losses.Add((float)logs["loss"]) };
        Fit(new TensorBoard(Logs) { UpdateFreq = frequency, WriteStepsPerSecond = true }, epochs: 2, also: spy);
        var values = Read("train");
        Assert.Equal(steps, values.Where(v => v.Tag == "batch_loss").Select(v => (int)v.Step));
        Assert.Equal(steps.Select(s => losses[s - 1]), Numbers(values, "batch_loss"));
        Assert.Equal(steps, values.Where(v => v.Tag == "batch_accuracy").Select(v => (int)v.Step));
        Assert.Equal(steps, values.Where(v => v.Tag == "batch_steps_per_second").Select(v => (int)v.Step));
        Assert.Equal(2, values.Count(v => v.Tag == "epoch_steps_per_second"));
    }

    [Fact]
    public void Clock_OfEvents_IsThatOfTheMachine()
    {
        var clock = new Clock();
        Fit(new TensorBoard(Logs) { Clock = clock, WriteStepsPerSecond = true });
        var values = Read("train");
        Assert.All(values, v => Assert.Equal(1_700_000_000.25, v.WallTime));
        Assert.Equal(10 / 5.5, Assert.Single(Numbers(values, "epoch_steps_per_second")), 1e-6); // each look at the clock takes half a second
    }

    [Fact]
    public void HistogramFreq_EveryOtherEpoch_CountsEachWeight()
    {
        var model = Model();
        model.Fit(FitTests.X, FitTests.Y, batchSize: 10, epochs: 3, verbose: 0, callbacks: [new TensorBoard(Logs) { HistogramFreq = 2 }]);
        var histograms = Read("train").Where(v => v.Plugin == "histograms").ToArray();
        Assert.Equal(
            model.Weights.Select(w => $"{w.Path}/histogram 0").Concat(model.Weights.Select(w => $"{w.Path}/histogram 2")),
            histograms.Select(v => $"{v.Tag} {v.Step}"));
        foreach (var (histogram, weight) in histograms.Skip(model.Weights.Count).Zip(model.Weights))
        {
            Assert.Equal((Tensors, 2), (histogram.DataClass, histogram.Type));
            Assert.Equal([HistogramBuckets.Count, 3], histogram.Shape);
            var values = weight.ToArray();
            Assert.Equal((values.Min(), values.Max()), (histogram.Numbers[0], histogram.Numbers[^2]));
            for (var i = 0; i < HistogramBuckets.Count; i++)
            {
                var (left, right, isLast) = (histogram.Numbers[3 * i], histogram.Numbers[3 * i + 1], i == HistogramBuckets.Count - 1);
                Assert.Equal(values.Count(v => v >= left && (v < right || isLast)), histogram.Numbers[3 * i + 2]);
            }
        }
    }

    [Fact]
    public void Histogram_OfSpecialValues_CountsTheFiniteOnes()
    {
        Assert.Empty(HistogramBuckets.Of([]));
        Assert.Empty(HistogramBuckets.Of([float.NaN, float.PositiveInfinity]));
        Assert.Equal([1.5, 2.5, 3], HistogramBuckets.Of([2, 2, float.NaN, 2]));
        var wide = HistogramBuckets.Of([float.MinValue, float.MaxValue, float.NegativeInfinity]);
        Assert.Equal((float.MinValue, 1.0, float.MaxValue, 1.0), (wide[0], wide[2], wide[^2], wide[^1]));
        var tiny = HistogramBuckets.Of([0, float.Epsilon]);
        Assert.Equal((1.0, 1.0), (tiny[2], tiny[^1]));
    }

    [Fact]
    public void WriteGrads_EpochWithHistograms_CountsTheGradientsOfItsFirstStep()
    {
        var model = Model();
        var kernel = model.Weights[0];
        var before = new List<float[]>();
        var spy = new LambdaCallback { TrainBatchBegin = _ => before.Add(kernel.ToArray()) };
        model.Fit(FitTests.X, FitTests.Y, batchSize: 10, epochs: 2, verbose: 0, callbacks: [new TensorBoard(Logs) { HistogramFreq = 2, WriteGrads = true }, spy]);
        var gradients = Read("train").Where(v => v.Tag.EndsWith("/gradient/histogram", StringComparison.Ordinal)).ToArray();
        Assert.Equal(model.Weights.Select(w => $"{w.Path}/gradient/histogram 0"), gradients.Select(v => $"{v.Tag} {v.Step}"));

        // Plain gradient descent: w' = w - 0.01 g.
        float[] expected = [.. before[0].Zip(before[1], (w, next) => (w - next) / 0.01f)];
        Assert.Equal(expected.Min(), gradients[0].Numbers[0], 1e-4);
        Assert.Equal(expected.Max(), gradients[0].Numbers[^2], 1e-4);
        Assert.Equal(expected.Length, gradients[0].Numbers.Where((_, i) => i % 3 == 2).Sum());
    }

    [Fact]
    public void LearningRate_OfSeveralOptimizers_HasTheirNames()
    {
        var model = Model();
        model.Compile(new MultiOptimizer(new OptimizerMap(new SGD(0.5)) { [".*/bias"] = new Adam(0.25) }), "sparse_categorical_crossentropy");
        model.Fit(FitTests.X, FitTests.Y, verbose: 0, callbacks: [new TensorBoard(Logs)]);
        Assert.Equal(
            ["epoch_learning_rate_adam 0.25", "epoch_learning_rate_sgd 0.5"],
            Read("train").Where(v => v.Tag.Contains("rate", StringComparison.Ordinal)).Select(v => FormattableString.Invariant($"{v.Tag} {v.Numbers[0]}")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Evaluate_Alone_WritesAndClosesTheValidationFile()
    {
        var model = Model();
        model.Fit(FitTests.X, FitTests.Y, verbose: 0, epochs: 1);
        model.Evaluate(FitTests.X, FitTests.Y, callbacks: [new TensorBoard(Logs)]);
        Assert.Equal(["evaluation_accuracy_vs_iterations", "evaluation_loss_vs_iterations"], Read("validation").Select(v => v.Tag));
        Assert.False(Directory.Exists(Path.Combine(Logs, "train")));
        using var exclusive = new FileStream(Directory.GetFiles(Path.Combine(Logs, "validation")).Single(), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Fact]
    public void Training_ThatFails_LeavesWhatWasWritten_AndTheNextBeginsANewFile()
    {
        var board = new TensorBoard(Logs) { HistogramFreq = 1, WriteGrads = true };
        var failing = new LambdaCallback { EpochEnd = (epoch, _) => throw new InvalidOperationException("no more") };
        Assert.Throws<InvalidOperationException>(() => Fit(board, epochs: 3, also: failing));
        Assert.Single(Numbers(Read("train"), "epoch_loss"));
        Fit(board);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(Logs, "train")).Length);
        Assert.Equal(2, Numbers(Read("train"), "epoch_loss").Length);
    }

    [Fact]
    public void Training_ThatContinues_CountsItsStepsOn()
    {
        var model = Model();
        BackupAndRestore Backup() => new(_folder["backup"]) { SaveFreq = 5 };
        void Run(params Callback[] callbacks) => model.Fit(FitTests.X, FitTests.Y, batchSize: 8, epochs: 2, verbose: 0, callbacks: [new TensorBoard(Logs) { UpdateFreq = 1 }, .. callbacks]);
        var killing = new LambdaCallback { EpochBegin = epoch => _ = epoch == 1 ? throw new InvalidOperationException("killed") : 0 };
        Assert.Throws<InvalidOperationException>(() => Run(killing, Backup()));
        var before = Numbers(Read("train"), "batch_loss").Length;
        Run(Backup());
        var after = Read("train").Where(v => v.Tag == "batch_loss").Skip(before).ToArray();
        Assert.Equal(Enumerable.Range(11, 16), after.Select(v => (int)v.Step));
        Assert.Equal([0, 0, 1], Read("train").Where(v => v.Tag == "epoch_loss").Select(v => (int)v.Step)); // the last step of an epoch is saved before its end
    }

    [Fact]
    public void Folder_ThatCannotBeWritten_FailsBeforeTraining()
    {
        File.WriteAllText(Logs, "a file");
        var steps = 0;
        Assert.ThrowsAny<IOException>(() => Fit(new TensorBoard(Logs), also: new LambdaCallback { TrainBatchBegin = _ => steps++ }));
        Assert.Equal(0, steps);
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.StartsWith("HistogramFreq must be 0 or more. Received: -1.", Assert.Throws<ArgumentOutOfRangeException>(() => new TensorBoard { HistogramFreq = -1 }).Message, StringComparison.Ordinal);
        Assert.StartsWith("UpdateFreq must be 1 or more. Received: 0.", Assert.Throws<ArgumentOutOfRangeException>(() => new TensorBoard { UpdateFreq = 0 }).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "UpdateFreq must be \"epoch\", \"batch\" or a number of steps. Received: \"step\".", Assert.Throws<ArgumentException>(() => new TensorBoard { UpdateFreq = "step" }).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "ProfileBatch must be 0: Descent writes no profiles for TensorBoard. Received: 5.", Assert.Throws<NotSupportedException>(() => new TensorBoard { ProfileBatch = 5 }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new TensorBoard(""));
        Assert.Equal(("logs", 1, "epoch"), (new TensorBoard().LogDir, ((UpdateFrequency)"batch").Steps, new TensorBoard { ProfileBatch = 0 }.UpdateFreq.ToString()));
    }

    [Fact]
    public void Reader_OfTheseTests_KnowsTheChecksumAndFindsDamage()
    {
        Assert.Equal(0xE3069283, EventReader.Crc32C(Encoding.ASCII.GetBytes("123456789")));
        Fit(new TensorBoard(Logs));
        var bytes = File.ReadAllBytes(Directory.GetFiles(Path.Combine(Logs, "train")).Single());
        foreach (var place in (int[])[0, 9, 20, bytes.Length - 1])
        {
            var damaged = bytes.ToArray();
            damaged[place] ^= 1;
            Assert.Throws<InvalidDataException>(() => EventReader.Records(damaged).Count());
        }
    }

    private static Sequential Model()
    {
        var model = new Sequential([new Dense(4, "tanh") { InputShape = [4] }, new Dense(3, "softmax") { UseBias = false }]) { Name = "board" };
        model.Compile(new SGD(0.01), "sparse_categorical_crossentropy", metrics: ["accuracy"]);
        return model;
    }

    private static History Fit(TensorBoard board, int epochs = 1, Callback? also = null) => Model().Fit(
        FitTests.X, FitTests.Y, batchSize: 8, epochs: epochs, verbose: 0, validationSplit: 0.2, callbacks: also is null ? [board] : [board, also]);

    private List<TaggedValue> Read(string run) => EventReader.ReadFolder(Logs, run);

    private static double[] Numbers(IEnumerable<TaggedValue> values, string tag) => [.. values.Where(v => v.Tag == tag).Select(v => v.Numbers.Single())];

    private static IEnumerable<string> Epochs(params string[] tags) => Enumerable.Range(0, 2).SelectMany(epoch => tags.Select(tag => $"{tag} {epoch}"));

    private sealed class OwnModel : Model
    {
        private readonly Dense _dense;

        public OwnModel() => _dense = Track(new Dense(1));

        public override Tensor Call(Tensor x, bool training = false) => _dense.Apply(x, training);
    }

    private sealed class Clock : TimeProvider
    {
        private long _looks;

        public override long TimestampFrequency => 2;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_250);

        public override long GetTimestamp() => _looks++;
    }
}
