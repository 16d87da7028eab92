using Descent.Optimizers;

namespace Descent.Tests.Wrappers;

public class LookaheadTests
{
    [Fact]
    public void Apply_EverySyncPeriod_SetsTheWeightsBackHalfWay()
    {
        var w = new Variable("w", 1f);
        var optimizer = new Lookahead(new SGD(learningRate: 0.5)) { SyncPeriod = 2 };
        float[] expected = [0.5f, 0.5f, 0f, 0f, -0.5f, -0.5f];
        foreach (var value in expected)
        {
            optimizer.Apply([Tensor.Scalar(1f)], [w]);
            Assert.Equal(value, w.Value.Item());
        }

        Assert.Equal(-0.5f, optimizer.Variables.Single(v => v.Name == "w_slow").Value.Item());
    }

    [Fact]
    public void Sync_CountsUpdatesNotCalls()
    {
        var w = new Variable("w", 1f);
        var optimizer = new LossScaleOptimizer(new Lookahead(new SGD(learningRate: 1.0) { GradientAccumulationSteps = 2 }) { SyncPeriod = 2 }) { InitialScale = 1 };
        var seen = new List<float>();
        foreach (var gradient in new[] { 1f, 1f, float.NaN, 1f, 1f })
        {
            optimizer.Apply([Tensor.Scalar(gradient) * (float)optimizer.DynamicScale], [w]);
            seen.Add(w.Value.Item());
        }

        Assert.Equal([1f, 0f, 0f, 0f, 0f], seen); // the second update goes to -1, the slow weight half-way from 1
        Assert.Equal(2, optimizer.Iterations);
    }

    [Fact]
    public void Sync_OfWeightsThatStay_LeavesTheirBits()
    {
        var optimizer = new Lookahead(new SGD(learningRate: 0.3) { ParameterGroups = [new("frozen") { Frozen = true }] }) { SyncPeriod = 1, SlowStepSize = 0.3 };
        Variable[] variables = [new("frozen", Kinds.Numbers(50)), new("still", Kinds.Numbers(50)), new("moving", Kinds.Numbers(50))];
        for (var step = 0; step < 5; step++) optimizer.Apply([Kinds.Numbers(50, 3), Tensor.Zeros([50]), Kinds.Numbers(50, 4)], variables);
        Kinds.AssertSameBits(Kinds.Numbers(50), variables[0].ToArray());
        Kinds.AssertSameBits(Kinds.Numbers(50), variables[1].ToArray());
        Assert.NotEqual(Kinds.Numbers(50), variables[2].ToArray());
    }

    [Fact]
    public void Sync_WithAConstraint_HoldsForWhatTheWeightsAreSetTo()
    {
        var w = new Variable("w", Tensor.From([1f, 1f])) { Constraint = x => x / Ops.Sqrt(Ops.Sum(Ops.Square(x))) };
        var optimizer = new Lookahead(new SGD(learningRate: 0.5)) { SyncPeriod = 1 };
        optimizer.Apply([Tensor.From([1f, 0f])], [w]);
        Golden.AssertClose([0.607062f, 0.794654f], w.ToArray(), 1e-6); // of the mean of (1, 1) and (0.447, 0.894), on the unit circle
        Kinds.AssertSameBits(w.ToArray(), optimizer.Variables.Single(v => v.Name == "w_slow").ToArray());

        var before = Kinds.Snapshot([w], optimizer.Variables);
        var calls = 0;
        w.Constraint = x => ++calls == 2 ? throw new DivideByZeroException() : x;
        Assert.Throws<DivideByZeroException>(() => optimizer.Apply([Tensor.From([1f, 0f])]));
        Assert.Equal(before, Kinds.Snapshot([w], optimizer.Variables));
    }

    [Fact]
    public void Sync_ConstraintOfAVariableThatIsNotInTheStepThrows_ChangesNothing()
    {
        var variables = Kinds.Variables([1f], [2f]);
        variables[1].Constraint = _ => throw new DivideByZeroException();
        var optimizer = new Lookahead(new SGD()) { SyncPeriod = 1 };
        optimizer.Build(variables);
        var before = Kinds.Snapshot(variables, optimizer.Variables);
        Assert.Throws<DivideByZeroException>(() => optimizer.Apply([Tensor.From([1f])], variables));
        Assert.Equal(before, Kinds.Snapshot(variables, optimizer.Variables));
    }
}
