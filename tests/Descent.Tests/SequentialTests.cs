using System.Text.Json.Nodes;
using Descent.Layers;

namespace Descent.Tests;

public class SequentialTests
{
    [Fact]
    public void Summary_BuiltModel_IsKerasTable()
    {
        var model = new Sequential([new Dense(64, "relu") { InputShape = [10] }, new Dropout(0.5), new Dense(1000)]);
        var text = new StringWriter { NewLine = "\n" };
        model.Summary(text);
        Assert.Equal(
            """
            Model: "sequential"
            ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━┓
            ┃ Layer (type)                          ┃ Output Shape                ┃        Param # ┃
            ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━┩
            │ dense (Dense)                         │ (None, 64)                  │            704 │
            ├───────────────────────────────────────┼─────────────────────────────┼────────────────┤
            │ dropout (Dropout)                     │ (None, 64)                  │              0 │
            ├───────────────────────────────────────┼─────────────────────────────┼────────────────┤
            │ dense_1 (Dense)                       │ (None, 1000)                │         65,000 │
            └───────────────────────────────────────┴─────────────────────────────┴────────────────┘
             Total params: 65,704 (256.66 KB)
             Trainable params: 65,704 (256.66 KB)
             Non-trainable params: 0 (0.00 B)

            """,
            text.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Summary_UnbuiltModel_SaysSo()
    {
        var text = new StringWriter();
        new Sequential([new Dense(3)]).Summary(text);
        Assert.Contains("0 (unbuilt)", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Sequential_BuiltByDataOrByShape_IsTheSame()
    {
        var (byShape, byData) = (new Sequential([new Dense(3) { InputShape = [2] }]), new Sequential([new Dense(3)]));
        Assert.True(byShape.Built);
        Assert.False(byData.Built);
        byData.Predict(Tensor.Ones([5, 2]));
        Golden.AssertSameJson(byShape.GetConfig(), byData.GetConfig());
        Assert.Equal(9, byData.CountParams());
    }

    [Fact]
    public void Sequential_AddedAndPopped_KeepsTheWeightsOfTheRest()
    {
        var model = new Sequential([new Dense(3) { InputShape = [2] }]);
        var kernel = model.Weights[0].ToArray();
        model.Add(new Dense(4));
        Assert.Equal([-1, 4], model.OutputShape!.ToArray());
        model.Pop();
        Assert.Equal([-1, 3], model.OutputShape!.ToArray());
        Assert.Equal(kernel, model.Weights[0].ToArray());
        Assert.Throws<ArgumentException>(() => model.Add(new Reshape([2, 2])));
        Assert.Single(model.Layers);
        Assert.True(model.Built);
        Assert.Equal([-1, 3], model.OutputShape!.ToArray());
        Assert.Equal(kernel, model.Weights[0].ToArray());
    }

    [Fact]
    public void Sequential_DataThatDoesNotFit_LeavesTheShapeOpen()
    {
        var model = new Sequential([new Reshape([4, -1]), new Dense(1)]);
        Assert.Throws<ArgumentException>(() => model.Predict(Tensor.Ones([2, 10])));
        Assert.Equal([2, 4, 1], model.Predict(Tensor.Ones([2, 12])).Shape.ToArray());
        Assert.Equal([-1, 12], Sequential.FromConfig(model.GetConfig()).BuildShape!.ToArray());
    }

    [Fact]
    public void Sequential_BuiltByData_TakesWhatItsWeightsServe()
    {
        var lstm = new Sequential([new LSTM(2), new Dense(1)]);
        lstm.Compile("sgd", "mse");
        lstm.Fit(Tensor.Ones([2, 4, 3]), Tensor.Ones([2, 1]), verbose: 0);
        lstm.Fit(Tensor.Ones([2, 6, 3]), Tensor.Ones([2, 1]), verbose: 0);
        Assert.Equal([5, 1], lstm.Predict(Tensor.Ones([5, 7, 3])).Shape.ToArray());
        var images = new Sequential([new Conv2D(2, 3), new GlobalAveragePooling2D()]);
        foreach (var size in (int[])[8, 9, 8]) Assert.Equal([1, 2], images.Predict(Tensor.Ones([1, size, size, 3])).Shape.ToArray());
        var own = new Summing();
        foreach (var length in (int[])[4, 6]) Assert.Equal([2, 1], own.Predict(Tensor.Ones([2, length, 3])).Shape.ToArray());

        // What the weights need holds, and the number of axes.
        var flat = new Sequential([new Conv2D(2, 3), new Flatten(), new Dense(1)]);
        flat.Predict(Tensor.Ones([1, 8, 8, 3]));
        AssertRefused("Model 'sequential' expects a batch of samples of shape (8, 8, 3). Received: x, a batch of samples of shape (9, 9, 3).", () => flat.Predict(Tensor.Ones([1, 9, 9, 3])));
        AssertRefused("Model 'sequential' expects a batch of samples of shape (4, 3). Received: x, a batch of samples of shape (6, 5).", () => lstm.Predict(Tensor.Ones([2, 6, 5])));
        AssertRefused("Model 'sequential' expects a batch of samples of shape (4, 3). Received: x, a batch of samples of shape (3,).", () => lstm.Predict(Tensor.Ones([2, 3])));
        AssertRefused("Model 'summing' expects a batch of samples of shape (4, 3). Received: x, a batch of samples of shape (4, 5).", () => own.Predict(Tensor.Ones([2, 4, 5])));
    }

    [Fact]
    public void Sequential_DeclaredShape_HoldsAsItWasDeclared()
    {
        AssertRefused("Model 'sequential' expects a batch of samples of shape (4, 3).", () => new Sequential([new LSTM(2) { InputShape = [4, 3] }]).Predict(Tensor.Ones([2, 6, 3])));
        Assert.Equal([2, 2], new Sequential([Keras.Input([-1, 3]), new LSTM(2)]).Predict(Tensor.Ones([2, 6, 3])).Shape.ToArray());
    }

    private static void AssertRefused(string message, Action action) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(action).Message, StringComparison.Ordinal);

    private sealed class Summing : Model
    {
        private readonly Dense _dense;

        public Summing() => _dense = Track(new Dense(1));

        public override Tensor Call(Tensor x, bool training = false) => Ops.Sum(_dense.Apply(x, training), [1]);
    }

    [Fact]
    public void Sequential_Nested_NamesItsWeightsByAllAround()
    {
        var model = new Sequential([new Sequential([new Dense(3)], "inner"), new Dense(1)], "outer");
        model.Build([-1, 2]);
        Assert.Equal(["outer/inner/dense/kernel", "outer/inner/dense/bias", "outer/dense/kernel", "outer/dense/bias"], model.Weights.Select(w => w.Path));
        var read = Sequential.FromConfig(JsonNode.Parse(model.GetConfig().ToJsonString())!.AsObject());
        Assert.Equal(model.Weights.Select(w => w.Path), read.Weights.Select(w => w.Path));
    }

    [Fact]
    public void SetWeights_OtherShapes_ChangesNothing()
    {
        var model = new Sequential([new Dense(3) { InputShape = [2] }]);
        var before = model.GetWeights();
        Assert.Throws<ArgumentException>(() => model.SetWeights([Tensor.Ones([2, 3]), Tensor.Ones([4])]));
        Assert.Throws<ArgumentException>(() => model.SetWeights([Tensor.Ones([2, 3])]));
        Assert.Equal(
            "Weight 'sequential/dense/bias' must be float32 of shape (3,). Received: int32 of shape (3,). (Parameter 'values')",
            Assert.Throws<ArgumentException>(() => model.SetWeights([Tensor.Ones([2, 3]), Tensor.From(new int[3])])).Message);
        Assert.Equal(before[0].ToArray(), model.GetWeights()[0].ToArray());
    }

    [Fact]
    public void Trainable_Off_LeavesTheLayerAlone()
    {
        var model = new Sequential([new Dense(3) { InputShape = [2] }, new Dense(1)]);
        model.Layers[0].Trainable = false;
        model.Compile("sgd", "mse");
        var kernel = model.Weights[0].ToArray();
        model.Fit(Tensor.Ones([4, 2]), Tensor.Ones([4, 1]), epochs: 2, verbose: 0);
        Assert.Equal(kernel, model.Weights[0].ToArray());
        Assert.Equal(2, model.TrainableVariables.Count);
    }
}
