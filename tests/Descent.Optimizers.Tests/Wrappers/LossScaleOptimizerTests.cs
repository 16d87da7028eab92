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
    public void Step_AtTheEndsOfTheScale_GoesOnTraining()
    {
        var w = new Variable("w", 1f);
        var optimizer = new LossScaleOptimizer(new SGD(learningRate: 0.1)) { InitialScale = 1e38, DynamicGrowthSteps = 1 };
        for (var step = 0; step < 5; step++) optimizer.Apply([0f], [w]);
        Assert.Equal(5, optimizer.Iterations);
        Assert.True(double.IsFinite(optimizer.DynamicScale));
        for (var step = 0; step < 300; step++) optimizer.Apply([float.NaN], [w]);
        Assert.True(optimizer.DynamicScale > 0);
        optimizer.Apply([(float)optimizer.DynamicScale], [w]);
        Assert.Equal(0.9f, w.Value.Item(), 1e-6f);
        Assert.StartsWith("InitialScale must be positive and finite in float32. Received: 1E+39.", Assert.Throws<ArgumentOutOfRangeException>(
            () => new LossScaleOptimizer(new SGD()) { InitialScale = 1e39 }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_WithALargeScale_ClipsAndPerturbsAsWithoutOne()
    {
        // Squares of gradients that are multiplied with 2^90 are beyond float32.
        const double Scale = 1.2379400392853803e27;
        float[][] results = [.. new[] { 1.0, Scale }.Select(scale =>
        {
            var w = new Variable("w", Tensor.From([1f, -2f]));
            var optimizer = new LossScaleOptimizer(new SharpnessAwareMinimization(new SGD(learningRate: 0.1) { GlobalClipNorm = 1 }) { Rho = 0.5 }) { InitialScale = scale };
            optimizer.Build([w]);
            for (var step = 0; step < 3; step++)
            {
                Tensor Gradient() => w.Value * w.Value * w.Value * (float)scale;
                var gradient = Gradient();
                using (Assert.IsAssignableFrom<IDisposable>(optimizer.PerturbWeights([gradient], [w]))) gradient = Gradient();
                optimizer.Apply([gradient], [w]);
            }

            return w.ToArray();
        })];
        Kinds.AssertSameBits(results[0], results[1]);
    }

    [Fact]
    public void Apply_WarmedUp_AllocatesNothing()
    {
        var w = new Variable("w", Tensor.Ones([1000]));
        var optimizer = new LossScaleOptimizer(new Adam()) { DynamicGrowthSteps = 100_000 };
        optimizer.Build([w]);
        Tensor?[] gradients = [Tensor.Ones([1000])];
        for (var step = 0; step < 200; step++) optimizer.Apply(gradients);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 100; step++) optimizer.Apply(gradients);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100);
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
