using Descent.Callbacks;
using Descent.Layers;
using Descent.Optimizers;
using Spectre.Console;

namespace Descent.Tests.Callbacks;

public sealed class CallbackTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("descent").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Hooks_OfARun_ComeInKerasOrder()
    {
        var spy = new Spy();
        var model = Model();
        model.Fit(Tensor.Ones([4, 1]), Tensor.Ones([4, 1]), batchSize: 2, epochs: 1, verbose: 0, validationData: (Tensor.Ones([2, 1]), Tensor.Ones([2, 1])), callbacks: [spy]);
        model.Predict(Tensor.Ones([2, 1]), callbacks: [spy]);
        Assert.Equal(
            ["train", "epoch 0", "batch 0", "end 0", "batch 1", "end 1", "test", "test batch 0", "test end 0", "test done", "epoch done loss,val_loss", "train done", "predict", "predict batch 0", "predict end 0", "predict done"],
            spy.Calls);
        Assert.Equal(new RunParameters(1, 1, 0), spy.Params);
    }

    [Fact]
    public void EarlyStopping_NoImprovement_StopsAndRestoresTheBest()
    {
        var losses = new Queue<double>([5, 3, 4, 4, 4]);
        var weights = new List<float>();
        var stopping = new EarlyStopping("watched") { Patience = 2, RestoreBestWeights = true, Mode = MonitorMode.Min };
        var model = Model();
        var record = new LambdaCallback
        {
            EpochEnd = (_, logs) =>
            {
                logs["watched"] = losses.Dequeue();
                weights.Add(model.Weights[0].ToArray()[0]);
            },
        };
        var history = model.Fit(Tensor.Ones([4, 1]), Tensor.Zeros([4, 1]), epochs: 9, verbose: 0, callbacks: [record, stopping]);
        Assert.Equal([0, 1, 2, 3], history.Epoch);
        Assert.Equal((3, 1, 3.0), (stopping.StoppedEpoch, stopping.BestEpoch, stopping.Best!.Value));
        Assert.Equal(weights[1], model.Weights[0].ToArray()[0]);
        Assert.Equal([5.0, 3, 4, 4], history["watched"]);
    }

    [Fact]
    public void EarlyStopping_BaselineAndFirstEpochs_AreRespected()
    {
        var model = Model();
        var lost = model.Fit(Tensor.Ones([4, 1]), Tensor.Zeros([4, 1]), epochs: 9, verbose: 0, callbacks: [new EarlyStopping("loss") { Patience = 3, Baseline = -1, MinDelta = 1000 }]);
        Assert.Equal(3, lost.Epoch.Count);
        var late = model.Fit(Tensor.Ones([4, 1]), Tensor.Zeros([4, 1]), epochs: 9, verbose: 0, callbacks: [new EarlyStopping("loss") { MinDelta = 1000, StartFromEpoch = 4 }]);
        Assert.Equal(6, late.Epoch.Count);
    }

    [Fact]
    public void Monitor_UnknownDirection_AsksForTheMode()
    {
        var add = new LambdaCallback { EpochEnd = (_, logs) => logs["odd"] = 1 };
        var exception = Assert.Throws<InvalidOperationException>(() => Model().Fit(Tensor.Ones([4, 1]), Tensor.Zeros([4, 1]), verbose: 0, callbacks: [add, new EarlyStopping("odd")]));
        Assert.Equal("EarlyStopping must be told whether 'odd' should fall or rise. Set Mode to MonitorMode.Min or MonitorMode.Max.", exception.Message);
    }

    [Fact]
    public void Monitor_MistypedName_IsAnErrorThatNamesTheMetric()
    {
        var model = Training.FitTests.Classifier();
        var (x, y) = (Tensor.Ones([4, 4]), Tensor.From(new int[4]));
        var exception = Assert.Throws<InvalidOperationException>(() => model.Fit(x, y, verbose: 0, validationData: (x, y), callbacks: [new EarlyStopping("val_acuracy")]));
        Assert.EndsWith("Set Mode to MonitorMode.Min or MonitorMode.Max. Did you mean 'accuracy'?", exception.Message, StringComparison.Ordinal);

        // A metric of the model that was not measured this time is only worth a warning.
        model.Fit(x, y, verbose: 0, callbacks: [new EarlyStopping("val_accuracy"), new ReduceLROnPlateau()]);
    }

    [Fact]
    public void ReduceLROnPlateau_Cooldown_WaitsBeforeTheNext()
    {
        var callback = new ReduceLROnPlateau("loss") { Factor = 0.5, Patience = 1, Cooldown = 2, MinDelta = 1000, MinLR = 0.03 };
        var history = Model().Fit(Tensor.Ones([4, 1]), Tensor.Zeros([4, 1]), epochs: 8, verbose: 0, callbacks: [callback]);
        Assert.Equal([0.1f, 0.1f, 0.05f, 0.05f, 0.03f, 0.03f, 0.03f, 0.03f], history["learning_rate"].Select(v => (float)v));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceLROnPlateau { Factor = 1 });
    }

    [Fact]
    public void TerminateOnNaN_LossNotFinite_EndsTraining()
    {
        var history = Model().Fit(Tensor.Full([4, 1], float.PositiveInfinity), Tensor.Ones([4, 1]), batchSize: 1, epochs: 5, verbose: 0, callbacks: [new TerminateOnNaN()]);
        Assert.Single(history.Epoch);
        Assert.Throws<InvalidOperationException>(() => Model().Fit(Tensor.Full([4, 1], float.PositiveInfinity), Tensor.Ones([4, 1]), verbose: 0, callbacks: [new TerminateOnNaN { RaiseError = true }]));
    }

    [Fact]
    public void TerminateOnNaN_OfARun_WorksOutNoMetricInABatch()
    {
        var metric = new CountedResult();
        var model = new Sequential([new Dense(1)]);
        model.Compile("sgd", "mse", [metric]);
        model.Fit(Tensor.Ones([40, 1]), Tensor.Ones([40, 1]), batchSize: 1, epochs: 2, verbose: 0, callbacks: [new TerminateOnNaN()]);
        Assert.Equal(2, metric.Results); // once an epoch, for its logs
    }

    [Fact]
    public void CSVLogger_OfARun_WritesALinePerEpoch()
    {
        var file = Path.Combine(_folder, "log.csv");
        var model = Model();
        var (x, y) = (Tensor.Ones([4, 1]), Tensor.Ones([4, 1]));
        model.Fit(x, y, epochs: 2, verbose: 0, validationData: (x, y), validationFreq: 2, callbacks: [new CSVLogger(file)]);
        var lines = File.ReadAllLines(file);
        Assert.Equal("epoch,loss,val_loss", lines[0]);
        Assert.EndsWith(",NA", lines[1], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
        model.Fit(x, y, initialEpoch: 2, epochs: 4, verbose: 0, callbacks: [new CSVLogger(file) { Append = true }]);
        Assert.Equal(["epoch", "0", "1", "2", "3"], File.ReadAllLines(file).Select(line => line.Split(',')[0]));
        model.Fit(x, y, verbose: 0, callbacks: [new CSVLogger(file) { Separator = ';' }]);
        Assert.StartsWith("epoch;loss", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "Epoch 1/2\n2/2 ━━━━━━━━━━━━━━━━━━━━ ")]
    [InlineData(2, "Epoch 1/2\n2/2 - 0s - ")]
    public void ProgbarLogger_NoTerminal_WritesPlainLines(int verbose, string start)
    {
        var text = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        var bar = new ProgbarLogger(console);
        var model = Model();
        var run = new RunParameters(2, 2, verbose);
        bar.Enter(model, run);
        bar.OnTrainBegin();
        for (var epoch = 0; epoch < 2; epoch++)
        {
            bar.OnEpochBegin(epoch);
            for (var batch = 0; batch < 2; batch++) bar.OnTrainBatchEnd(batch, new Logs());
            bar.OnEpochEnd(epoch, new Logs { ["accuracy"] = 0.86124, ["loss"] = 0.0000471 });
        }

        var output = text.ToString().ReplaceLineEndings("\n");
        Assert.StartsWith(start, output, StringComparison.Ordinal);
        Assert.EndsWith("/step - accuracy: 0.8612 - loss: 4.7100e-05\n", output, StringComparison.Ordinal);
        Assert.Equal(4, output.Count(c => c == '\n'));
    }

    [Fact]
    public void ProgbarLogger_NarrowTerminal_EndsEachEpochWithAllValues()
    {
        var terminal = new Terminal();
        var bar = new ProgbarLogger(AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.NoColors, Out = terminal }));
        bar.Enter(Model(), new RunParameters(1, 1, 1));
        bar.OnTrainBegin();
        bar.OnEpochBegin(0);
        bar.OnEpochEnd(0, new Logs { ["accuracy"] = 0.1111, ["loss"] = 0.2222, ["val_accuracy"] = 0.3333, ["val_loss"] = 0.4444 });
        Assert.EndsWith("0.4444\n", terminal.Writer.ToString()!.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    private sealed class Terminal : IAnsiConsoleOutput
    {
        public TextWriter Writer { get; } = new StringWriter();

        public bool IsTerminal => true;

        public int Width => 60;

        public int Height => 24;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }

    [Fact]
    public void ProgressLine_OnATerminal_ShowsTheTimeLeftAndFitsTheWidth()
    {
        var line = new ProgressLine
        {
            Step = 10,
            Steps = 40,
            HasBar = true,
            Elapsed = 1,
            PerStep = 0.1,
            IsFinal = false,
            Logs = new Dictionary<string, double> { ["loss"] = 0.5, ["val[x]"] = 1 },
        };
        Assert.Equal("[bold]10/40[/] [green]━━━━━[/][grey]━━━━━━━━━━━━━━━[/] [bold]3s[/] 100ms/step - loss: 0.5000 - val[[x]]: 1.0000", line.ToMarkup());
        Assert.EndsWith("100ms/step - loss: 0.5", line.Fit(line.ToString().Length - " - val[x]: 1.0000".Length - 3).ToMarkup(), StringComparison.Ordinal);
    }

    private static Sequential Model()
    {
        var model = new Sequential([new Dense(1)]);
        model.Compile(new SGD(0.1), "mse");
        return model;
    }

    private sealed class Spy : Callback
    {
        public List<string> Calls { get; } = [];

        public override void OnTrainBegin() => Calls.Add("train");

        public override void OnTrainEnd(Logs logs) => Calls.Add("train done");

        public override void OnEpochBegin(int epoch) => Calls.Add($"epoch {epoch}");

        public override void OnEpochEnd(int epoch, Logs logs) => Calls.Add($"epoch done {string.Join(',', logs.Keys)}");

        public override void OnTrainBatchBegin(int batch) => Calls.Add($"batch {batch}");

        public override void OnTrainBatchEnd(int batch, Logs logs) => Calls.Add($"end {batch}");

        public override void OnTestBegin() => Calls.Add("test");

        public override void OnTestEnd(Logs logs) => Calls.Add("test done");

        public override void OnTestBatchBegin(int batch) => Calls.Add($"test batch {batch}");

        public override void OnTestBatchEnd(int batch, Logs logs) => Calls.Add($"test end {batch}");

        public override void OnPredictBegin() => Calls.Add("predict");

        public override void OnPredictEnd() => Calls.Add("predict done");

        public override void OnPredictBatchBegin(int batch) => Calls.Add($"predict batch {batch}");

        public override void OnPredictBatchEnd(int batch, Tensor outputs) => Calls.Add($"predict end {batch}");
    }

    private sealed class CountedResult() : Descent.Metrics.Metric("counted")
    {
        public int Results { get; private set; }

        public override void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null)
        {
        }

        public override Tensor Result()
        {
            Results++;
            return Tensor.Scalar(Results);
        }
    }
}
