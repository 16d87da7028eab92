using Descent.Callbacks;
using Descent.Initializers;
using Descent.Layers;
using Descent.Optimizers;

namespace Descent.Tests.Training;

/// <summary>Wrappers inside Compile and Fit: the second evaluation of a sharpness-aware step, and what training ends with.</summary>
public class WrapperFitTests
{
    private static readonly Tensor X = FitTests.X;

    // The first two columns of the inputs.
    private static readonly Tensor Y = Tensor.From([.. FitTests.X.ToArray().Where((_, i) => i % 4 < 2)], [100, 2]);

    public static TheoryData<string> Nests => ["lookahead", "averaging", "sharpness", "multi", "scaled", "all"];

    [Theory]
    [InlineData("sgd", 1)]
    [InlineData("lookahead", 1)]
    [InlineData("sharpness", 2)]
    [InlineData("multi", 2)] // one group of two wants it
    [InlineData("all", 2)]
    public void Fit_Step_EvaluatesTwiceWhereASharpnessAwareOptimizerIsInside(string nest, int evaluations)
    {
        var (model, probe) = Create(nest);
        model.Fit(X, Y, batchSize: 25, epochs: 2, verbose: 0);
        Assert.Equal(8 * evaluations, probe.Calls);
        probe.Calls = 0;
        model.TrainOnBatch(X, Y);
        Assert.Equal(evaluations, probe.Calls);
        Assert.Equal(9, model.Optimizer!.Iterations);
    }

    [Fact]
    public void Fit_SharpnessAware_ReportsTheFirstEvaluationAndStepsByTheSecond()
    {
        var (model, _) = Create("sharpness");
        var (twin, _) = Create("sgd");
        model.Build([-1, 4]);
        twin.Build([-1, 4]);
        twin.SetWeights(model.GetWeights());

        // The same in a loop of one's own.
        var sam = new SharpnessAwareMinimization(new SGD(0.05) { Momentum = 0.9 }) { Rho = 0.1 };
        var variables = twin.TrainableVariables;
        for (var step = 0; step < 3; step++)
        {
            var loss = twin.Evaluate(X, Y, batchSize: 100).Loss;
            var gradients = Gradients();
            using (sam.Perturb(gradients, variables)) gradients = Gradients();
            sam.Apply(gradients, variables);
            Assert.Equal(loss, model.Fit(X, Y, batchSize: 100, verbose: 0)["loss"][0], 1e-6);
            foreach (var (a, b) in model.Weights.Zip(twin.Weights)) Golden.AssertClose(b.ToArray(), a.ToArray(), 1e-6);
        }

        Tensor?[] Gradients()
        {
            using var tape = new GradientTape();
            return tape.Gradient(Ops.Mean(Ops.Square(twin.Call(X, training: true) - Y)), variables);
        }
    }

    [Fact]
    public void Fit_SecondEvaluationThrows_LeavesWeightsAndStateAsTheyWere()
    {
        var (model, probe) = Create("all");
        model.Fit(X, Y, batchSize: 25, verbose: 0);
        var before = Values(model);
        probe.FailsAt = probe.Calls + 2;
        Assert.Throws<DivideByZeroException>(() => model.TrainOnBatch(X, Y));
        Assert.Equal(before, Values(model));
        model.TrainOnBatch(X, Y);
        Assert.NotEqual(before, Values(model));
    }

    [Fact]
    public void Fit_ScaledGradientsOverflow_SkipsTheStepAndPerturbsNothing()
    {
        var probe = new Probe();
        var model = new Sequential([probe, new Dense(2)]);
        var optimizer = new LossScaleOptimizer(new SharpnessAwareMinimization(new SGD(0.1))) { InitialScale = 3e38 };
        model.Compile(optimizer, "mse");
        model.Build([-1, 4]);
        var before = model.GetWeights().Select(w => w.ToArray()).ToArray();
        model.TrainOnBatch(X * 100f, Y);
        Assert.Equal((1, 0, 1.5e38f), (probe.Calls, optimizer.Iterations, (float)optimizer.DynamicScale));
        Assert.Equal(before, model.GetWeights().Select(w => w.ToArray()));
    }

    [Fact]
    public void Fit_AveragingWeights_EndsWithTheirMean()
    {
        var (model, _) = Create("averaging");
        model.Build([-1, 4]);
        var seen = new List<float[]>();
        model.Fit(X, Y, batchSize: 25, epochs: 3, verbose: 0, callbacks: [new LambdaCallback { TrainBatchEnd = (_, _) => seen.Add(Kernel()) }]);
        Golden.AssertClose([.. seen[3].Zip(seen[7], seen[11]).Select(w => (w.First + w.Second + w.Third) / 3)], Kernel(), 1e-6);
        Assert.Equal(3, ((StochasticWeightAveraging)model.Optimizer!).AveragedCount);

        float[] Kernel() => model.GetWeights()[0].ToArray();
    }

    [Theory]
    [MemberData(nameof(Nests))]
    public void Fit_WithAnyNest_LowersTheLoss(string nest)
    {
        var (model, _) = Create(nest);
        var history = model.Fit(X, Y, batchSize: 25, epochs: 20, verbose: 0, shuffle: false);
        Assert.InRange(history["loss"][^1], 0, 0.5 * history["loss"][0]);
    }

    [Theory]
    [MemberData(nameof(Nests))]
    public void Fit_LayerTurnedOnLater_GetsStateAndTheOthersKeepTheirs(string nest)
    {
        var (model, _) = Create(nest);
        model.GetLayer(1).Trainable = false;
        model.Fit(X, Y, batchSize: 25, epochs: 2, verbose: 0);
        var optimizer = model.Optimizer!;
        var before = optimizer.Variables.ToDictionary(v => v.Path, v => v.Value);
        var first = model.GetWeights()[0].ToArray();

        model.GetLayer(1).Trainable = true;
        model.Fit(X, Y, epochs: 0, verbose: 0);
        var after = optimizer.Variables.ToDictionary(v => v.Path, v => v.Value);
        Assert.All(before, pair => Assert.Equal(Bits(pair.Value), Bits(after[pair.Key])));
        Assert.Equal(4, optimizer.TrainableVariables.Count);
        model.Fit(X, Y, batchSize: 25, verbose: 0);
        Assert.NotEqual(first, model.GetWeights()[0].ToArray());

        static int[] Bits(Tensor tensor) => tensor.DType == DType.Int32 ? tensor.ToInt32Array() : [.. tensor.ToArray().Select(BitConverter.SingleToInt32Bits)];
    }

    [Fact]
    public void Compile_AsThePageShowsIt_Trains()
    {
        var model = new Sequential([new Dense(2)]);
        model.Compile(new LossScaleOptimizer(new StochasticWeightAveraging(new Lookahead(new SharpnessAwareMinimization(new Adam(1e-3))))), "mse");
        model.Fit(X, Y, verbose: 0);
        Assert.Equal(4, model.Optimizer!.Iterations);
        var line = File.ReadAllText(Path.Combine(Golden.Root, "docs/wrappers.md")).Split("```csharp\n")[1].Split('\n')[0];
        Assert.Contains(line, File.ReadAllText(Path.Combine(Golden.Root, "tests/Descent.Tests/Training/WrapperFitTests.cs")), StringComparison.Ordinal);
    }

    private static (Sequential Model, Probe Probe) Create(string nest)
    {
        var probe = new Probe();
        var model = new Sequential([probe, new Dense(8, "tanh") { Name = "first", KernelInitializer = Seeded(1) }, new Dense(2) { Name = "second", KernelInitializer = Seeded(2) }]);
        var sgd = new SGD(0.05) { Momentum = 0.9 };
        model.Compile(
            nest switch
            {
                "lookahead" => new Lookahead(sgd),
                "averaging" => new StochasticWeightAveraging(sgd) { StartStep = 4, Period = 4 },
                "sharpness" => new SharpnessAwareMinimization(sgd) { Rho = 0.1 },
                "multi" => new MultiOptimizer(new OptimizerMap(new SharpnessAwareMinimization(sgd)) { [".*first/.*"] = new Adam(0.01) }),
                "scaled" => new LossScaleOptimizer(sgd),
                "all" => new LossScaleOptimizer(new StochasticWeightAveraging(new Lookahead(new SharpnessAwareMinimization(sgd))) { StartStep = 60 }),
                _ => sgd,
            },
            "mse");
        return (model, probe);

        static GlorotUniform Seeded(int seed) => new() { Seed = seed };
    }

    private static float[][] Values(Sequential model) =>
        [.. model.Weights.Concat(model.Optimizer!.Variables).Select(v => v.DType == DType.Int32 ? [.. v.Value.ToInt32Array().Select(i => (float)i)] : v.ToArray())];

    // Counts how often it is called in training.
    private sealed class Probe : Layer
    {
        public int Calls { get; set; }

        public int FailsAt { get; set; }

        public override Tensor Call(Tensor x, bool training = false)
        {
            if (training && ++Calls == FailsAt) throw new DivideByZeroException();
            return x;
        }
    }
}
