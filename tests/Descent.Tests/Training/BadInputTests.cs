using Descent.Data;
using Descent.Layers;

namespace Descent.Tests.Training;

/// <summary>What callers get wrong, and what they are told.</summary>
public class BadInputTests
{
    private static readonly Tensor X = Tensor.Ones([6, 4]);
    private static readonly Tensor Y = Tensor.From(new int[6]);

    [Fact]
    public void Fit_BeforeCompile_SaysWhatToCall() => AssertMessage<InvalidOperationException>(
        "Model 'sequential' must be compiled before Fit. Call model.Compile(optimizer: \"adam\", loss: \"…\") first.",
        () => new Sequential([new Dense(1)]).Fit(X, Y, verbose: 0));

    [Fact]
    public void Fit_WithoutLoss_SaysSo()
    {
        var model = new Sequential([new Dense(1)]);
        model.Compile("sgd");
        AssertMessage<InvalidOperationException>("Model 'sequential' must be compiled with a loss before Fit. Received: no loss.", () => model.Fit(X, Y, verbose: 0));
    }

    [Fact]
    public void Fit_OtherLengths_NamesBothShapes() => AssertMessage<ArgumentException>(
        "x and y must have the same number of samples. Received: x of shape (6, 4) and y of shape (5,). (Parameter 'y')",
        () => FitTests.Classifier().Fit(X, new int[5], verbose: 0));

    [Fact]
    public void Fit_NaN_NamesItsPlaceAndTrainsNothing()
    {
        var model = FitTests.Classifier();
        model.Build([-1, 4]);
        var before = model.Weights[0].ToArray();
        var x = X.ToArray2D();
        x[3, 2] = float.NaN;
        var message = "x must not have NaN. Received: NaN in row 3, column 2, counted from 0. Remove such rows or replace the values. (Parameter 'x')";
        AssertMessage<ArgumentException>(message, () => model.Fit(x, Y, verbose: 0));
        AssertMessage<ArgumentException>(message, () => model.Fit(X, Y, validationData: (x, Y), verbose: 0));
        AssertMessage<ArgumentException>(message, () => model.Fit([new Batch(x, Y)], verbose: 0));
        AssertMessage<ArgumentException>(message, () => model.TrainOnBatch(x, Y));
        AssertMessage<ArgumentException>(
            "y must not have NaN. Received: NaN in row 1, counted from 0. Remove such rows or replace the values. (Parameter 'y')",
            () => model.Fit(X, new[] { 0, float.NaN, 0, 0, 0, 0 }, verbose: 0));
        Assert.Equal(before, model.Weights[0].ToArray());
        Assert.True(float.IsNaN(model.Predict(x).ToArray2D()[3, 0]));
    }

    [Fact]
    public void Fit_LabelOutOfRange_NamesItsPlaceInTheDataAndTrainsNothing()
    {
        var model = new Sequential([new Dense(3, "softmax") { InputShape = [4] }]);
        model.Compile("sgd", "sparse_categorical_crossentropy");
        var before = model.Weights[0].ToArray();
        var message = "Labels must be in [0, 3). Received: 3 at position 4. Classes are numbered from 0, and the last layer has a unit for each. (Parameter 'labels')";
        var labels = new[] { 0, 1, 2, 0, 3, 0 };
        AssertMessage<ArgumentException>(message, () => model.Fit(X, labels, batchSize: 1, verbose: 0));
        AssertMessage<ArgumentException>(message, () => model.Fit(X, Y, validationData: (X, labels), verbose: 0));
        Assert.Equal(before, model.Weights[0].ToArray());
    }

    [Theory]
    [InlineData("sparse_categorical_crossentropy", 3, 3, "One-hot targets need CategoricalCrossentropy.")]
    [InlineData("sparse_categorical_crossentropy", 1, 1, "One unit with a sigmoid, for two classes, needs BinaryCrossentropy.")]
    [InlineData("categorical_crossentropy", 1, 3, "Labels, one number per sample, need SparseCategoricalCrossentropy.")]
    [InlineData("binary_crossentropy", 1, 3, "One target per sample needs a last layer of one unit; labels of several classes need SparseCategoricalCrossentropy.")]
    [InlineData("mse", 3, 1, "The last layer needs 3 units.")]
    public void Fit_TargetsOfAnotherKind_NamesTheRemedy(string loss, int columns, int units, string remedy)
    {
        var model = new Sequential([new Dense(units, "sigmoid")]);
        model.Compile("sgd", loss);
        var exception = Assert.Throws<ArgumentException>(() => model.Fit(X, Tensor.Ones([6, columns]), verbose: 0));
        Assert.Contains(remedy, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_RankOfAnotherKind_NamesTheRemedy()
    {
        var model = FitTests.Classifier();
        model.Build([-1, 4]);
        AssertMessage<ArgumentException>(
            "Model 'sequential' expects a batch of samples of shape (4,). Received: x, a batch of single numbers. One sample alone has the shape (1, 4). (Parameter 'x')",
            () => model.Predict(new float[4]));
        model = new Sequential([new Dense(1) { InputShape = [6, 4] }]);
        AssertMessage<ArgumentException>(
            "Model 'sequential' expects a batch of samples of shape (6, 4). Received: x, a batch of samples of shape (4,). InputShape is the shape of one sample, without the batch dimension. (Parameter 'x')",
            () => model.Predict(X));
    }

    [Fact]
    public void Fit_NullCallback_SaysWhere() => AssertMessage<ArgumentException>(
        "Each of the callbacks must be an object. Received: null at position 0. (Parameter 'callbacks')",
        () => FitTests.Classifier().Fit(X, Y, verbose: 0, callbacks: [null!]));

    [Fact]
    public void Fit_EmptyData_SaysSo() => AssertMessage<ArgumentException>(
        "The data must have at least one sample. Received: x of shape (0, 4). (Parameter 'x')",
        () => FitTests.Classifier().Fit(Tensor.Zeros([0, 4]), Array.Empty<int>(), verbose: 0));

    [Fact]
    public void Fit_NoBatches_SaysSo() => AssertMessage<ArgumentException>(
        "The sequence must have at least one batch. Received: none. (Parameter 'batches')",
        () => FitTests.Classifier().Fit(Enumerable.Empty<Batch>(), verbose: 0));

    [Fact]
    public void Fit_BatchSizeZero_SaysSo() => AssertMessage<ArgumentOutOfRangeException>(
        "batchSize must be 1 or more. Received: 0. (Parameter 'batchSize')",
        () => FitTests.Classifier().Fit(X, Y, batchSize: 0, verbose: 0));

    [Fact]
    public void Fit_OtherInputShape_NamesBoth()
    {
        var model = FitTests.Classifier();
        model.Build([-1, 5]);
        AssertMessage<ArgumentException>("Model 'sequential' expects a batch of samples of shape (5,). Received: x, a batch of samples of shape (4,). (Parameter 'x')", () => model.Fit(X, Y, verbose: 0));
        AssertMessage<ArgumentException>("Model 'sequential' expects a batch of samples of shape (5,). Received: x, a batch of samples of shape (4,). (Parameter 'x')", () => model.Predict(X));
    }

    [Theory]
    [InlineData(1.0, "validationSplit must be in [0, 1). Received: 1. (Parameter 'validationSplit')")]
    [InlineData(-0.1, "validationSplit must be in [0, 1). Received: -0.1. (Parameter 'validationSplit')")]
    [InlineData(double.NaN, "validationSplit must be in [0, 1). Received: NaN. (Parameter 'validationSplit')")]
    [InlineData(0.99, "A validationSplit of 0.99 must leave samples on both sides. Received: 6 samples. Provide more data or another split. (Parameter 'validationSplit')")]
    public void Fit_BadValidationSplit_SaysSo(double split, string message)
    {
        var exception = Assert.ThrowsAny<ArgumentException>(() => FitTests.Classifier().Fit(X, Y, validationSplit: split, verbose: 0));
        Assert.Equal(message, exception.Message);
    }

    [Fact]
    public void Fit_NumbersOutOfRange_AreNamed()
    {
        var model = FitTests.Classifier();
        AssertMessage<ArgumentOutOfRangeException>("verbose must be 0, 1 or 2. Received: 3. (Parameter 'verbose')", () => model.Fit(X, Y, verbose: 3));
        AssertMessage<ArgumentOutOfRangeException>("epochs must be 0 or more. Received: -1. (Parameter 'epochs')", () => model.Fit(X, Y, epochs: -1, verbose: 0));
        AssertMessage<ArgumentOutOfRangeException>("validationSteps must be 1 or more. Received: 0. (Parameter 'validationSteps')", () => model.Fit(X, Y, validationData: (X, Y), validationSteps: 0, verbose: 0));
        AssertMessage<ArgumentOutOfRangeException>("validationBatchSize must be 1 or more. Received: 0. (Parameter 'validationBatchSize')", () => model.Fit(X, Y, validationData: (X, Y), validationBatchSize: 0, verbose: 0));
        AssertMessage<ArgumentOutOfRangeException>("validationBatchSize must be 1 or more. Received: 0. (Parameter 'validationBatchSize')", () => model.Fit(X, Y, validationSplit: 0.5, validationBatchSize: 0, verbose: 0));
        AssertMessage<ArgumentOutOfRangeException>("stepsPerEpoch must be 1 or more. Received: 0. (Parameter 'stepsPerEpoch')", () => model.Fit(X, Y, stepsPerEpoch: 0, verbose: 0));
        AssertMessage<ArgumentException>(
            "Only one of sampleWeight and classWeight can be given. Received: both. Multiply them into one sampleWeight.",
            () => model.Fit(X, Y, verbose: 0, sampleWeight: Tensor.Ones([6]), classWeight: new Dictionary<int, double> { [0] = 2 }));
        AssertMessage<ArgumentException>(
            "sampleWeight must have one weight for each of the 6 samples. Received: shape (5,). (Parameter 'sampleWeight')",
            () => model.Fit(X, Y, verbose: 0, sampleWeight: Tensor.Ones([5])));
    }

    [Fact]
    public void Evaluate_NoSteps_SaysSo() => AssertMessage<ArgumentOutOfRangeException>(
        "steps must be 1 or more. Received: 0. (Parameter 'steps')",
        () => FitTests.Classifier().Evaluate([new Batch(X, Y)], steps: 0));

    [Fact]
    public void Evaluate_NoStepsOfArrays_SaysSo() => AssertMessage<ArgumentOutOfRangeException>(
        "steps must be 1 or more. Received: 0. (Parameter 'steps')",
        () => FitTests.Classifier().Evaluate(X, Y, steps: 0));

    [Fact]
    public void TrainOnBatch_ScalarTargets_AreRefusedBeforeTheirClassesAreWeighted() => AssertMessage<ArgumentException>(
        "y must have a dimension of samples. Received: a scalar. (Parameter 'y')",
        () => FitTests.Classifier().TrainOnBatch(X, Tensor.Scalar(1), classWeight: new Dictionary<int, double> { [0] = 2 }));

    [Fact]
    public void Compile_UnknownNames_NameTheNearest()
    {
        var model = new Sequential([new Dense(1)]);
        Assert.Contains("'adam'", Assert.Throws<ArgumentException>(() => model.Compile("adm", "mse")).Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("'Accuracy'", Assert.Throws<ArgumentException>(() => model.Compile("adam", "mse", ["acuracy"])).Message, StringComparison.Ordinal);
        Assert.Contains("'F1Score'", Assert.Throws<ArgumentException>(() => model.Compile("adam", "mse", weightedMetrics: ["f1"])).Message, StringComparison.Ordinal);
        Assert.Contains("MeanSquaredError", Assert.Throws<ArgumentException>(() => model.Compile("adam", "mean_squared_eror")).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Sequential_NamesAndPlaces_AreChecked()
    {
        Assert.Equal(
            "The layers of a model must have unique names. Received a second 'a'; set its Name.",
            Assert.Throws<ArgumentException>(() => new Sequential([new Dense(1) { Name = "a" }, new Dense(1) { Name = "a" }])).Message);
        var model = new Sequential([new Dense(3) { Name = "hidden" }]);
        Assert.Contains("Did you mean 'hidden'?", Assert.Throws<ArgumentException>(() => model.GetLayer("hiden")).Message, StringComparison.Ordinal);
        Assert.Same(model.Layers[0], model.GetLayer("hidden"));
        AssertMessage<ArgumentException>("Each layer can stand in a model once. Received: 'hidden' twice. (Parameter 'layer')", () => model.Add(model.Layers[0]));
        model.Pop();
        Assert.Throws<InvalidOperationException>(() => model.Pop());
        Assert.Throws<InvalidOperationException>(() => model.Build([-1, 3]));
    }

    private static void AssertMessage<T>(string message, Action action)
        where T : Exception => Assert.Equal(message, Assert.Throws<T>(action).Message);
}
