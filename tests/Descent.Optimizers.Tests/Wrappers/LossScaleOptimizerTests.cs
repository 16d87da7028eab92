using Descent.Optimizers;

namespace Descent.Tests;

public class LossScaleOptimizerTests
{
    [Fact]
    public void Constructor_AroundAnother_Throws() => Assert.Contains(
        "Received: a LossScaleOptimizer.", Assert.Throws<ArgumentException>(() => new LossScaleOptimizer(new LossScaleOptimizer(new SGD()))).Message, StringComparison.Ordinal);

    [Fact]
    public void Build_WithOptionsOfItsOwn_SaysWhereTheyBelong() => Assert.StartsWith(
        "Options of LossScaleOptimizer must be left to the inner optimizer.",
        Assert.Throws<ArgumentException>(() => new LossScaleOptimizer(new SGD()) { ClipNorm = 1 }.Build([])).Message, StringComparison.Ordinal);

    [Fact]
    public void Options_OfTheInnerOptimizer_KeepTheirEffectButTheFixedScaleIsDropped()
    {
        var inner = new SGD(learningRate: 1.0) { ClipNorm = 0.5, LossScaleFactor = 64 };
        var w = new Variable("w", Tensor.From([3f, 4f]));
        new LossScaleOptimizer(inner) { InitialScale = 4 }.Apply([Tensor.From([3f * 4, 4f * 4])], [w]);
        Assert.Null(inner.LossScaleFactor);
        Golden.AssertClose([2.7f, 3.6f], w.ToArray(), 1e-6);
    }

    [Fact]
    public void Step_WithANaN_HalvesTheScaleAndChangesNothingElse()
    {
        var optimizer = new LossScaleOptimizer(new Nadam()) { DynamicGrowthSteps = 2 };
        var w = new Variable("w", Tensor.From([1f, 2f]));
        optimizer.Apply([Tensor.From([1f, 1f])], [w]);
        var before = Kinds.Snapshot([w], optimizer.InnerOptimizer.Variables);
        optimizer.Apply([Tensor.From([1f, float.NaN])]);
        Assert.Equal(16384, optimizer.DynamicScale);
        Assert.Equal(before, Kinds.Snapshot([w], optimizer.InnerOptimizer.Variables));
    }

    [Fact]
    public void Build_AroundAnOptimizerInUse_ThrowsAndStaysUnbuilt()
    {
        var inner = new SGD();
        var w = new Variable("w", Tensor.From([1f]));
        var optimizer = new LossScaleOptimizer(inner);
        inner.Build([w]);
        Assert.Throws<InvalidOperationException>(() => optimizer.Build([w]));
        Assert.False(optimizer.IsBuilt);
    }
}
