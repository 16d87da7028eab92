using Descent;
using Descent.Callbacks;
using Descent.Layers;
using Descent.Tests.Data;
using Descent.Tests.Training;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

// Outside of Descent's namespaces, as a user's program is.
namespace UsingMonitoring;

/// <summary>The C# of docs/monitoring.md, compiled and run. MonitoringPageTests compares the page with this file.</summary>
[Collection(nameof(ThreadsTests))]
public class MonitoringExamples
{
    [Fact]
    public void TensorBoard_OfThePage_Writes()
    {
        using var folder = new TemporaryFolder();
        var (model, logs) = (Model(), folder.Root);
        var (x, y) = (FitTests.X, FitTests.Y);
        var board = new TensorBoard($"{logs}/adam") { HistogramFreq = 1, UpdateFreq = 100 };
        model.Fit(x, y, epochs: 10, validationSplit: 0.2, callbacks: [board], verbose: 0);
        Assert.True(Directory.Exists(folder["adam/validation"]));
    }

    [Fact]
    public void Logger_OfThePage_IsUsed()
    {
        ILoggerFactory loggerFactory = NullLoggerFactory.Instance;
        DescentLog.Factory = loggerFactory;
        Assert.Same(loggerFactory, DescentLog.Factory);
        DescentLog.Factory = null;
    }

    private static Sequential Model()
    {
        var model = new Sequential([new Dense(3, "softmax") { InputShape = [4] }]);
        model.Compile("adam", "sparse_categorical_crossentropy");
        return model;
    }
}
