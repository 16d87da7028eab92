using Descent.Data;
using Descent.Initializers;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

namespace Descent.Tests.Training;

public class LearningRateFinderTests
{
    private static readonly Tensor X = FitTests.X;

    // The target is a line, so that there is something to learn.
    private static readonly Tensor Line = Ops.MatMul(X, Tensor.From([1f, -2f, 3f, 0.5f], [4, 1]));

    /// <summary>The third loss of this model is 9 after a step of rate 2, whatever the decay.</summary>
    [Fact]
    public void Find_OfAnOptimizerThatDecays_TakesTheStepsItNotesDown()
    {
        Assert.Equal(Losses(0), Losses(1), (a, b) => Math.Abs(a - b) < 1e-3);
        Assert.Equal(9, Losses(1)[2], 1e-3);

        static IReadOnlyList<double> Losses(double decay)
        {
            var model = new Sequential([new Dense(1) { UseBias = false, KernelInitializer = "zeros", InputShape = [1] }]);
            model.Compile(new Descent.Optimizers.Keras2.SGD(0.1) { Decay = decay }, "mse");
            return new LearningRateFinder { Minimum = 1, Maximum = 4, Steps = 3, DivergenceFactor = 1e9 }
                .Find(model, Enumerable.Repeat(new Batch(Tensor.Ones([1, 1]), Tensor.Ones([1, 1])), 3)).Losses;
        }
    }

    [Fact]
    public void Find_Rates_RiseByAFactor()
    {
        var curve = new LearningRateFinder { Minimum = 1e-6, Maximum = 1e-2, Steps = 5 }.Find(Regression("adam"), X, Line);
        AssertClose([1e-6, 1e-5, 1e-4, 1e-3, 1e-2], curve.Rates);
    }

    [Fact]
    public void Find_LinearRates_RiseByAnAmount()
    {
        var curve = new LearningRateFinder { Minimum = 0.001, Maximum = 0.005, Steps = 5, Linear = true }.Find(Regression("adam"), X, Line);
        AssertClose([0.001, 0.002, 0.003, 0.004, 0.005], curve.Rates);
    }

    [Fact]
    public void Find_Losses_AreThoseOfEachBatchAndTheirMovingAverage()
    {
        var model = Regression("sgd");
        model.Build([-1, 4]);
        double[] expected = [.. Enumerable.Range(0, 4).Select(i => (double)model.Evaluate(Batches(4).ElementAt(i).X, Batches(4).ElementAt(i).Y).Loss)];

        // A rate so low that the weights stay.
        var curve = new LearningRateFinder { Minimum = 1e-30, Maximum = 1e-29, Steps = 6, Smoothing = 0.5 }.Find(model, Batches(4));
        AssertClose([.. expected, expected[0], expected[1]], curve.Losses, 1e-6);
        double average = 0;
        for (var i = 0; i < 6; i++)
        {
            average = (average + curve.Losses[i]) / 2;
            Assert.Equal(average / (1 - Math.Pow(0.5, i + 1)), curve.SmoothedLosses[i], 1e-9);
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("schedule")]
    [InlineData("function")]
    [InlineData("scaled")]
    public void Find_AnyOptimizer_TakesEachStepWithItsRate(string kind)
    {
        var calls = 0;
        var recorder = new Recorder(kind switch
        {
            "schedule" => new CosineDecay(0.1, 10),
            "function" => LearningRate.From(() => 0.1 + calls),
            _ => 0.1,
        });
        Optimizer optimizer = kind == "scaled" ? new LossScaleOptimizer(recorder) : recorder;
        var before = (optimizer.LearningRate, optimizer.LearningRate.Schedule, optimizer.LearningRate.Function);
        var curve = new LearningRateFinder { Minimum = 1e-4, Maximum = 1e-1, Steps = 4 }.Find(Regression(optimizer), X, Line);
        Assert.Equal(curve.Rates.Select(r => (float)r), recorder.Rates.Select(r => (float)r));
        Assert.Equal(before, (optimizer.LearningRate, optimizer.LearningRate.Schedule, optimizer.LearningRate.Function));
        calls++;
        Assert.Equal(kind == "function" ? 1.1 : 0.1f, optimizer.LearningRate.Value);
    }

    [Fact]
    public void Find_AccumulatedGradients_CountsUpdates()
    {
        var recorder = new Recorder(0.1) { GradientAccumulationSteps = 3 };
        var model = Regression(recorder);
        model.Build([-1, 4]);
        var taken = 0;
        var curve = new LearningRateFinder { Minimum = 1e-4, Maximum = 1e-1, Steps = 4 }.Find(model, Counted());
        Assert.Equal(12, taken);
        Assert.Equal(curve.Rates.Select(r => (float)r), recorder.Rates.Select(r => (float)r));
        Assert.Equal(Batches(3).Average(b => model.Evaluate(b.X, b.Y).Loss), curve.Losses[0], 1e-5);

        IEnumerable<Batch> Counted()
        {
            foreach (var batch in Batches(50))
            {
                taken++;
                yield return batch;
            }
        }
    }

    [Fact]
    public void Find_InTheMiddleOfAnAccumulation_GoesOnFromThere()
    {
        var recorder = new Recorder(0.1) { GradientAccumulationSteps = 3 };
        var model = Regression(recorder);
        foreach (var batch in Batches(5)) model.TrainOnBatch(batch.X, batch.Y);
        recorder.Rates.Clear();
        var curve = new LearningRateFinder { Minimum = 1e-4, Maximum = 1e-1, Steps = 4 }.Find(model, Batches(50));
        Assert.Equal(4, curve.Rates.Count);
        Assert.Equal(curve.Rates.Select(r => (float)r), recorder.Rates.Select(r => (float)r));
        Assert.Equal(model.Evaluate(Batches(1).Single().X, Batches(1).Single().Y).Loss, curve.Losses[0], 1e-5); // of the one call that was missing
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    [InlineData("rmsprop")]
    [InlineData("nadam")]
    [InlineData("lion")]
    public void Find_OfDrawnDigits_SuggestsARateBetterThanFarLowerAndHigherOnes(string optimizer)
    {
        var (rows, labels) = DrawnDigits.Generate(1000, seed: 1);
        var (x, y) = (Tensor.From([.. rows.Cast<float>()], [1000, rows.GetLength(1)]), Tensor.From(labels));
        var curve = new LearningRateFinder().Find(Digits(optimizer), x, y, shuffle: false);
        Assert.StartsWith("Suggestion: ", curve.ToString(), StringComparison.Ordinal);
        var rate = curve.Suggestion!.Value;
        var (farLower, lower, loss, higher) = (LossOf(rate / 30), LossOf(rate / 10), LossOf(rate), LossOf(rate * 100));
        Assert.True(loss < lower, $"{rate}: {loss}, lower: {lower}");
        Assert.True(loss < farLower / 2, $"{rate}: {loss}, far lower: {farLower}");
        Assert.False(higher < loss * 2, $"{rate}: {loss}, higher: {higher}"); // or NaN

        double LossOf(double rate)
        {
            var model = Digits(optimizer);
            model.Optimizer!.LearningRate = rate;
            return model.Fit(x, y, epochs: 10, verbose: 0, shuffle: false)["loss"][^1];
        }

        static Sequential Digits(string optimizer)
        {
            var model = new Sequential([new Dense(32, "relu") { KernelInitializer = new HeUniform { Seed = 1 } }, new Dense(10, "softmax") { KernelInitializer = new GlorotUniform { Seed = 2 } }]);
            model.Compile(optimizer, "sparse_categorical_crossentropy");
            return model;
        }
    }

    /// <summary>It falls most from step 2 to 3 and is lowest at step 6.</summary>
    [Fact]
    public void Suggestion_OfACurve_IsHalfwayFromTheSteepestFallToTheLowestPoint()
    {
        double[] rates = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10];
        double[] losses = [10, 10, 9, 4, 3, 2, 1, 5];
        Assert.Equal(1e-2, new LearningRateCurve(rates, losses, losses, smoothing: 0).Suggestion);
    }

    [Fact]
    public void Find_LossThatDiverges_EndsEarlyWithFiniteLosses()
    {
        var curve = new LearningRateFinder { Maximum = 1e12, Steps = 200 }.Find(Regression("sgd"), X, Line, batchSize: 10, shuffle: false);
        Assert.InRange(curve.Rates.Count, 20, 150);
        Assert.Equal((curve.Rates.Count, curve.Rates.Count), (curve.Losses.Count, curve.SmoothedLosses.Count));
        Assert.All(curve.Losses, loss => Assert.True(double.IsFinite(loss)));
        Assert.InRange(curve.Suggestion!.Value, 1e-4, 1);
    }

    [Fact]
    public void Find_LossThatIsNegative_IsNotTakenForDiverged()
    {
        var model = new Sequential([new Dense(4) { KernelInitializer = "identity" }]);
        model.Compile("sgd", "cosine_similarity");
        var curve = new LearningRateFinder { Maximum = 1e3 }.Find(model, X, X * 2 + 1);
        Assert.Equal(100, curve.Rates.Count);
        Assert.All(curve.SmoothedLosses, loss => Assert.True(loss < 0));
    }

    [Fact]
    public void Find_LossThatDoesNotFall_SuggestsNothingAndSaysSo()
    {
        var model = Regression(new Recorder(0.1));
        var curve = new LearningRateFinder().Find(model, [new Batch(X, Line)]);
        Assert.Null(curve.Suggestion);
        Assert.StartsWith("No suggestion: the loss does not fall. Try other rates, or more steps (100 steps, rates 1.0e-7 to 1.0e+1", curve.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.9999999999999999)]
    public void Find_AnySmoothing_SuggestsOneOfTheRatesOrNone(double smoothing)
    {
        var curve = new LearningRateFinder { Smoothing = smoothing, Steps = 50 }.Find(Regression("sgd"), X, Line, shuffle: false);
        if (smoothing < 0.9) Assert.Contains(curve.Suggestion!.Value, curve.Rates);
        else Assert.Null(curve.Suggestion);
    }

    [Fact]
    public void Find_FirstLossNotFinite_GivesAnEmptyCurveThatSaysSo()
    {
        var curve = new LearningRateFinder().Find(Regression("sgd"), X * 1e30f, Line);
        Assert.Empty(curve.Rates);
        Assert.Null(curve.Suggestion);
        Assert.Equal("No suggestion: the first loss is not finite. Look for large values in the data, or try a lower Minimum.", curve.ToString());
    }

    [Fact]
    public void Find_BadArguments_SaysWhatMustHold()
    {
        AssertRejects<ArgumentOutOfRangeException>("Minimum must be positive and finite. Received: 0.", () => new LearningRateFinder { Minimum = 0 });
        AssertRejects<ArgumentOutOfRangeException>("Maximum must be positive and finite. Received: Infinity.", () => new LearningRateFinder { Maximum = double.PositiveInfinity });
        AssertRejects<ArgumentOutOfRangeException>("A learning rate must be a finite float32 number. Received: 1E+39.", () => new LearningRateFinder { Maximum = 1e39 });
        AssertRejects<ArgumentOutOfRangeException>("Steps must be 2 or more. Received: 1.", () => new LearningRateFinder { Steps = 1 });
        AssertRejects<ArgumentOutOfRangeException>("Smoothing must be in [0, 1). Received: 1.", () => new LearningRateFinder { Smoothing = 1 });
        AssertRejects<ArgumentOutOfRangeException>("DivergenceFactor must be above 1. Received: 1.", () => new LearningRateFinder { DivergenceFactor = 1 });
        AssertRejects<ArgumentException>("Minimum must be below Maximum. Received: Minimum=1, Maximum=0.5.", () => new LearningRateFinder { Minimum = 1, Maximum = 0.5 }.Find(Regression("sgd"), X, Line));
        AssertRejects<ArgumentException>("x and y must have the same number of samples.", () => new LearningRateFinder().Find(Regression("sgd"), X, Tensor.Ones([3, 1])));
        AssertRejects<ArgumentOutOfRangeException>("batchSize must be 1 or more. Received: 0.", () => new LearningRateFinder().Find(Regression("sgd"), X, Line, batchSize: 0));
        AssertRejects<ArgumentException>("The sequence must have at least one batch.", () => new LearningRateFinder().Find(Regression("sgd"), []));
        AssertRejects<InvalidOperationException>("A learning rate cannot be read from 'multi_optimizer'", () => new LearningRateFinder().Find(Regression(new MultiOptimizer(new OptimizerMap("sgd"))), X, Line));
        AssertRejects<InvalidOperationException>("Model 'sequential' must be compiled before LearningRateFinder.Find.", () => new LearningRateFinder().Find(new Sequential([new Dense(1)]), X, Line));
        AssertRejects<ArgumentException>("Model 'sequential' expects a batch of samples of shape ", () => new LearningRateFinder().Find(Regression("sgd", built: true), Tensor.Ones([100, 5]), Line));

        static void AssertRejects<T>(string message, Func<object> action)
            where T : Exception => Assert.StartsWith(message, Assert.Throws<T>(action).Message, StringComparison.Ordinal);
    }

    private static Sequential Regression(Optimizer optimizer, bool built = false)
    {
        var model = new Sequential([new Dense(1) { KernelInitializer = "ones", InputShape = built ? [4] : null }]);
        model.Compile(optimizer, "mse");
        return model;
    }

    private static IEnumerable<Batch> Batches(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var row = i * 10 % 100;
            yield return new Batch(Tensor.From(X.AsSpan().Slice(row * 4, 40), [10, 4]), Tensor.From(Line.AsSpan().Slice(row, 10), [10, 1]));
        }
    }

    private static void AssertClose(IEnumerable<double> expected, IReadOnlyList<double> actual, double tolerance = 1e-12)
    {
        Assert.Equal(expected.Count(), actual.Count);
        Assert.All(expected.Zip(actual), pair => Golden.AssertClose(1, pair.Second / pair.First, tolerance));
    }

    /// <summary>Notes the rates of its steps and leaves the weights; not registered.</summary>
    private sealed class Recorder(LearningRate rate) : Optimizer(rate)
    {
        public List<double> Rates { get; } = [];

        public override void UpdateStep(Tensor gradient, Variable variable, double learningRate)
        {
            if (variable.Name == "kernel") Rates.Add(learningRate);
        }
    }
}
