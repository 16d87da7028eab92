using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Optimizers;
using Descent.Saving;

namespace Descent.Training;

/// <summary>A run of Fit and where it stands: all that decides how it goes on, beside the weights and the optimizer's variables.</summary>
internal sealed class TrainingRun(Model model, Compilation compilation, BatchSource training, BatchSource? validation, FitPlan plan)
{
    /// <summary>Where <see cref="Describe"/> has the <see cref="Settings"/>.</summary>
    public const string SettingsKey = "settings";

    /// <summary>Where <see cref="Describe"/> has what tells data of the same shapes apart.</summary>
    public const string ChecksumsKey = "checksums";

    public Model Model => model;

    public Compilation Compilation => compilation;

    public BatchSource Training => training;

    public BatchSource? Validation => validation;

    public FitPlan Plan => plan;

    /// <summary>The callbacks, set before the run goes on.</summary>
    public CallbackList Callbacks { get; set; } = null!;

    /// <summary>The epoch that runs or, between two, the next.</summary>
    public int Epoch { get; private set; } = plan.InitialEpoch;

    /// <summary>The steps of the epoch that are done.</summary>
    public int Batch { get; set; }

    /// <summary>Whether an epoch has begun and not ended.</summary>
    public bool IsInEpoch { get; private set; }

    /// <summary>Whether the pass over the data is over.</summary>
    public bool AtEnd { get; set; } = true;

    /// <summary>The values of the epoch so far or, between two, of the last.</summary>
    public Logs Logs { get; set; } = new();

    public void BeginEpoch() => (Batch, IsInEpoch, Logs) = (0, true, new Logs());

    public void EndEpoch() => (Epoch, Batch, IsInEpoch) = (Epoch + 1, 0, false);

    /// <summary>What the user of a command gave, from which all else follows, by the names that the user knows.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>What must be the same for this run to go on from a checkpoint.</summary>
    public JsonObject Describe()
    {
        var (loss, _, metrics, weightedMetrics) = compilation.Given;
        return new JsonObject
        {
            [SettingsKey] = new JsonObject(Settings.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))),
            ["weights"] = new JsonObject(StateLayout.Slots(model).Select(s => KeyValuePair.Create(s.Number, (JsonNode?)s.Variable.Shape.ToString()))),
            ["optimizer"] = new JsonArray([.. compilation.Optimizer.Nest.Select(o => (JsonNode)o.GetType().Name)]),
            ["optimizer_config"] = ConfigOf(compilation.Optimizer),
            ["loss"] = new JsonArray([.. (loss?.Flat ?? []).Select(l => (JsonNode)(l.Identifier ?? l.Loss!.GetType().Name))]),
            ["metrics"] = Names(metrics),
            ["weighted_metrics"] = Names(weightedMetrics),
            ["steps_per_epoch"] = plan.StepsPerEpoch,
            ["data"] = training.Describe(),
            ["validation"] = validation?.Describe(),
            [ChecksumsKey] = new JsonObject { ["data"] = training.Checksum, ["validation"] = validation?.Checksum },
        };
    }

    /// <summary>The state of each part, by its name.</summary>
    public IEnumerable<(string Name, TrainingState State)> GetStates()
    {
        foreach (var part in Parts)
            if (part.Get() is { } state) yield return (part.Name, state);
    }

    /// <summary>Goes on from states.</summary>
    /// <returns>The names of states that belong to nothing here.</returns>
    /// <exception cref="ArgumentException">A state is not that of its part.</exception>
    public IReadOnlyList<string> SetStates(IReadOnlyDictionary<string, TrainingState> states)
    {
        var left = states.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var part in Parts)
            if (left.Remove(part.Name)) part.Set(states[part.Name]);
        return [.. left];
    }

    // Where the run stands comes last: it sets the seed that all the others might draw from.
    private IEnumerable<(string Name, Func<TrainingState?> Get, Action<TrainingState> Set)> Parts =>
    [
        ("metrics", () => IsInEpoch ? compilation.Metrics?.GetState() : null, compilation.RestoreMetrics),
        ("own_metrics", () => IsInEpoch ? model.GetMetricState() : null, model.SetMetricState),
        .. Callbacks.Named.Select(c => ($"callbacks/{c.Name}", (Func<TrainingState?>)c.Callback.GetState, (Action<TrainingState>)c.Callback.SetState)),
        ("data", training.GetState, training.SetState),
        ("validation", () => validation?.GetState(), state => validation!.SetState(state)),
        ("progress", GetProgress, SetProgress),
    ];

    private TrainingState GetProgress()
    {
        var (seed, taken) = RandomSeed.Position;
        return new TrainingState
        {
            Values =
            {
                ["epoch"] = Epoch,
                ["batch"] = Batch,
                ["in_epoch"] = IsInEpoch,
                ["at_end"] = AtEnd,
                ["stop_training"] = model.StopTraining,
                ["logs"] = new JsonObject(Logs.Select(l => KeyValuePair.Create(l.Key, TrainingState.Write(l.Value)))),
                ["seed"] = seed,
                ["seeds_taken"] = taken,
            },
        };
    }

    private void SetProgress(TrainingState state)
    {
        var reader = state.Reader("the training");
        (Epoch, Batch, IsInEpoch, AtEnd) = (reader.Int("epoch"), reader.Int("batch"), reader.Bool("in_epoch"), reader.Bool("at_end"));
        if (Epoch < 0 || Batch < 0) throw new ArgumentException($"The state of the training must be at an epoch and a batch of 0 or more. Received: {Epoch} and {Batch}.");
        model.StopTraining = reader.Bool("stop_training");
        Logs = new Logs();
        foreach (var (name, value) in reader.Object("logs")) Logs[name] = TrainingState.Read(value) ?? double.NaN;
        RandomSeed.Position = (reader.Long("seed"), (ulong)reader.Long("seeds_taken"));
    }

    // A rate is a variable, which a checkpoint restores: callbacks set it while a run goes on. A schedule may follow the number of epochs.
    private static JsonObject? ConfigOf(Optimizer optimizer)
    {
        try
        {
            return WithoutRates(optimizer.GetConfig());
        }
        catch (InvalidOperationException)
        {
            return null; // a rate that is a function cannot be written
        }
    }

    private static JsonObject WithoutRates(JsonObject config)
    {
        foreach (var (key, value) in config.ToList())
            if (key is "learning_rate" or "lr") config.Remove(key);
            else if (value is JsonObject inner) WithoutRates(inner);
        return config;
    }

    private static JsonArray Names(CompileMetric? metrics) => new([.. (metrics?.Flat ?? []).Select(m => (JsonNode)(m.Identifier ?? m.Metric!.GetType().Name))]);
}
