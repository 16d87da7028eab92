namespace Descent.Tests;

public class VariableOperatorTests
{
    [Fact]
    public void Operators_OnVariablesTensorsAndNumbers_GiveTensorsWithGradients()
    {
        var w = new Variable("w", Tensor.From([2f, 4f]));
        var v = new Variable("v", Tensor.From([1f, 2f]));
        var t = Tensor.From([3f, 5f]);

        using var tape = new GradientTape();
        Tensor[] results = [w + v, w + t, t + w, w + 1f, 1f + w, w - v, 10f - w, w * v, 2f * w, t * w, w / v, 8f / w, -w];
        var gradient = tape.Gradient(w * w * t, w);

        float[][] expected = [[3, 6], [5, 9], [5, 9], [3, 5], [3, 5], [1, 2], [8, 6], [2, 8], [4, 8], [6, 20], [2, 2], [4, 2], [-2, -4]];
        Assert.Equal(expected, results.Select(r => r.ToArray()));
        Assert.Equal([12f, 40f], gradient!.ToArray());
    }
}
