using System.Diagnostics;
using Descent.Callbacks;
using Descent.Layers;
using Descent.Tests.Data;
using Descent.Tests.Training;

namespace Descent.Tests.Monitoring;

/// <summary>Apart from others, as listeners belong to the process.</summary>
[Collection(nameof(ThreadsTests))]
public sealed class SpanTests : IDisposable
{
    private readonly List<Activity> _spans = []; // in the order of their ends
    private readonly ActivityListener _listener;

    public SpanTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Descent",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _spans.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Fit_ListenedTo_IsATreeOfSpans()
    {
        var history = Model().Fit(FitTests.X, FitTests.Y, batchSize: 20, epochs: 2, verbose: 0, validationSplit: 0.2);
        Assert.Equal(["evaluation", "epoch", "evaluation", "epoch", "fit"], _spans.Select(s => s.OperationName));
        var fit = _spans[^1];
        Assert.All([_spans[1], _spans[3]], epoch => Assert.Same(fit, epoch.Parent));
        Assert.Same(_spans[1], _spans[0].Parent);
        Assert.Equal(("spans", "sgd", 2, history.Seed), (fit.GetTagItem("descent.model.name"), fit.GetTagItem("descent.optimizer.name"), fit.GetTagItem("descent.fit.epochs"), fit.GetTagItem("descent.fit.seed")));
        Assert.Equal((2, 4), (_spans[3].GetTagItem("descent.epoch"), _spans[3].GetTagItem("descent.steps")));
        Assert.Equal((history["loss"][1], history["val_loss"][1]), (_spans[3].GetTagItem("descent.logs.loss"), _spans[3].GetTagItem("descent.logs.val_loss")));
        Assert.Equal((1, history["val_loss"][0]), (_spans[0].GetTagItem("descent.steps"), _spans[0].GetTagItem("descent.logs.loss")));
        Assert.All(_spans, s => Assert.Equal((ActivityStatusCode.Unset, "0.1.0"), (s.Status, s.Source.Version)));
        Assert.Null(Activity.Current);
    }

    [Fact]
    public void Evaluate_ListenedTo_IsASpan()
    {
        var result = Model().Evaluate(FitTests.X, FitTests.Y);
        Assert.Equal(("evaluation", result.Loss), (Assert.Single(_spans).OperationName, _spans[0].GetTagItem("descent.logs.loss")));
    }

    [Fact]
    public void Checkpoints_ListenedTo_AreSpansInTheirEpoch()
    {
        using var folder = new TemporaryFolder();
        Model().Fit(
            FitTests.X, FitTests.Y, verbose: 0, epochs: 1, callbacks: [new ModelCheckpoint(folder["model.keras"]), new BackupAndRestore(folder["backup"]) { SaveFreq = 2 }]);
        var checkpoints = _spans.Where(s => s.OperationName == "checkpoint").ToArray();
        Assert.Equal(
            ["checkpoint-00000001.keras", "checkpoint-00000002.keras", "model.keras"],
            checkpoints.Select(s => Path.GetFileName((string)s.GetTagItem("descent.checkpoint.path")!)).Order(StringComparer.Ordinal));
        Assert.All(checkpoints, s => Assert.Equal("epoch", s.Parent!.OperationName));
    }

    [Fact]
    public void Fit_ThatFails_SaysWhyAndEndsItsSpans()
    {
        var failing = new LambdaCallback { TrainBatchEnd = (_, _) => throw new InvalidOperationException("no more") };
        Assert.Throws<InvalidOperationException>(() => Model().Fit(FitTests.X, FitTests.Y, verbose: 0, callbacks: [failing]));
        Assert.Equal(["epoch", "fit"], _spans.Select(s => s.OperationName));
        Assert.Equal((ActivityStatusCode.Error, "no more", "System.InvalidOperationException"), (_spans[1].Status, _spans[1].StatusDescription, _spans[1].GetTagItem("error.type")));
        Assert.Equal("exception", Assert.Single(_spans[1].Events).Name);
        Assert.Null(Activity.Current);
    }

    [Fact]
    public void Fit_WithoutAListener_StartsNothing()
    {
        _listener.Dispose();
        Activity? seen = null;
        Model().Fit(FitTests.X, FitTests.Y, verbose: 0, callbacks: [new LambdaCallback { EpochEnd = (_, _) => seen = Activity.Current }]);
        Assert.Null(seen);
    }

    private static Sequential Model()
    {
        var model = new Sequential([new Dense(3, "softmax") { InputShape = [4] }]) { Name = "spans" };
        model.Compile("sgd", "sparse_categorical_crossentropy");
        return model;
    }
}
