using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent.Tests.Layers;

public class LambdaTests
{
    private static readonly Tensor X = Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]);

    [Fact]
    public void Lambda_InASequential_IsComputedAndDifferentiated()
    {
        var model = new Sequential([Keras.Input([3]), new Dense(3), new Lambda(x => x * x), new Lambda(x => Ops.Mean(x, [1], keepDimensions: true))]);
        Assert.Equal([-1, 1], model.OutputShape!.ToArray());
        var y = model.GetLayer("dense").Apply(X);
        Assert.Equal(Ops.Mean(y * y, [1], keepDimensions: true).ToArray(), model.Predict(X).ToArray());
        model.Compile("sgd", "mse");
        var first = model.Evaluate(X, Tensor.Zeros([2, 1])).Loss;
        model.Fit(X, Tensor.Zeros([2, 1]), verbose: 0);
        Assert.NotEqual(first, model.Evaluate(X, Tensor.Zeros([2, 1])).Loss);
    }

    [Fact]
    public void Lambda_OfTwoInputs_StandsInAGraph()
    {
        var (a, b) = (Keras.Input([3]), Keras.Input([3]));
        var larger = new Lambda((x, y) => Ops.Maximum(x, y)) { Name = "larger" };
        var model = new Model([a, b], larger.Apply([a, b]));
        Assert.Equal(Ops.Maximum(X, X * -1f).ToArray(), model.Predict([X, X * -1f]).ToArray());
        Assert.Contains("The function of layer 'larger' takes 2 inputs. Received: 1.", Assert.Throws<ArgumentException>(() => larger.Apply(X)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lambda_Saved_IsRefused()
    {
        var model = new Sequential([Keras.Input([3]), new Lambda(x => x) { Name = "twice" }]);
        var message = Assert.Throws<NotSupportedException>(() => model.Serialize()).Message;
        Assert.Contains("Layer 'twice' is a Lambda", message, StringComparison.Ordinal);
        Assert.Contains("Write a class that derives from Layer", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lambda_InAFileOfKeras_IsRefused()
    {
        var json = JsonNode.Parse("""
            {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "twice", "trainable": true,
             "function": {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": null, "closure": null}}, "arguments": {}}, "registered_name": null}
            """)!.AsObject();
        var message = Assert.Throws<ArgumentException>(() => Layer.Deserialize(json)).Message;
        Assert.Contains("holds code, which is never read from a file. Received: 'twice'.", message, StringComparison.Ordinal);
    }
}
