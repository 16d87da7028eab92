using Descent.Data;
using Descent.Layers;

namespace Descent.Tests.Training;

/// <summary>The forms in which data is given to a model.</summary>
public class DataFormsTests
{
    private static readonly Tensor X = Tensor.From([1f, 2, 3, 4, 5], [5, 1]), Y = Tensor.From([1f, 3, 2, 5, 4], [5, 1]), Weights = Tensor.From([1f, 0, 2, 1, 3]);

    [Fact]
    public void Evaluate_ByName_IsTheSameAsInOrder()
    {
        var model = Line();
        var expected = model.Evaluate(X, Y).Loss;
        Assert.Equal(expected, model.Evaluate(new() { ["x"] = X }, new() { ["y"] = Y }).Loss);
        Assert.Equal(expected, model.Evaluate(Uneven(), null).Loss, 5);
        Assert.Equal(model.Predict(X).ToArray(), model.Predict(new() { ["x"] = X }).ToArray());
        Assert.Equal(["loss", "val_loss"], model.Fit(new() { ["x"] = X }, new() { ["y"] = Y }, validationData: Uneven(), verbose: 0).Metrics.Keys);
    }

    [Fact]
    public void Fit_ValidationBatches_CountTheirSampleWeights()
    {
        var expected = Line().Evaluate(X, Y, sampleWeight: Weights).Loss;
        var weighted = Uneven(Weights).ToList();
        Assert.Equal(expected, Line().Fit(X, Y, verbose: 0, validationSplit: 0.5, validationData: weighted)["val_loss"][0], 5);
        Assert.Equal(expected, Line().Fit(weighted, verbose: 0, validationData: weighted)["val_loss"][0], 5);
        Assert.NotEqual(expected, Line().Fit(weighted, verbose: 0, validationData: (X, Y))["val_loss"][0], 1);
    }

    [Fact]
    public void Predict_UnevenBatches_GivesTheRowsInTheirOrder()
    {
        var model = Line();
        Assert.Equal(model.Predict(X).ToArray(), model.Predict(Uneven()).ToArray());
        Assert.Equal([3, 1], model.PredictAll(Uneven(), steps: 2)["y"].Shape.ToArray());
        Assert.True(float.IsNaN(model.Predict([new Batch(Tensor.From([float.NaN], [1, 1]), Y)]).Item()));
    }

    [Fact]
    public void Predict_BatchesOfOtherLengths_SaysThatRowsDiffer()
    {
        var input = Keras.Input([-1]);
        var model = new Model(input, new Activation("relu").Apply(input));
        Assert.Contains(
            "must give rows of one shape",
            Assert.Throws<InvalidOperationException>(() => model.Predict([new Batch(Tensor.Ones([1, 2]), Y), new Batch(Tensor.Ones([1, 3]), Y)])).Message,
            StringComparison.Ordinal);
    }

    private static Model Line()
    {
        var input = Keras.Input([1], name: "x");
        var model = new Model(input, new Dense(1) { Name = "y", KernelInitializer = "ones" }.Apply(input));
        model.Compile(new Descent.Optimizers.SGD(0.0), "mse");
        return model;
    }

    private static IEnumerable<Batch> Uneven(Tensor? weights = null) =>
        new[] { 0..1, 1..3, 3..5 }.Select(r => new Batch(Ops.Slice(X, r), Ops.Slice(Y, r), weights is null ? null : Ops.Slice(weights, r)));
}
