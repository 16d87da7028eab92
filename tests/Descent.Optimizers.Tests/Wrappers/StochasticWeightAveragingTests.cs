using Descent.Optimizers;

namespace Descent.Tests.Wrappers;

public class StochasticWeightAveragingTests
{
    [Theory]
    [InlineData(2, 2, 5, 2, -0.5f)] // 0 and -1
    [InlineData(0, 2, 5, 2, -0.5f)]
    [InlineData(1, 3, 5, 2, -0.25f)] // 0.5 and -1
    [InlineData(4, 1, 6, 3, -1.5f)] // -1, -1.5 and -2
    [InlineData(9, 1, 5, 0, -1.5f)] // too early: the weight itself
    public void FinalizeVariableValues_AfterSomeSteps_GivesTheMean(int start, int period, int steps, int count, float mean)
    {
        var w = new Variable("w", 1f);
        var optimizer = new StochasticWeightAveraging(new SGD(learningRate: 0.5)) { StartStep = start, Period = period };
        for (var step = 1; step <= steps; step++)
        {
            optimizer.Apply([Tensor.Scalar(1f)], [w]);
            Assert.Equal(1 - 0.5f * step, w.Value.Item());
        }

        optimizer.FinalizeVariableValues([w]);
        Assert.Equal(mean, w.Value.Item());
        Assert.Equal(count, optimizer.AveragedCount);
    }

    [Fact]
    public void AveragedCount_WithAccumulation_CountsUpdates()
    {
        var w = new Variable("w", 1f);
        var optimizer = new StochasticWeightAveraging(new SGD(learningRate: 1.0) { GradientAccumulationSteps = 2 }) { Period = 1 };
        for (var call = 0; call < 5; call++) optimizer.Apply([Tensor.Scalar(1f)], [w]);
        Assert.Equal(2, optimizer.AveragedCount);
        optimizer.FinalizeVariableValues([w]);
        Assert.Equal(-0.5f, w.Value.Item());
    }

    [Fact]
    public void FinalizeVariableValues_BeforeTheFirstMean_LeavesTheInnerAverage()
    {
        var w = new Variable("w", 1f);
        var optimizer = new StochasticWeightAveraging(new SGD(learningRate: 1.0) { UseEma = true, EmaMomentum = 0.5 }) { StartStep = 100 };
        for (var step = 0; step < 2; step++) optimizer.Apply([Tensor.Scalar(1f)], [w]);
        optimizer.FinalizeVariableValues([w]);
        Assert.Equal(-0.5f, w.Value.Item());
    }

    [Fact]
    public void FinalizeVariableValues_OtherVariables_ThrowsAndChangesNothing()
    {
        var variables = Kinds.Variables([1f], [2f]);
        var optimizer = new StochasticWeightAveraging(new SGD(learningRate: 0.5) { UseEma = true }) { Period = 1 };
        optimizer.Apply([Tensor.From([1f]), Tensor.From([1f])], variables);
        optimizer.Apply([Tensor.From([1f]), Tensor.From([1f])]);
        Assert.Contains("Received: 1.", Assert.Throws<ArgumentException>(() => optimizer.FinalizeVariableValues(variables[..1])).Message, StringComparison.Ordinal);
        var before = Kinds.Snapshot(variables);
        Assert.Throws<ArgumentException>(() => optimizer.FinalizeVariableValues([variables[0], new Variable("other", Tensor.Zeros([2]))]));
        Assert.Equal(before, Kinds.Snapshot(variables));
        optimizer.FinalizeVariableValues(variables);
        Assert.Equal([0.25f, 1.25f], variables.SelectMany(v => v.ToArray())); // the outer mean, not the inner average
    }
}
