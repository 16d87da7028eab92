using Descent.Callbacks;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Tests.Training;
using Microsoft.Extensions.Logging;

namespace Descent.Tests.Monitoring;

/// <summary>Apart from others, as the factory belongs to the process.</summary>
[Collection(nameof(ThreadsTests))]
public sealed class DescentLogTests : IDisposable
{
    private const string Warning = "EarlyStopping monitors 'nothing', which is not measured. Measured: loss.";

    public void Dispose() => DescentLog.Factory = null;

    [Fact]
    public void Warning_WithAFactory_GoesToTheLoggerOfItsClassAlone()
    {
        using var trace = new TraceRecorder();
        using var factory = new Recorder();
        DescentLog.Factory = factory;
        Warn();
        Assert.Equal([("Descent.Callbacks.MonitorCallback", LogLevel.Warning, Warning)], factory.Entries);
        Assert.Empty(trace.Warnings);

        _ = Optimizer.Deserialize(new() { ["class_name"] = "Adam", ["config"] = new System.Text.Json.Nodes.JsonObject { ["decay"] = 0.5 } }, KerasVersion.Keras3);
        Assert.Equal("Descent.Optimizers.Optimizer", factory.Entries[1].Category);
    }

    [Fact]
    public void Warning_WithoutAFactory_GoesToTrace()
    {
        using var factory = new Recorder();
        DescentLog.Factory = factory;
        DescentLog.Factory = null;
        using var trace = new TraceRecorder();
        Warn();
        Assert.Equal([Warning], trace.Warnings);
        Assert.Empty(factory.Entries);
    }

    [Fact]
    public void Warnings_OfTheLibraries_GoThroughDescentLogAlone()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Golden.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        Assert.Equal(["DescentLog.cs"], sources.Where(file => File.ReadAllText(file).Contains("Trace.TraceWarning(", StringComparison.Ordinal)).Select(Path.GetFileName));
    }

    private static void Warn()
    {
        var model = new Sequential([new Dense(1) { InputShape = [1] }]);
        model.Compile("sgd", "mse");
        model.Fit(Tensor.Ones([4, 1]), Tensor.Ones([4, 1]), epochs: 3, verbose: 0, callbacks: [new EarlyStopping("nothing") { Mode = MonitorMode.Min }]);
    }

    private sealed class Recorder : ILoggerFactory
    {
        public List<(string Category, LogLevel Level, string Message)> Entries { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose() => GC.SuppressFinalize(this);

        private sealed class Logger(Recorder recorder, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                recorder.Entries.Add((category, logLevel, formatter(state, exception)));
        }
    }
}
