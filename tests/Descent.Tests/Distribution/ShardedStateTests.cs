using Descent.Distribution;
using Descent.Layers;
using Descent.Optimizers;

namespace Descent.Tests.Distribution;

[Collection(nameof(Training.ThreadsTests))] // it sets the seed, from which no other test may draw meanwhile
public sealed class ShardedStateTests
{
    public static TheoryData<string> Optimizers => [.. Problems.Optimizers.Keys];

    /// <summary>Those whose step follows from the gradients smoothly; where only their signs count, rounding may turn one that is almost 0.</summary>
    public static TheoryData<string> SmoothKinds => Kinds.WithWrappersBut("Lion|Signum");

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Fit_WithShardedState_IsThatOfOneProcess(string optimizer)
    {
        var problem = Problems.Of(optimizer);
        var alone = problem.Alone();
        foreach (var ranks in new[] { 1, 3, 4 }) DataParallelTests.Near(alone, (problem with { Sharded = true }).On(ranks), 2e-5);
    }

    [Theory]
    [MemberData(nameof(SmoothKinds))]
    public void Fit_OfEveryOptimizerWithShardedState_IsThatOfOneProcess(string kind)
    {
        var problem = Problems.Wide with { Optimizer = () => Kinds.Create(kind) };
        DataParallelTests.Near(problem.Alone(), (problem with { Sharded = true }).On(3), 5e-5);
    }

    [Theory]
    [MemberData(nameof(Kinds.WithWrappers), MemberType = typeof(Kinds))]
    public void Fit_OfEveryOptimizerWithShardedStateThatIsDeterministic_HasTheSameBitsOnAnyNumberOfRanks(string kind)
    {
        var problem = Problems.Wide with { Optimizer = () => Kinds.Create(kind), Sharded = true, Deterministic = true };
        Assert.Equal(problem.On(1).Weights, problem.On(4).Weights);
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Fit_WithShardedStateThatIsDeterministic_HasTheSameBitsOnAnyNumberOfRanks(string optimizer)
    {
        var problem = Problems.Of(optimizer) with { Sharded = true, Deterministic = true };
        var one = problem.On(1);
        foreach (var ranks in new[] { 2, 3, 4 }) Assert.Equal(one.Weights, problem.On(ranks).Weights);
    }

    [Fact]
    public void Fit_OfVariablesThatDoNotLieSideBySide_IsThatOfOneProcess()
    {
        var problem = Problems.Of("adam") with { Layers = () => [new Dense(100, "tanh") { InputShape = [4] }, new Dense(50) { Trainable = false }, new Dense(100, "tanh"), new Dense(3, "softmax")] };
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

    // Matrices that are cut, and vectors within a rank's part.
    private static Layer[] Wide() => [new Dense(100, "tanh") { InputShape = [4] }, new Dense(100, "tanh"), new Dense(30, "tanh"), new Dense(1)];
}
