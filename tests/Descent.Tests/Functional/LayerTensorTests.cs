using Descent.Layers;

namespace Descent.Tests.Functional;

// Symbolic inputs and outputs of layers, and models made of what lies between them.
public class LayerTensorTests
{
    private static readonly Tensor X = Tensor.From([.. Enumerable.Range(0, 12).Select(i => MathF.Sin(i * 1.7f))], [4, 3]);

    [Fact]
    public void Output_OfALayerInAFunctionalModel_ExtractsFeatures()
    {
        var x = Keras.Input([3]);
        var model = new Model(x, new Dense(1).Apply(new Dense(4, "tanh") { Name = "features" }.Apply(new Dense(5).Apply(x))));
        var features = new Model(model.Inputs, model.GetLayer("features").Output);
        Assert.Equal(((Layer)model.GetLayer("features")).Apply(model.GetLayer("dense").Apply(X)).ToArray(), features.Predict(X).ToArray());
        Assert.Same(model.GetWeight("features/kernel"), features.GetWeight("features/kernel"));
        Assert.Same(x, model.Input);
        Assert.Same(model.GetLayer("features").Output, model.GetLayer("dense_1").Input);
        Assert.Same(model.GetLayer("dense_1").Output, model.Output);

        // Every layer's output at once, as the Keras guide does.
        var all = new Model(model.Inputs, [.. model.Layers.Select(l => l.Output)]).PredictAll(X);
        Assert.Equal(model.Predict(X).ToArray(), all[^1].ToArray());
        Assert.Equal(4, all.Count);
    }

    [Fact]
    public void Output_OfALayerInASequential_ExtractsFeaturesAndTakesANewHead()
    {
        var model = new Sequential([new Dense(5) { InputShape = [3] }, new Dropout(0.5), new Dense(4, "tanh") { Name = "features" }, new Dense(1)]);
        var features = new Model(model.Input, model.GetLayer("features").Output);
        var expected = ((Dense)model.GetLayer("features")).Apply(model.GetLayer("dense").Apply(X)).ToArray();
        Assert.Equal(expected, features.Predict(X).ToArray());
        Assert.Equal(model.Predict(X).ToArray(), new Model(model.Inputs, model.Outputs).Predict(X).ToArray());

        features.Trainable = false;
        var tuned = new Model(features.Inputs, new Dense(2) { Name = "head" }.Apply(features.Output));
        Assert.Equal(["head/kernel", "head/bias"], tuned.TrainableVariables.Select(v => v.Path));
        tuned.Compile("sgd", "mse");
        tuned.Fit(X, Tensor.Ones([4, 2]), verbose: 0);
        Assert.Equal(expected, features.Predict(X).ToArray());
    }

    [Fact]
    public void Output_OfASequentialThatChanges_IsThatOfItsLayersNow()
    {
        var model = new Sequential();
        Assert.Contains("must be built", Assert.Throws<InvalidOperationException>(() => model.Output).Message, StringComparison.Ordinal);
        model.Add(Keras.Input([3], name: "x"));
        model.Add(new Dense(4));
        var first = model.Output;
        model.Add(new Dense(2));
        Assert.Same(first, model.GetLayer("dense").Output);
        Assert.Equal([-1, 2], model.Output.Shape.ToArray());
        model.Pop();
        Assert.Same(first, model.Output);
        model.Add(new Dense(3) { Name = "other" });
        Assert.Equal(model.Predict(X).ToArray(), new Model(model.Inputs, model.GetLayer("other").Output).Predict(X).ToArray());

        // What could not take the data leaves no tensors behind.
        var late = new Sequential([new Dense(2), new Reshape([7])]);
        Assert.Throws<ArgumentException>(() => late.Predict(X));
        Assert.Throws<InvalidOperationException>(() => late.GetLayer("dense").Output);
    }

    [Fact]
    public void Output_OfASharedLayer_IsThatOfItsFirstUse()
    {
        var shared = new Dense(2) { Name = "shared" };
        var (a, b) = (Keras.Input([3]), Keras.Input([3]));
        var first = shared.Apply(a);
        shared.Apply(b);
        Assert.Same(first, shared.Output);
        Assert.Same(a, shared.Input);
    }

    [Fact]
    public void Output_WithoutOne_SaysWhatIsMissing()
    {
        var dense = new Dense(2) { Name = "lonely" };
        foreach (var get in (Func<object>[])[() => dense.Input, () => dense.Output, () => dense.Outputs])
            Assert.Contains("Layer 'lonely' must have been applied to a symbolic tensor", Assert.Throws<InvalidOperationException>(get).Message, StringComparison.Ordinal);
        dense.Apply(X);
        Assert.Throws<InvalidOperationException>(() => dense.Output);

        var lstm = new LSTM(2) { Name = "lstm", ReturnState = true };
        lstm.Apply(Keras.Input([4, 3]));
        Assert.Contains("Layer 'lstm' must have one output. Received: 3. Use Outputs.", Assert.Throws<InvalidOperationException>(() => lstm.Output).Message, StringComparison.Ordinal);
        Assert.Equal(3, lstm.Outputs.Count);
    }

    [Fact]
    public void Sequential_BegunWithAnInput_IsBuilt()
    {
        var model = new Sequential([Keras.Input([3], batchSize: 4, name: "x"), new Dense(2)]);
        Assert.True(model.Built);
        Assert.Single(model.Layers);
        Assert.Equal([4, 3], model.Input.Shape.ToArray());
        Assert.Equal([4, 2], model.Predict(X).Shape.ToArray());

        var x = Keras.Input([3]);
        var dense = new Dense(2) { Name = "d" }.Apply(x);
        Assert.Contains("Received: an output of layer 'd'", Assert.Throws<ArgumentException>(() => new Sequential([dense])).Message, StringComparison.Ordinal);
        Assert.Contains("must be the first layer", Assert.Throws<ArgumentException>(() => model.Add(Keras.Input([2]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GetWeight_PathThatStandsTwice_NamesTheLayers()
    {
        static Model Encoder(string name)
        {
            var x = Keras.Input([3]);
            return new Model(x, new Dense(2).Apply(x), name: name);
        }

        var x = Keras.Input([3]);
        var model = new Model(x, new Add().Apply([Encoder("left").Apply(x), Encoder("right").Apply(x)]));
        var message = Assert.Throws<ArgumentException>(() => model.GetWeight("dense/kernel")).Message;
        Assert.Contains("dense/kernel of layer 'left' (ask that one: GetLayer(\"left\").GetWeight(\"dense/kernel\"))", message, StringComparison.Ordinal);
        Assert.Contains("dense/kernel of layer 'right'", message, StringComparison.Ordinal);
        Assert.NotSame(model.GetLayer("left").GetWeight("dense/kernel"), model.GetLayer("right").GetWeight("dense/kernel"));

        // One weight that several layers share is one.
        var (a, b) = (Keras.Input([3]), Keras.Input([3]));
        var shared = new Dense(2) { Name = "shared" };
        var twice = new Model([a, b], new Add().Apply([new Model(a, shared.Apply(a), name: "a").Apply(a), new Model(b, shared.Apply(b), name: "b").Apply(b)]));
        Assert.Equal([3, 2], twice.GetWeight("shared/kernel").Shape.ToArray());
    }
}
