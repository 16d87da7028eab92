using Descent.Optimizers;

namespace Descent.Tests.Wrappers;

public class SharpnessAwareMinimizationTests
{
    private readonly Variable[] _variables = [new("a", 3f), new("b", 4f)];

    private Tensor?[] Gradients => [.. _variables.Select(v => v.Value)]; // of ½ w²

    private float[] Weights => [.. _variables.SelectMany(v => v.ToArray())];

    [Theory]
    [InlineData(false, 3.3, 4.4)] // the norm is 5
    [InlineData(true, 3.735391, 5.743149)] // t² · g = (27, 64), ‖t · g‖ = √337
    public void Perturb_MovesAlongTheGradientAndBackBitForBit(bool adaptive, double a, double b)
    {
        var sam = new SharpnessAwareMinimization(new SGD(learningRate: 0.1)) { Rho = 0.5, Adaptive = adaptive, Eta = 0 };
        var gradients = Gradients;
        using (sam.Perturb(gradients, _variables))
        {
            Golden.AssertClose([(float)a, (float)b], Weights, 1e-6);
            gradients = Gradients;
        }

        Assert.Equal([3f, 4f], Weights);
        sam.Apply(gradients, _variables);
        Golden.AssertClose([(float)(3 - 0.1 * a), (float)(4 - 0.1 * b)], Weights, 1e-6);
    }

    [Fact]
    public void Perturb_Eta_IsAddedToTheSizeOfWeights()
    {
        var w = new Variable("w", Tensor.From([1f, 0f]));
        var sam = new SharpnessAwareMinimization(new SGD()) { Rho = 1, Adaptive = true, Eta = 1 };
        using (sam.Perturb([Tensor.From([2f, 3f])], [w]))
            Golden.AssertClose([2.6f, 0.6f], w.ToArray(), 1e-6); // t = (2, 1), t² · g = (8, 3), ‖t · g‖ = 5
    }

    [Fact]
    public void Perturb_Exception_PutsTheWeightsBack()
    {
        var sam = new SharpnessAwareMinimization(new SGD());
        Assert.Throws<DivideByZeroException>(Evaluate);
        Assert.Equal([3f, 4f], Weights);

        void Evaluate()
        {
            using var perturbed = sam.Perturb(Gradients, _variables);
            Assert.NotEqual([3f, 4f], Weights);
            throw new DivideByZeroException();
        }
    }

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(1f, float.NaN)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(float.MaxValue, float.MaxValue)]
    public void Perturb_GradientsWithoutDirection_MovesNothing(float a, float b)
    {
        var sam = new SharpnessAwareMinimization(new SGD());
        Assert.Null(sam.Perturb([Tensor.Scalar(a), Tensor.Scalar(b)], _variables));
        Assert.Equal([3f, 4f], Weights);
        using (sam.Perturb(Gradients, _variables)) Assert.NotEqual([3f, 4f], Weights);
    }

    [Fact]
    public void Perturb_VariablesThatDoNotTrain_StayAndDoNotCount()
    {
        Variable[] variables = [new("a", 3f), new("b", 4f), new("frozen", 5f), new("overwritten", 6f) { OverwriteWithGradient = true }];
        var sam = new SharpnessAwareMinimization(new SGD { ParameterGroups = [new("frozen") { Frozen = true }] }) { Rho = 3 };
        using (sam.Perturb([.. variables.Select(v => v.Name == "b" ? null : v.Value)], variables))
            Assert.Equal([6f, 4f, 5f, 6f], variables.SelectMany(v => v.ToArray()));
        Assert.Equal([3f, 4f, 5f, 6f], variables.SelectMany(v => v.ToArray()));
    }

    [Fact]
    public void Perturb_Misused_Throws()
    {
        var sam = new SharpnessAwareMinimization(new SGD(learningRate: 1.0));
        Assert.Throws<ArgumentException>(() => sam.Perturb([Tensor.Ones([2])], _variables));
        Assert.False(sam.IsBuilt);
        var perturbed = sam.Perturb(Gradients, _variables)!;
        foreach (var misuse in new Action[] { () => sam.Perturb(Gradients, _variables), () => sam.Apply(Gradients) })
        {
            Assert.Equal(
                "The variables of 'sharpness_aware_minimization' are perturbed. Dispose what Perturb returned first.",
                Assert.Throws<InvalidOperationException>(misuse).Message);
        }

        perturbed.Dispose();
        using (sam.Perturb(Gradients, _variables))
        {
            perturbed.Dispose(); // once more: it has ended
            Assert.NotEqual([3f, 4f], Weights);
        }

        Assert.Equal([3f, 4f], Weights);

        var inner = new SharpnessAwareMinimization(new SGD());
        var outer = new Lookahead(inner);
        Assert.Equal(
            "'lookahead' builds 'sharpness_aware_minimization' with itself. Call its Build(variables) before Perturb.",
            Assert.Throws<InvalidOperationException>(() => inner.Perturb(Gradients, _variables)).Message);
        outer.Build(_variables);
        using (inner.Perturb(Gradients, _variables)) Assert.NotEqual([3f, 4f], Weights);
    }

    [Fact]
    public void PerturbWeights_OfAMultiOptimizer_MovesTheGroupsThatWantIt()
    {
        var optimizer = new MultiOptimizer(new OptimizerMap(new SGD()) { ["a"] = new SharpnessAwareMinimization(new SGD()) { Rho = 0.5 } });
        optimizer.Build(_variables);
        using (optimizer.PerturbWeights(Gradients, _variables)) Assert.Equal([3.5f, 4f], Weights);
        Assert.Equal([3f, 4f], Weights);
        Assert.Null(optimizer.PerturbWeights([null, Tensor.Scalar(1f)], _variables));
        Assert.True(optimizer.Perturbs);
        Assert.False(new Lookahead(new MultiOptimizer(new OptimizerMap(new SGD()))).Perturbs);
    }
}
