using System.Diagnostics.Metrics;
using Descent.Callbacks;
using Descent.Data;
using Descent.Layers;
using Descent.Metrics;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;
using Descent.Tests.Training;
using Descent.Threading;

namespace Descent.Tests.Monitoring;

/// <summary>Apart from others: listeners belong to the process, and some of these tests need that there is none.</summary>
[Collection(nameof(ThreadsTests))]
public class MeterTests
{
    private const string
        Steps = "descent.training.steps", Examples = "descent.training.examples", Loss = "descent.training.loss", Rate = "descent.training.learning_rate",
        Norm = "descent.training.gradient_norm", Duration = "descent.training.step.duration", Collections = "descent.training.gc.collections";

    [Fact]
    public void Fit_ListenedTo_MeasuresEachStep()
    {
        using var recorder = new MeasurementRecorder("measured");
        var (model, losses) = (Model("measured", new SGD(0.5)), new List<double>());
        model.Fit(
            FitTests.X, FitTests.Y, batchSize: 30, epochs: 1, verbose: 0, validationSplit: 0.2, shuffle: false,
            callbacks: [new LambdaCallback { TrainBatchEnd = (_, logs) => losses.Add(logs["loss"]) }]);

        Assert.Equal([1, 1, 1], recorder.Of(Steps));
        Assert.Equal([30, 30, 20], recorder.Of(Examples));
        Assert.Equal([0.5, 0.5, 0.5], recorder.Of(Rate));
        Assert.Equal(3, recorder.Of(Duration).Length);
        Assert.All(recorder.Of(Duration), seconds => Assert.InRange(seconds, double.Epsilon, 60));

        // The logs have means: after two batches of 30 that of both.
        Assert.Equal(losses[0], recorder.Of(Loss)[0]);
        Assert.Equal(losses[1], (recorder.Of(Loss)[0] + recorder.Of(Loss)[1]) / 2, 1e-9);
    }

    [Fact]
    public void GradientNorm_ListenedTo_IsThatOfEveryEighthStep()
    {
        using var recorder = new MeasurementRecorder("norms");
        var weights = new List<float[]>();
        var model = Model("norms", new SGD(0.5));
        model.Fit(FitTests.X, FitTests.Y, batchSize: 10, verbose: 0, callbacks: [new LambdaCallback { TrainBatchBegin = _ => weights.Add(Flat(model)) }]);

        // Plain gradient descent: the step is the rate times the gradient.
        double[] norms = [.. weights.Zip(weights.Skip(1), (a, b) => Math.Sqrt(a.Zip(b, (v, w) => Math.Pow((v - w) / 0.5, 2)).Sum()))];
        Assert.Equal([norms[0], norms[8]], recorder.Of(Norm), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Instruments_Published_HaveConventionalNamesAndUnits()
    {
        using var recorder = new MeasurementRecorder("none");
        Model("none", "sgd").Fit(FitTests.X, FitTests.Y, verbose: 0);
        Assert.Equal(
            [(Collections, "{collection}"), (Norm, "1"), (Rate, "1"), (Loss, "1"), (Duration, "s"), (Steps, "{step}"), (Examples, "{example}")],
            recorder.Instruments.Select(i => (i.Name, i.Unit!)).OrderBy(i => Array.IndexOf([Collections, Norm, Rate, Loss, Duration, Steps, Examples], i.Name)));
        Assert.All(recorder.Instruments, i => Assert.NotEmpty(i.Description!));
        Assert.Equal("0.1.0", recorder.Instruments[0].Meter.Version);
    }

    [Fact]
    public void GradientNorm_OfAScaledLoss_IsThatOfTheLoss()
    {
        var scaled = NormsWith("scaled", new SGD(0.1) { LossScaleFactor = 1e20 });
        var wrapped = NormsWith("wrapped", new LossScaleOptimizer(new SGD(0.1)) { InitialScale = 1024 });
        var plain = NormsWith("plain", new SGD(0.1));
        Assert.All(plain.Zip(scaled, wrapped), norms => Assert.Equal((norms.First, norms.First), (norms.Second, norms.Third), (a, b) => Near(a.Item1, b.Item1) && Near(a.Item2, b.Item2)));

        static bool Near(double a, double b) => Math.Abs(a - b) <= 1e-5 * a;
    }

    [Fact]
    public void GradientNorm_OnThreads_HasTheSameBits()
    {
        var threads = Workers.Count;
        try
        {
            Workers.SetCount(1);
            var one = NormsWith("threads", new SGD(0.1), units: 16384);
            Workers.SetCount(2);
            Assert.Equal(one, NormsWith("threads", new SGD(0.1), units: 16384));
        }
        finally
        {
            Workers.SetCount(threads);
        }
    }

    [Fact]
    public void LearningRate_OfAScheduleAndOfSeveralOptimizers_IsThatOfTheStep()
    {
        using var recorder = new MeasurementRecorder("rates", Rate);
        var optimizer = new MultiOptimizer(new OptimizerMap(new SGD(new ExponentialDecay(1, 1, 0.5))) { [".*/bias"] = new Adam(0.25) });
        Model("rates", optimizer).Fit(FitTests.X, FitTests.Y, batchSize: 50, verbose: 0);
        var rates = recorder.Measurements.Select(m => $"{m.Tags.Single(t => t.Key == "descent.optimizer.name").Value} {m.Value}").ToArray();
        Assert.Equal(["adam 0.25", "adam 0.25", "sgd 0.5", "sgd 1"], rates.Order(StringComparer.Ordinal));
        Assert.Equal("sgd 1", rates.First(r => r.StartsWith("sgd", StringComparison.Ordinal)));
    }

    [Fact]
    public void TrainOnBatch_ListenedTo_IsAStep()
    {
        using var recorder = new MeasurementRecorder("batch");
        var model = Model("batch", "sgd");
        var loss = model.TrainOnBatch(FitTests.X, FitTests.Y).Loss;
        Assert.Equal(([1], [100], [loss]), (recorder.Of(Steps), recorder.Of(Examples), recorder.Of(Loss)), (a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2) && a.Item3.SequenceEqual(b.Item3));
        model.TestOnBatch(FitTests.X, FitTests.Y);
        model.Evaluate(FitTests.X, FitTests.Y);
        Assert.Single(recorder.Of(Steps));
    }

    [Fact]
    public void Step_OfTheUsers_IsMeasuredToo()
    {
        using var recorder = new MeasurementRecorder("own");
        var model = new OwnStep { Name = "own" };
        model.Compile(new SGD(0.1));
        model.Fit(Tensor.Ones([4, 1]), Tensor.Ones([4, 1]), batchSize: 2, verbose: 0);
        Assert.Equal([7, 7], recorder.Of(Loss));
        Assert.Equal([4], recorder.Of(Norm)); // of 4 w, in the first step
    }

    [Fact]
    public void Step_ThatFails_IsNotCounted_AndNobodyKeepsWatching()
    {
        using (var recorder = new MeasurementRecorder("fails"))
        {
            var model = new OwnStep { Name = "fails", Fails = true };
            model.Compile(new SGD(0.1));
            Assert.Throws<InvalidOperationException>(() => model.Fit(Tensor.Ones([4, 1]), Tensor.Ones([4, 1]), verbose: 0));
            Assert.Empty(recorder.Of(Steps));
            model.Fails = false;
            model.Fit(Tensor.Ones([4, 1]), Tensor.Ones([4, 1]), verbose: 0);
            Assert.Equal([4], recorder.Of(Norm));
        }
    }

    [Fact]
    public void Collections_WhileTraining_AreCountedOnceByGeneration()
    {
        using var recorder = new MeasurementRecorder("collects", Collections);
        var model = Model("collects", "sgd");
        model.Fit(FitTests.X, FitTests.Y, batchSize: 25, verbose: 0, callbacks: [new LambdaCallback { TrainBatchBegin = batch => Collect(batch) }]);
        int Count(string generation) => (int)recorder.Measurements.Where(m => m.Tags.Any(t => t is { Key: "gc.heap.generation", Value: string g } && g == generation)).Sum(m => m.Value);
        Assert.InRange(Count("gen2"), 2, 3);
        Assert.InRange(Count("gen0"), 1, 4);

        static void Collect(int batch)
        {
            if (batch is 1 or 2) GC.Collect();
            if (batch == 3) GC.Collect(0);
        }
    }

    [Fact]
    public void Measurements_WithoutAListener_AreNotWorkedOut()
    {
        var (metric, optimizer) = (new Counted(), new CountedScale());
        var model = Model("quiet", optimizer, metric);
        model.Fit(FitTests.X, FitTests.Y, batchSize: 25, verbose: 0);
        Assert.Equal((4, 1), (optimizer.Scalings, metric.Results)); // each loss, and the result of the epoch

        // A listener of other instruments changes nothing.
        using (new MeasurementRecorder("quiet", Steps, Loss, Rate, Duration, Examples, Collections)) model.Fit(FitTests.X, FitTests.Y, batchSize: 25, verbose: 0);
        Assert.Equal((8, 2), (optimizer.Scalings, metric.Results));

        using (new MeasurementRecorder("quiet", Norm)) model.Fit(FitTests.X, FitTests.Y, batchSize: 25, verbose: 0);
        Assert.Equal((13, 3), (optimizer.Scalings, metric.Results));
    }

    [Fact]
    public void Fit_ListenedTo_AllocatesLittlePerStep()
    {
        const int Count = 60, WarmUp = 10, Most = 1024;
        using var listener = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Meter.Name == "Descent") listener.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => { });
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => { });
        listener.Start();
        long first = 0, last = 0;
        var watch = new LambdaCallback
        {
            TrainBatchEnd = (batch, _) =>
            {
                last = GC.GetAllocatedBytesForCurrentThread();
                if (batch == WarmUp - 1) first = last;
            },
        };
        var x = Tensor.Ones([Count * 4, 4]);
        Model("little", new Adam()).Fit(x, Tensor.Zeros([Count * 4]), batchSize: 4, verbose: 0, callbacks: [watch]);
        Assert.InRange((last - first) / (Count - WarmUp), 0, Most);
    }

    private static double[] NormsWith(string name, Optimizer optimizer, int units = 4)
    {
        RandomSeed.Set(1);
        using var recorder = new MeasurementRecorder(name, Norm);
        Model(name, optimizer, units: units).Fit(FitTests.X, FitTests.Y, batchSize: 50, verbose: 0, shuffle: false);
        Assert.Single(recorder.Of(Norm));
        return recorder.Of(Norm);
    }

    private static Sequential Model(string name, Optimizer optimizer, Metric? metric = null, int units = 4)
    {
        var model = new Sequential([new Dense(units, "tanh") { InputShape = [4] }, new Dense(3, "softmax")]) { Name = name };
        model.Compile(optimizer, "sparse_categorical_crossentropy", metrics: metric is null ? null : [metric]);
        return model;
    }

    private static float[] Flat(Model model) => [.. model.Weights.SelectMany(w => w.ToArray())];

    private sealed class OwnStep : Model
    {
        private readonly Variable _w;

        public OwnStep() => _w = AddWeight("w", [1], initializer: "ones");

        public bool Fails { get; set; }

        protected override Logs TrainStep(Batch batch)
        {
            using var tape = new GradientTape();
            var loss = 4f * Ops.Sum(_w);
            Optimizer!.Apply(tape.Gradient(loss, TrainableVariables), TrainableVariables);
            return Fails ? throw new InvalidOperationException("no more") : new Logs { ["loss"] = 7 };
        }
    }

    private sealed class Counted : Metric
    {
        public int Results { get; private set; }

        public override void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null)
        {
        }

        public override Tensor Result()
        {
            Results++;
            return Tensor.Scalar(1f);
        }
    }

    private sealed class CountedScale() : Optimizer(0.1)
    {
        public int Scalings { get; private set; }

        public override Tensor ScaleLoss(Tensor loss)
        {
            Scalings++;
            return loss;
        }

        public override void UpdateStep(Tensor gradient, Variable variable, double learningRate) => AssignSub(variable, gradient * (float)learningRate);
    }
}
