using Descent.Optimizers;
using FsCheck;
using FsCheck.Fluent;

namespace Descent.Tests;

/// <summary>Laws of steps that hold for any numbers.</summary>
public class OptimizerProperties
{
    // Away from 0 and from the ends of float32, so that squares neither vanish nor overflow.
    private static readonly Gen<float> Number = Gen.Choose(1, 1 << 20).SelectMany(n => Gen.Elements(n / 65536f, -n / 65536f));

    private static readonly Gen<float[]> Numbers = Gen.Choose(1, 40).SelectMany(n => Number.ArrayOf(n));

    [Theory]
    [InlineData("""Adam {"epsilon":0.0}""")]
    [InlineData("""Adam {"epsilon":0.0,"amsgrad":true}""")]
    [InlineData("""Adamax {"epsilon":0.0}""")]
    [InlineData("""Nadam {"epsilon":0.0}""")]
    [InlineData("""RMSprop {"epsilon":0.0}""")]
    [InlineData("""Adagrad {"epsilon":0.0,"initial_accumulator_value":0.0}""")]
    [InlineData("Signum")]
    public void AdaptiveStep_WithoutEpsilon_DoesNotDependOnTheScaleOfGradients(string kind) => Prop.ForAll(
        Numbers.ArrayOf(4).ToArbitrary(), Gen.Choose(-12, 12).ToArbitrary(),
        (gradients, exponent) =>
        {
            // Powers of two scale exactly.
            var factor = MathF.ScaleB(1, exponent);
            var size = gradients.Min(g => g.Length);
            float[][] cut = [.. gradients.Select(g => g[..size])];
            return Same(Train(kind, cut), Train(kind, [.. cut.Select(g => g.Select(x => x * factor).ToArray())]));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Kinds.Elementwise), MemberType = typeof(Kinds))]
    public void Step_ElementsInReverse_GivesTheReverse(string kind) => Prop.ForAll(
        Numbers.ToArbitrary(),
        gradient => Same([.. Train(kind, [gradient, gradient]).Reverse()], Train(kind, [[.. gradient.Reverse()], [.. gradient.Reverse()]]))).QuickCheckThrowOnFailure();

    [Fact]
    public void ClipNorm_AnyGradient_BoundsItsNormAndKeepsItsDirection() => Prop.ForAll(
        Numbers.ToArbitrary(), Number.Select(Math.Abs).ToArbitrary(),
        (gradient, limit) =>
        {
            var clipped = Clipped(new SGD(learningRate: 1.0) { ClipNorm = limit }, gradient)[0];
            return IsClipped(gradient, clipped, limit);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void GlobalClipNorm_AnyGradients_BoundsTheNormOfAll() => Prop.ForAll(
        Numbers.ToArbitrary(), Numbers.ToArbitrary(), Number.Select(Math.Abs).ToArbitrary(),
        (first, second, limit) =>
        {
            var clipped = Clipped(new SGD(learningRate: 1.0) { GlobalClipNorm = limit }, first, second);
            return IsClipped([.. first, .. second], [.. clipped[0], .. clipped[1]], limit);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ClipValue_AnyGradient_BoundsEachElementAndKeepsSmallOnes() => Prop.ForAll(
        Numbers.ToArbitrary(), Number.Select(Math.Abs).ToArbitrary(),
        (gradient, limit) => Clipped(new SGD(learningRate: 1.0) { ClipValue = limit }, gradient)[0]
            .Zip(gradient).All(p => p.First == Math.Clamp(p.Second, -limit, limit))).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Kinds.Decaying), MemberType = typeof(Kinds))]
    public void WeightDecay_WithoutGradient_ShrinksEveryWeight(string kind) => Prop.ForAll(
        Numbers.ToArbitrary(), Gen.Choose(1, 99).Select(n => (double)n).ToArbitrary(),
        (weights, decay) =>
        {
            var variables = Kinds.Variables(weights);
            Kinds.Create(kind, 0.01, new() { ["weight_decay"] = decay }).Apply([Tensor.Zeros(variables[0].Shape)], variables);
            return variables[0].ToArray().Zip(weights).All(p => Math.Sign(p.First) == Math.Sign(p.Second) && Math.Abs(p.First) < Math.Abs(p.Second));
        }).QuickCheckThrowOnFailure();

    private static float[] Train(string kind, float[][] gradients)
    {
        var variables = Kinds.Variables(new float[gradients[0].Length]);
        var optimizer = Kinds.Create(kind);
        foreach (var gradient in gradients) optimizer.Apply([gradient], variables);
        return variables[0].ToArray();
    }

    // From weights of zero, at a rate of 1: what remains of each gradient.
    private static float[][] Clipped(Optimizer optimizer, params float[][] gradients)
    {
        var variables = Kinds.Variables([.. gradients.Select(g => new float[g.Length])]);
        optimizer.Apply([.. gradients.Select(g => (Tensor)g)], variables);
        return [.. variables.Select(v => v.ToArray().Select(x => -x).ToArray())];
    }

    private static bool IsClipped(float[] gradient, float[] clipped, double limit)
    {
        var norm = Norm(gradient);
        if (norm < limit * 0.999999) return gradient.AsSpan().SequenceEqual(clipped);
        var factor = limit / norm;
        return Norm(clipped) <= limit * 1.000001 && gradient.Zip(clipped).All(p => Math.Abs(p.First * factor - p.Second) <= 1e-6 * Math.Abs(p.First));
    }

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(x => (double)x * x));

    private static bool Same(float[] expected, float[] actual) => expected.AsSpan().SequenceEqual(actual);
}
