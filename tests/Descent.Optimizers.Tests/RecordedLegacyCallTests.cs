using System.Text.Json.Nodes;
using Descent.Optimizers;
using Descent.Optimizers.Legacy;
using Keras1 = Descent.Optimizers.Keras1;
using Keras2 = Descent.Optimizers.Keras2;

namespace Descent.Tests;

/// <summary>The recorded rows of Keras 1 and 2 whose action is a sentence: one test each, named by its row.</summary>
public class RecordedLegacyCallTests
{
    private const string NeedsShape = "Variable 0 of the state, 'iterations', must have shape () and type int32. Received: shape (3,), type float32.";

    private static readonly Tensor Iterations = Tensor.From([5], Shape.Scalar);

    private readonly Variable _w = new("w", Tensor.Ones([2]));
    private readonly Variable _b = new("b", Tensor.Ones([3]));

    [Fact]
    [Recorded("keras1/call/none_gradient")]
    public void Apply_NullGradientInKeras1_LeavesItsVariableAlone()
    {
        new Keras1.SGD(lr: 0.5).Apply([null, Tensor.Ones([3])], [_w, _b]);
        Assert.Equal([1f, 1f, 0.5f, 0.5f, 0.5f], [.. _w.ToArray(), .. _b.ToArray()]);
    }

    [Fact]
    [Recorded("keras2/call/none_gradient")]
    public void Apply_NullGradientInKeras2_ThrowsAndChangesNothing()
    {
        var sgd = new Keras2.SGD();
        var error = Assert.Throws<ArgumentException>(() => sgd.Apply([Tensor.Ones([2]), null], [_w, _b]));
        Assert.StartsWith("SGD of Keras 2 needs a gradient for each variable. Received: null for 'b'. Does the loss depend on it?", error.Message, StringComparison.Ordinal);
        Assert.Equal([1f, 1f], _w.ToArray());
        Assert.Equal(0, sgd.Iterations);
    }

    [Fact]
    [Recorded("keras1/call/clipnorm_none")]
    public void ClipNorm_NullInKeras1_MeansNone() => AssertStepsWithoutClipping(new Keras1.SGD(lr: 0.5) { ClipNorm = null });

    [Fact]
    [Recorded("keras2/call/clipnorm_none")]
    public void ClipNorm_NullInKeras2_MeansNone() => AssertStepsWithoutClipping(new Keras2.SGD(lr: 0.5) { ClipNorm = null });

    [Fact]
    [Recorded("keras1/call/set_weights_count")]
    public void LoadState_FewerInKeras1_Throws() => AssertLoads(new Keras1.Adam(), "The state of optimizer 'adam' must have 3 variables. Received: 1.", new Variable("iterations", Iterations));

    [Fact]
    [Recorded("keras2/call/set_weights_count")]
    public void LoadState_FewerInKeras2_Throws() => AssertLoads(new Keras2.Adam(), "The state of optimizer 'adam' must have 4 variables. Received: 1.", new Variable("iterations", Iterations));

    [Fact]
    [Recorded("keras1/call/set_weights_shape")]
    public void LoadState_OfAnotherShapeInKeras1_Throws() => AssertLoads(new Keras1.Adam(), NeedsShape, new Variable("iterations", Tensor.Zeros([3])));

    [Fact]
    [Recorded("keras2/call/set_weights_shape")]
    public void LoadState_OfAnotherShapeInKeras2_Throws() => AssertLoads(new Keras2.Adam(), NeedsShape, new Variable("iterations", Tensor.Zeros([3])));

    [Fact]
    [Recorded("keras1/from_config/roundtrip")]
    public void FromConfig_OfGetConfigInKeras1_IsTheSame() =>
        AssertRoundTrip("keras1/errors", Keras1.Adam.FromConfig(new Keras1.Adam(lr: 0.5) { ClipNorm = 1 }.GetConfig()));

    [Fact]
    [Recorded("keras2/from_config/roundtrip")]
    public void FromConfig_OfGetConfigInKeras2_IsTheSame() =>
        AssertRoundTrip("keras2/errors", Keras2.Adam.FromConfig(new Keras2.Adam(learningRate: 0.5) { ClipNorm = 1 }.GetConfig()));

    private void AssertStepsWithoutClipping(LegacyOptimizer sgd)
    {
        sgd.Apply([Tensor.Full([2], 100)], [_w]);
        Assert.Equal([-49f, -49f], _w.ToArray());
    }

    private void AssertLoads(LegacyOptimizer adam, string message, params Variable[] state)
    {
        adam.Build([_w]);
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => adam.LoadState(state)).Message, StringComparison.Ordinal);
        Assert.Equal(0, adam.Iterations);
    }

    private static void AssertRoundTrip(string file, LegacyOptimizer optimizer)
    {
        var row = Golden.Load(file)["cases"]!.AsArray().Single(r => r!["id"]!.GetValue<string>() == "from_config/roundtrip");
        Golden.AssertSameJson(row!["result"], optimizer.GetConfig());
    }
}
