using Descent.Layers;
using Descent.Metrics;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;
using Descent.Threading;

namespace Descent.Tests.Comparing;

/// <summary>The seed and the number of threads belong to the process, so these tests run apart from others.</summary>
[Collection(nameof(Training.ThreadsTests))]
public class OptimizerComparisonTests
{
    private static readonly Tensor X = Numbers(60, 4, (row, column) => (float)Math.Sin(row * 1.7 + column));
    private static readonly Tensor Y = Numbers(60, 1, (row, _) => Math.Sin(row * 1.7) > Math.Cos(row * 0.9) ? 1 : 0);

    [Fact]
    public void Run_EachTraining_IsThatOfFitByHand()
    {
        var comparison = Comparison(["sgd", new Adam { Beta1 = 0.8 }], [0.1, 0.01], runs: 2);
        var result = comparison.Run(X, Y, validationSplit: 0.25);

        Assert.Equal((2, 7L, "val_accuracy", true), (result.Runs, result.Seed, result.Monitor, result.MonitorRises));
        foreach (var (name, create) in new (string, Func<double, Optimizer>)[] { ("SGD", rate => new SGD(rate)), ("Adam", rate => new Adam(rate) { Beta1 = 0.8 }) })
        {
            foreach (var rate in result.Table.Single(o => o.Name == name).Rates)
            {
                for (var run = 0; run < 2; run++)
                {
                    RandomSeed.Set(7 + run);
                    var model = WithDropout();
                    model.Compile(create(rate.LearningRate!.Value), "binary_crossentropy", ["accuracy"]);
                    var history = model.Fit(X, Y, batchSize: 8, epochs: 3, verbose: 0, validationSplit: 0.25);
                    Assert.Equal(history.Metrics, rate.Runs[run].History.Metrics);
                    Assert.Equal(7 + run, rate.Runs[run].History.Seed);
                }
            }
        }
    }

    [Fact]
    public void Run_ModelFromNoSeedOfOurs_StartsEqualForAll()
    {
        var random = new System.Random(3);
        Model Create()
        {
            var model = WithDropout();
            model.Build([-1, 4]);
            model.SetWeights([.. model.Weights.Select(w => Tensor.From([.. Enumerable.Range(0, w.Shape.Size).Select(_ => random.NextSingle() - 0.5f)], w.Shape))]);
            return model;
        }

        var result = new OptimizerComparison(Create, "binary_crossentropy") { Optimizers = [new Adam(), new Adam { Name = "twin" }], Runs = 2, Epochs = 2 }.Run(X, Y);
        var (first, second) = (result.Table.Single(o => o.Name == "Adam"), result.Table.Single(o => o.Name == "twin"));
        foreach (var (one, other) in first.Rates.Zip(second.Rates))
        {
            Assert.Equal(one.LearningRate, other.LearningRate);
            Assert.Equal(one.Runs.Select(r => r.History["loss"]), other.Runs.Select(r => r.History["loss"]));
            Assert.NotEqual(one.Runs[0].History["loss"], one.Runs[1].History["loss"]);
        }
    }

    [Fact]
    public void Run_SameModelEachTime_LeavesItAsItWas()
    {
        var model = WithDropout();
        model.Build([-1, 4]);
        model.Compile("lion", "mse");
        var (weights, optimizer) = (model.GetWeights(), model.Optimizer);
        var result = new OptimizerComparison(() => model, "binary_crossentropy") { Optimizers = ["sgd", "adam"], Runs = 2, Epochs = 2 }.Run(X, Y);

        Assert.Same(optimizer, model.Optimizer);
        Assert.All(weights.Zip(model.GetWeights()), pair => Assert.Equal(pair.First.ToArray(), pair.Second.ToArray()));
        Assert.All(result.Table, o => Assert.Equal(2, o.Best.Runs.Count));
    }

    [Fact]
    public void Run_RateThatIsTooHigh_EndsAsDiverged()
    {
        var result = new OptimizerComparison(() => new Sequential([new Dense(8), new Dense(1)]), "mse") { Optimizers = ["sgd", "adam"], LearningRates = [1e9, 0.01], Runs = 2, Epochs = 30, Seed = 1 }.Run(X, Y);
        var sgd = result.Table.Single(o => o.Name == "SGD");

        Assert.True(sgd.Rates[0].IsDiverged);
        Assert.All(sgd.Rates[0].Runs, run => Assert.InRange(run.History.Epoch.Count, 1, 29));
        Assert.False(sgd.IsDiverged);
        Assert.Equal(0.01, sgd.Best.LearningRate);
        Assert.Equal("val_loss", result.Monitor);
        Assert.All(result.Table, o => Assert.NotNull(o.EpochsToCommonLevel));
    }

    [Fact]
    public void Run_EverythingDiverges_StillHasATable()
    {
        var result = new OptimizerComparison(() => new Sequential([new Dense(8), new Dense(1)]), "mse") { Optimizers = ["sgd"], LearningRates = [1e9], Runs = 1, Epochs = 30 }.Run(X, Y);

        Assert.True(result.Table.Single().IsDiverged);
        Assert.Null(result.CommonLevel);
        Assert.Null(result.Table[0].EpochsToCommonLevel);
        Assert.Contains("diverged", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AnyNumberOfThreads_GivesTheSameBits()
    {
        var (x, y) = (Numbers(300, 200, (row, column) => (float)Math.Sin(row * 0.7 + column * column)), Numbers(300, 1, (row, _) => (float)Math.Cos(row)));
        var before = Workers.Count;
        try
        {
            double[][] Losses(int threads)
            {
                Workers.SetCount(threads);
                var comparison = new OptimizerComparison(() => new Sequential([new Dense(300, "relu"), new Dropout(0.1), new Dense(1)]), "mse") { Optimizers = ["adam", "muon"], LearningRates = [0.01], Runs = 2, Epochs = 2, Seed = 5, BatchSize = 100 };
                return [.. comparison.Run(x, y).Table.SelectMany(o => o.Best.Runs).Select(r => r.History["loss"].Concat(r.History["val_loss"]).ToArray())];
            }

            var alone = Losses(1);
            Assert.Equal(alone, Losses(2));
            Assert.Equal(alone, Losses(3));
        }
        finally
        {
            Workers.SetCount(before);
        }
    }

    [Fact]
    public void Run_Seed_IsPutBack()
    {
        RandomSeed.Set(11);
        _ = RandomSeed.Next();
        var before = RandomSeed.Position;
        Comparison(["sgd"], [0.1], runs: 2).Run(X, Y);
        Assert.Equal(before, RandomSeed.Position);
    }

    [Fact]
    public void Run_NoRates_KeepsTheirOwn()
    {
        var result = Comparison([new SGD(0.3), new Adam(new CosineDecay(0.02, 50))], [], runs: 1).Run(X, Y);
        Assert.Equal([0.3, 0.02], result.Table.OrderBy(o => o.Name == "Adam").Select(o => Math.Round(o.Best.LearningRate!.Value, 6)));
    }

    [Fact]
    public void Run_OptimizerWithSchedule_IsTrainedOnce() =>
        Assert.Equal([3, 1], Comparison(["sgd", new Adam(new CosineDecay(0.02, 50))], [0.1, 0.2, 0.3], runs: 1).Run(X, Y).Table.OrderBy(o => o.Name == "Adam").Select(o => o.Rates.Count));

    [Fact]
    public void Run_Schedule_BeginsAtEachRate()
    {
        List<double> asked = [];
        new OptimizerComparison(WithDropout, "mse")
        {
            Optimizers = ["sgd"],
            LearningRates = [0.2, 0.1],
            Runs = 1,
            Epochs = 1,
            Schedule = rate =>
            {
                asked.Add(rate);
                return new CosineDecay(rate, 10);
            },
        }.Run(X, Y);
        Assert.Equal([0.2, 0.1], asked);
    }

    [Fact]
    public void Run_MetricObjectsAndOldOptimizers_Work()
    {
        var comparison = new OptimizerComparison(WithDropout, "binary_crossentropy", [new AUC { Name = "area" }]) { Optimizers = ["sgd", new Optimizers.Keras1.SGD(), new Optimizers.Keras2.Adam()], LearningRates = [0.1], Runs = 2, Epochs = 2 };
        var result = comparison.Run(X, Y, validationData: (X, Y));
        Assert.Equal(["Keras1.SGD", "Keras2.Adam", "SGD"], result.Table.Select(o => o.Name).Order());
        Assert.Equal("val_area", result.Monitor);
        double[] bytes = [.. result.Table.OrderBy(o => o.Name).Select(o => o.Best.StateBytesPerParameter)]; // counters of few bytes on 37 parameters
        Assert.InRange(bytes[0], 4, 4.5);
        Assert.InRange(bytes[1], 8, 8.7);
        Assert.InRange(bytes[2], 0, 0.3);
        Assert.All(result.Table, o => Assert.True(o.Best.StepSeconds > 0));
    }

    [Fact]
    public void Run_Cancelled_HasTheResultOfTheRunsThatAreOver()
    {
        using var source = new CancellationTokenSource();
        ComparisonProgress? last = null;
        var progress = new Reporter(p =>
        {
            last = p;
            if (p.Run == 2 && p.Finished is not null) source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => Comparison(["sgd", "adam"], [0.1, 0.01], runs: 3).Run(X, Y, progress: progress, cancellationToken: source.Token));
        Assert.Equal((5, 12, "SGD", 0.1, 2), (last!.Training, last.Trainings, last.Optimizer, last.LearningRate, last.Run));
        Assert.Equal(1, last.Result!.Runs);
        Assert.Equal([1, 1], last.Result.Table.Select(o => o.Best.Runs.Count));
    }

    [Fact]
    public void Run_BadArgument_SaysWhatItMustBe()
    {
        void Refuses<T>(string message, Func<OptimizerComparison> create)
            where T : Exception => Assert.Contains(message, Assert.Throws<T>(() => create().Run(X, Y)).Message, StringComparison.Ordinal);

        Refuses<ArgumentException>("Optimizers must be one or more. Received: none.", () => Comparison([], [0.1], 1));
        Refuses<ArgumentException>("Optimizers must have different names. Received: 'Adam' 2 times. Set the Name of all but one.", () => Comparison(["adam", new Adam { Beta1 = 0.5 }], [0.1], 1));
        Refuses<ArgumentException>("Did you mean 'Lion'", () => Comparison(["lionn"], [0.1], 1));
        Refuses<ArgumentOutOfRangeException>("LearningRates must be positive and finite. Received: 0.", () => Comparison(["adam"], [0.1, 0], 1));
        Refuses<ArgumentOutOfRangeException>("LearningRates must be positive and finite. Received: NaN.", () => Comparison(["adam"], [double.NaN], 1));
        Refuses<ArgumentException>("LearningRates must be different. Received: 0.1, 0.1.", () => Comparison(["adam"], [0.1, 0.1], 1));
        Refuses<ArgumentOutOfRangeException>("Runs must be 1 or more. Received: 0.", () => Comparison(["adam"], [0.1], 0));
        Refuses<ArgumentException>("Monitor must be a value that is measured. Did you mean 'val_loss'? Received: 'val_los'. Measured: loss, val_loss.", () => new(WithDropout, "mse") { Optimizers = ["sgd"], Monitor = "val_los" });
        Refuses<InvalidOperationException>("OptimizerComparison must be told whether 'val_total' should fall or rise.", () => new(WithDropout, "mse", [Metric.From((yTrue, yPred) => yPred, "total")]) { Optimizers = ["sgd"], Monitor = "val_total" });
        Refuses<InvalidOperationException>("The function that makes the model must return one.", () => new(() => null!, "mse") { Optimizers = ["sgd"] });
        Assert.Contains("validationSplit must be in (0, 1) unless there is validationData. Received: 0.", Assert.Throws<ArgumentOutOfRangeException>(() => Comparison(["sgd"], [0.1], 1).Run(X, Y, validationSplit: 0)).Message, StringComparison.Ordinal);
    }

    private static OptimizerComparison Comparison(IReadOnlyList<Optimizer> optimizers, double[] rates, int runs) =>
        new(WithDropout, "binary_crossentropy", ["accuracy"]) { Optimizers = optimizers, LearningRates = rates, Runs = runs, Epochs = 3, BatchSize = 8, Seed = 7 };

    private static Sequential WithDropout() => new([new Dense(6, "tanh"), new Dropout(0.2), new Dense(1, "sigmoid")]);

    private static Tensor Numbers(int rows, int columns, Func<int, int, float> number) =>
        Tensor.From([.. Enumerable.Range(0, rows * columns).Select(i => number(i / columns, i % columns))], shape: [rows, columns]);

    private sealed class Reporter(Action<ComparisonProgress> report) : IProgress<ComparisonProgress>
    {
        public void Report(ComparisonProgress value) => report(value);
    }
}
