using Descent.Distribution;
using Descent.Layers;
using Descent.Optimizers;

namespace Descent.Tests.Distribution;

[Collection(nameof(Training.ThreadsTests))] // it sets the seed, from which no other test may draw meanwhile
public sealed class ShardedStateTests
{
    public static TheoryData<string> Optimizers => [.. Makers.Keys];

    private static readonly Dictionary<string, Func<Optimizer>> Makers = new()
    {
        ["adam"] = () => new Adam(0.01),
        ["global clip norm"] = () => new Adam(0.01) { GlobalClipNorm = 0.05 },
        ["clip norm"] = () => new SGD(0.05) { ClipNorm = 0.02, Momentum = 0.9 },
        ["clip value, decay"] = () => new AdamW(0.01) { ClipValue = 0.001 },
        ["average"] = () => new Adam(0.01) { UseEma = true, EmaMomentum = 0.7, EmaOverwriteFrequency = 3 },
        ["average at the end"] = () => new Adam(0.01) { UseEma = true, EmaMomentum = 0.7 },
        ["accumulation"] = () => new Adam(0.01) { GradientAccumulationSteps = 2, GlobalClipNorm = 0.05 },
        ["loss scale"] = () => new LossScaleOptimizer(new Adam(0.01) { ClipNorm = 0.1 }) { InitialScale = 1e38, DynamicGrowthSteps = 2 },
        ["groups"] = () => new Adam(0.01)
        {
            ParameterGroups = [new ParameterGroup("bias") { LearningRateMultiplier = 3 }, new ParameterGroup("dense") { WeightDecay = 0.1, GlobalClipNorm = 0.02 }],
        },
        ["nadam"] = () => new Nadam(0.01),
        ["lamb"] = () => new Lamb(0.01) { GlobalClipNorm = 0.05 },
        ["adafactor"] = () => new Adafactor(0.01),
        ["muon"] = () => new Muon(0.01),
        ["lookahead"] = () => new Lookahead(new SGD(0.05)) { },
        ["sharpness"] = () => new SharpnessAwareMinimization(new SGD(0.05)),
        ["several"] = () => new MultiOptimizer(v => v.Shape.Rank == 2 ? s_matrices ??= new Adam(0.01) { GlobalClipNorm = 0.1 } : s_vectors ??= new SGD(0.05)),
    };

    [ThreadStatic]
    private static Optimizer? s_matrices;

    [ThreadStatic]
    private static Optimizer? s_vectors;

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Fit_WithShardedState_IsThatOfOneProcess(string optimizer)
    {
        var problem = Large(optimizer);
        var alone = problem.Alone();
        foreach (var ranks in new[] { 1, 3, 4 }) DataParallelTests.Near(alone, (problem with { Sharded = true }).On(ranks), 2e-5);
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Fit_WithShardedStateThatIsDeterministic_HasTheSameBitsOnAnyNumberOfRanks(string optimizer)
    {
        var problem = Large(optimizer) with { Sharded = true, Deterministic = true };
        var one = problem.On(1);
        foreach (var ranks in new[] { 2, 3, 4 }) Assert.Equal(one.Weights, problem.On(ranks).Weights);
    }

    [Fact]
    public void Fit_OfVariablesThatDoNotLieSideBySide_IsThatOfOneProcess()
    {
        var problem = Large("adam") with { Layers = () => [new Dense(100, "tanh") { InputShape = [4] }, new Dense(50) { Trainable = false }, new Dense(100, "tanh"), new Dense(3, "softmax")] };
        DataParallelTests.Near(problem.Alone(), (problem with { Sharded = true }).On(3), 2e-5);
    }

    [Fact]
    public void State_OfEachRank_IsItsPart()
    {
        var bytes = Ranks.Run(4, communicator =>
        {
            using var distribution = new DataParallel(communicator) { ShardOptimizerState = true };
            var model = new Sequential(Wide());
            model.Compile(new Adam(), "mse", distribution: distribution);
            var (x, _, y) = Problem.Data(16);
            model.Fit(x, y, verbose: 0);
            return (State: model.Optimizer!.Variables.Sum(v => (long)v.Shape.Size), Weights: model.Weights.Sum(w => (long)w.Shape.Size));
        });
        Assert.Equal(2 * bytes[0].Weights, bytes.Sum(b => b.State - 2)); // the counter and the rate are everywhere
        Assert.All(bytes, b => Assert.InRange(b.State, 2 * b.Weights / 4 - 4 * OptimizerShare.Block, 2 * b.Weights / 4 + 4 * OptimizerShare.Block));
    }

    private static Problem Large(string optimizer) => new()
    {
        Rows = 24,
        Epochs = 3,
        BatchSize = 8,
        Layers = Wide3,
        Optimizer = () =>
        {
            (s_matrices, s_vectors) = (null, null);
            return Makers[optimizer]();
        },
    };

    // Matrices that are cut, and vectors within a rank's part.
    private static Layer[] Wide() => [new Dense(100, "tanh") { InputShape = [4] }, new Dense(100, "tanh"), new Dense(30, "tanh"), new Dense(1)];

    private static Layer[] Wide3() => [new Dense(100, "tanh") { InputShape = [4] }, new Dense(100, "tanh"), new Dense(30, "tanh") { KernelConstraint = "unit_norm" }, new Dense(3, "softmax")];
}
