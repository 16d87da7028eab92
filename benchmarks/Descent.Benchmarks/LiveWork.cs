using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Descent.Callbacks;
using Descent.Cli.Measuring;
using Descent.Layers;
using Descent.Live;
using Descent.Losses;
using Descent.Optimizers;

namespace Descent.Benchmarks;

/// <summary>What it costs to be watched: within one training, every other epoch of 100 steps is watched by the live page, the meter or spans.</summary>
internal static class LiveWork
{
    private const int Steps = 100;
    private const int Pairs = 1000;
    private static readonly Mlp Network = Mlp.All[1];

    /// <summary>Runs all, or those named: <c>page</c>, <c>meter</c>, <c>spans</c>, and <c>nothing</c>, which shows how exact the others are.</summary>
    public static void Run(string[] names)
    {
        foreach (var name in names.Length > 0 ? names : ["nothing", "page", "meter", "spans"])
        {
            using var page = name == "page" ? new LivePage { Output = Console.Error } : null;
            IDisposable? listener = null;
            var turns = new Turns(page, isOn =>
            {
                listener?.Dispose();
                listener = !isOn ? null : name == "meter" ? Listen() : name == "spans" ? Trace() : null;
            });
            page?.Start();
            if (page is not null) _ = ReadAsync(new Uri(page.Address!, "/events" + page.Address!.Query));
            Train(turns);
            turns.Report(name);
        }
    }

    private static void Train(Callback callback)
    {
        var model = new Sequential([new InputLayer([Network.Sizes[0]]), .. Network.Sizes[1..^1].Select(units => new Dense(units, "relu")), new Dense(Network.Sizes[^1])]);
        model.Compile(new Adam(1e-3), new SparseCategoricalCrossentropy { FromLogits = true }, ["accuracy"]);
        var (x, y) = (Work.RandomNumbers([Network.Batch * Steps, Network.Sizes[0]]), Work.RandomIds([Network.Batch * Steps], Network.Sizes[^1]));
        model.Fit(x, y, batchSize: Network.Batch, epochs: 2 * (Pairs + Turns.WarmUp), verbose: 0, shuffle: false, callbacks: [callback]);
    }

    // Takes all that the page sends, as a browser does.
    private static async Task ReadAsync(Uri events)
    {
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        await using var stream = await client.GetStreamAsync(events);
        await stream.CopyToAsync(Stream.Null);
    }

    private static MeterListener Listen()
    {
        var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Meter.Name == "Descent") l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => { });
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => { });
        listener.Start();
        return listener;
    }

    private static ActivityListener Trace()
    {
        var listener = new ActivityListener { ShouldListenTo = source => source.Name == "Descent", Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>Hands every other epoch on, and takes the time of all.</summary>
    private sealed class Turns(Callback? watcher, Action<bool> turn) : Callback
    {
        public const int WarmUp = 30;

        private readonly List<double> _on = [];
        private readonly List<double> _off = [];
        private Callback? _watcher;
        private bool _isOn;
        private long _began;

        public override void OnTrainBegin()
        {
            watcher?.Enter(Model, Params);
            watcher?.OnTrainBegin();
        }

        public override void OnEpochBegin(int epoch) => _watcher?.OnEpochBegin(epoch);

        public override void OnTrainBatchBegin(int batch) => _watcher?.OnTrainBatchBegin(batch);

        public override void OnTrainBatchEnd(int batch, Logs logs) => _watcher?.OnTrainBatchEnd(batch, logs);

        public override void OnEpochEnd(int epoch, Logs logs)
        {
            _watcher?.OnEpochEnd(epoch, logs);
            if (epoch >= 2 * WarmUp) (_isOn ? _on : _off).Add(Stopwatch.GetElapsedTime(_began).TotalSeconds / Steps * 1e6);
            _isOn = !_isOn;
            _watcher = _isOn ? watcher : null;
            turn(_isOn);
            _began = Stopwatch.GetTimestamp();
        }

        public override void OnTrainEnd(Logs logs) => turn(false);

        public void Report(string name)
        {
            _on.Sort();
            _off.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $$"""{"work": "mlp {{Network.Layers}} batch {{Network.Batch}}", "watched by": "{{name}}", "unit": "us/step", "off": {{_off[Pairs / 2]:F1}}, "on": {{_on[Pairs / 2]:F1}}, "on / off": {{Ratio(2):F4}}, "of lower quartiles": {{Ratio(4):F4}}}"""));
        }

        private double Ratio(int part) => _on[_on.Count / part] / _off[_off.Count / part];
    }
}
