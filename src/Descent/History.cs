using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Charts;

namespace Descent;

/// <summary>What a run of <c>Fit</c> recorded: every loss and metric, epoch by epoch.</summary>
/// <example><code>
/// History history = model.Fit(x, y, epochs: 5, validationSplit: 0.2);
/// double last = history["val_accuracy"][^1];
/// </code></example>
public sealed class History : Callback
{
    private const string LossName = "loss";
    private const string ValidationPrefix = "val_";

    private readonly OrderedDictionary<string, IReadOnlyList<double>> _metrics = [];
    private readonly List<int> _epoch = [];

    // Of each value the epoch, from 1: not every epoch need be validated.
    private readonly Dictionary<string, List<int>> _places = [];

    internal History(long seed) => Seed = seed;

    /// <summary>One value per epoch of <c>"loss"</c>, each metric, and <c>"val_…"</c> of each if there is validation data.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Metrics => _metrics;

    /// <summary>The epochs that were run, from 0.</summary>
    public IReadOnlyList<int> Epoch => _epoch;

    /// <summary>The seed in force when training began (see <see cref="RandomSeed"/>): set before the model is made, it repeats the run.</summary>
    public long Seed { get; private set; }

    /// <summary>The values of one name, one per epoch.</summary>
    /// <param name="name">Such as <c>"loss"</c> or <c>"val_accuracy"</c>.</param>
    /// <exception cref="KeyNotFoundException">Nothing of this name was recorded.</exception>
    public IReadOnlyList<double> this[string name] => _metrics.TryGetValue(name, out var values) ? values : throw new KeyNotFoundException(
        $"Nothing named '{name}' was recorded.{KerasNames.DidYouMean(name, _metrics.Keys)} Recorded: {string.Join(", ", _metrics.Keys)}.");

    /// <summary>Draws what was recorded as an SVG picture: a chart of the loss and one of each metric, with that of the validation data beside it.</summary>
    /// <param name="path">The file, which is replaced whole or not at all.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public void Plot(string path) => ChartSheet.Save(path, Charts());

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        _epoch.Add(epoch);
        foreach (var (name, value) in logs)
        {
            if (!_metrics.TryGetValue(name, out var values))
            {
                _metrics.Add(name, values = new List<double>());
                _places.Add(name, []);
            }

            ((List<double>)values).Add(value);
            _places[name].Add(epoch + 1);
        }
    }

    /// <inheritdoc/>
    public override TrainingState GetState() => new()
    {
        Values =
        {
            ["seed"] = Seed,
            ["epoch"] = KerasJson.Integers(_epoch),
            ["metrics"] = new JsonObject(_metrics.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)new JsonArray([.. m.Value.Select(v => TrainingState.Write(v))])))),
            ["places"] = new JsonObject(_places.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)KerasJson.Integers(p.Value)))),
        },
    };

    /// <inheritdoc/>
    public override void SetState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var reader = state.Reader(nameof(History));
        Seed = reader.Long("seed");
        _epoch.Clear();
        _epoch.AddRange(reader.Ints("epoch"));
        _metrics.Clear();
        _places.Clear();
        var (metrics, places) = (reader.Object("metrics"), ConfigReader.Lenient(reader.Object("places"), nameof(History)));
        foreach (var name in metrics.Select(m => m.Key))
        {
            _metrics.Add(name, ConfigReader.Lenient(metrics, nameof(History)).Array(name).Select(v => TrainingState.Read(v) ?? double.NaN).ToList());
            _places.Add(name, [.. places.Ints(name)]);
        }
    }

    private LineChart[] Charts() =>
        [.. _metrics.Keys.Select(WithoutPrefix).Distinct().DefaultIfEmpty(LossName).OrderBy(n => n != LossName).Select(n => Chart(n, [.. ((string[])[n, ValidationPrefix + n]).Where(_metrics.ContainsKey)]))];

    private LineChart Chart(string title, string[] names)
    {
        Series[] lines = [.. names.Select(n => new Series(n, [.. _places[n].Select(e => (double)e)], _metrics[n]))];
        var isLog = LineChart.SpansDecades(lines);
        return new LineChart { Title = title, XTitle = "epoch", YTitle = isLog ? "logarithmic" : "", Lines = lines, IsLogY = isLog };
    }

    private static string WithoutPrefix(string name) => name.StartsWith(ValidationPrefix, StringComparison.Ordinal) ? name[ValidationPrefix.Length..] : name;
}
