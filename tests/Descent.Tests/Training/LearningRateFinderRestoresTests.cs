using System.Text.Json.Nodes;
using Descent.Data;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

namespace Descent.Tests.Training;

/// <summary>A range test leaves no trace: what is trained afterwards is the same bit for bit. The seed belongs to the process, so these tests run apart from others.</summary>
[Collection(nameof(ThreadsTests))]
public class LearningRateFinderRestoresTests
{
    private static readonly LearningRateFinder Finder = new() { Minimum = 1e-5, Maximum = 1, Steps = 12 };

    public static TheoryData<string, int> All()
    {
        var all = new TheoryData<string, int>();
        foreach (var kind in Kinds.Names.Concat(Kinds.WrappedNames).Where(k => !k.Contains("MultiOptimizer", StringComparison.Ordinal)))
        {
            all.Add(kind, 0);
            all.Add(kind, 1);
            all.Add(kind, 3);
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Fit_AfterARangeTest_GivesTheSameBits(string kind, int epochsBefore) =>
        AssertNoTrace(kind, epochsBefore, model => Finder.Find(model, FitTests.X, FitTests.Y, batchSize: 16));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Fit_AfterARangeTestThatDiverges_GivesTheSameBits(int epochsBefore) => AssertNoTrace(
        "SGD", epochsBefore, model => Assert.True(new LearningRateFinder { Minimum = 1, Maximum = 1e30 }.Find(model, FitTests.X, FitTests.Y).Rates.Count < 100));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Fit_AfterARangeTestThatFails_GivesTheSameBits(int epochsBefore) => AssertNoTrace(
        "Adam", epochsBefore, model => Assert.Throws<IOException>(() => Finder.Find(model, Batches(() => throw new IOException()))));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Fit_AfterARangeTestThatIsCancelled_GivesTheSameBits(int epochsBefore) => AssertNoTrace("Adam", epochsBefore, model =>
    {
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Finder.Find(model, Batches(source.Cancel), cancellationToken: source.Token));
    });

    [Fact]
    public void Fit_AfterARangeTestOfLayersTurnedOn_GivesTheSameBits() => AssertNoTrace("Adam", 1, model => Finder.Find(model, FitTests.X, FitTests.Y), model =>
    {
        model.GetLayer(0).Trainable = false;
        model.Fit(FitTests.X, FitTests.Y, verbose: 0);
        model.GetLayer(0).Trainable = true;
    });

    [Fact]
    public void Fit_AfterARangeTestInWhichALayerIsTurnedOn_GivesTheSameBits()
    {
        Sequential? tested = null;
        AssertNoTrace("Adam", 2, model =>
        {
            tested = model;
            Finder.Find(model, Batches(() => model.GetLayer(1).Trainable = true));
            model.GetLayer(1).Trainable = false;
        }, before: model => model.GetLayer(1).Trainable = false);
        Assert.False(tested!.GetLayer(1).Trainable);
    }

    [Fact]
    public void Find_OfAnUntrainedModel_LeavesOptimizerAndModelAsTheyWere()
    {
        var schedule = new CosineDecay(0.1, 10);
        var optimizer = new Adam(schedule) { UseEma = true };
        var model = FitTests.Classifier();
        model.Compile(optimizer, "crossentropy", metrics: ["accuracy"]);
        model.StopTraining = true;
        Finder.Find(model, FitTests.X, FitTests.Y);
        Assert.False(optimizer.IsBuilt);
        Assert.Empty(optimizer.TrainableVariables);
        Assert.Single(optimizer.Variables);
        Assert.Equal(0, optimizer.Iterations);
        Assert.Same(schedule, optimizer.LearningRate.Schedule);
        Assert.Same(optimizer, model.Optimizer);
        Assert.Null(model.History);
        Assert.Null(model.Loss);
        Assert.Empty(model.Metrics);
        Assert.True(model.StopTraining);
        optimizer.ExcludeFromWeightDecay(names: ["bias"]);
    }

    [Fact]
    public void Find_OfATrainedModel_KeepsItsHistoryAndMetrics()
    {
        var model = FitTests.Classifier();
        var history = model.Fit(FitTests.X, FitTests.Y, epochs: 2, verbose: 0);
        var (losses, accuracy) = (history["loss"].ToArray(), model.Metrics.Single().Value.Result().Item());
        Finder.Find(model, FitTests.X, FitTests.Y);
        Assert.Same(history, model.History);
        Assert.Equal(losses, history["loss"]);
        Assert.Equal(accuracy, model.Metrics.Single().Value.Result().Item());
    }

    private static void AssertNoTrace(string kind, int epochsBefore, Action<Sequential> test, Action<Sequential>? before = null)
    {
        var expected = Train(_ => { });
        var actual = Train(test);
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));

        float[] Train(Action<Sequential> between)
        {
            RandomSeed.Set(7);
            var model = new Sequential([new Normalization(), new Dense(8, "relu") { KernelConstraint = "max_norm" }, new Dropout(0.3), new Sequential([new Dropout(0.2), new Dense(3, "softmax")])]);
            model.Compile(Create(kind), "sparse_categorical_crossentropy", metrics: ["accuracy"]);
            if (epochsBefore > 0) model.Fit(FitTests.X, FitTests.Y, batchSize: 16, epochs: epochsBefore, verbose: 0);
            before?.Invoke(model);
            between(model);
            var history = model.Fit(FitTests.X, FitTests.Y, batchSize: 16, epochs: 2, verbose: 0);
            var state = model.Weights.Concat(model.Optimizer!.Variables).SelectMany(v => v.View.Cells.ToArray());
            return [.. state, .. history.Metrics.Values.SelectMany(v => v).Select(v => (float)v), RandomSeed.Peek() >> 40];
        }
    }

    // 7 batches an epoch: an accumulation of 3 is under way when an epoch ends.
    private static Optimizer Create(string kind)
    {
        var options = new JsonObject { ["use_ema"] = true, ["ema_overwrite_frequency"] = 4, ["gradient_accumulation_steps"] = 3, ["clipnorm"] = 0.5 };
        if (Kinds.HasKeras3Options(kind) && kind != "SGD") options["learning_rate"] = new Warmup(new ExponentialDecay(0.01, 10, 0.9), 5).Serialize();
        return Kinds.Create(kind, 0.01, options);
    }

    private static IEnumerable<Batch> Batches(Action afterFive)
    {
        for (var i = 0; i < 100; i++)
        {
            if (i == 5) afterFive();
            yield return new Batch(FitTests.X, FitTests.Y);
        }
    }
}
