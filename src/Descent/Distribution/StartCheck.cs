using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Descent.Layers;
using Descent.Saving;
using Descent.Training;

namespace Descent.Distribution;

/// <summary>
/// What must be the same on all ranks before they work together. Each of them states what it is about to do, or why it cannot; a digest of it is compared, and if
/// they differ, all ranks know who said what, and refuse alike.
/// </summary>
internal static class StartCheck
{
    private const int Shown = 60; // characters of a value
    private const int Before = 16; // of them those before the first that differs
    private const int ShownParts = 3;
    private const string Call = "call"; // in which ranks compare, part of what they state

    /// <summary>Compares what ranks are about to do.</summary>
    /// <param name="communicator">Reaches the other ranks.</param>
    /// <param name="call">What the ranks are in.</param>
    /// <param name="parts">What must be the same, and what it is called.</param>
    /// <exception cref="StartException">A rank differs from the others, is elsewhere, or cannot begin.</exception>
    public static void Compare(Communicator communicator, string call, params (string Name, string Value)[] parts)
    {
        if (communicator.Size == 1) return;
        var all = Exchange(communicator, new JsonObject(((IEnumerable<(string Name, string Value)>)[(Call, call), .. parts]).Select(p => KeyValuePair.Create(p.Name, (JsonNode?)p.Value))));
        if (all is null) return;
        if (Array.FindIndex(all, s => s is JsonValue) is var failed and >= 0)
            throw new StartException($"All {all.Length} ranks must begin together. Received: rank {failed} cannot: {all[failed]}");

        RequireSameCall(all);

        // What most of them say is right; of two, what rank 0 says.
        var right = Enumerable.Range(0, all.Length).GroupBy(rank => all[rank].ToJsonString()).MaxBy(group => group.Count())!.First();
        int[] others = [.. Enumerable.Range(0, all.Length).Where(rank => !JsonNode.DeepEquals(all[rank], all[right]))];
        var (here, there) = ((JsonObject)all[others[0]], (JsonObject)all[right]);
        string[] names = [.. here.Select(p => p.Key).Union(there.Select(p => p.Key)).Where(name => Text(here[name]) != Text(there[name]))];
        var differences = names.Take(ShownParts).Select(name =>
        {
            var (what, instead) = Excerpts(Text(here[name]), Text(there[name]));
            return $"{name}: {what} on rank {others[0]}, {instead} on rank {right}";
        });
        throw new StartException(
            $"All {all.Length} ranks must do the same with the same model and data. Received: {(others.Length == 1 ? $"rank {others[0]} differs" : $"ranks {string.Join(", ", others)} differ")} from rank {right} in its "
            + $"{string.Join(", ", names)} ({string.Join("; ", differences)}). Start the same program with the same arguments and data on every rank.");
    }

    /// <summary>Tells the ranks that compare why this one cannot begin.</summary>
    public static void Refuse(Communicator communicator, Exception reason) => Exchange(communicator, JsonValue.Create(reason.Message));

    /// <summary>What must be the same for a model to have the same weights.</summary>
    public static (string Name, string Value)[] PartsOf(Model model) =>
    [
        ("version of Descent", typeof(StartCheck).Assembly.GetName().Version!.ToString()),
        ("weights", string.Join(" ", model.Weights.Select(w => w.Shape))),
        ("layers", string.Join(", ", StateLayout.Layers(model).Select(l => Describe(l.Layer)))),
    ];

    // Names may count what was made before; weights come from rank 0, however they begin elsewhere.
    private static string Describe(Layer layer)
    {
        var own = layer is Model ? [] : layer.GetConfig().Where(option => option.Key != "name" && !option.Key.EndsWith("_initializer", StringComparison.Ordinal));
        return $"{layer.GetType().Name} {new JsonObject(own.Select(option => KeyValuePair.Create(option.Key, option.Value?.DeepClone()))).ToJsonString()}";
    }

    /// <summary>What must be the same for a run.</summary>
    public static (string Name, string Value)[] PartsOf(TrainingRun run, DataParallel distribution)
    {
        var plan = run.Plan;
        return
        [
            .. run.Describe().Where(p => p.Key != TrainingRun.SettingsKey).SelectMany(p => Flat(p.Key, p.Value)),
            ("first epoch", FormattableString.Invariant($"{plan.InitialEpoch}")),
            ("epochs", FormattableString.Invariant($"{plan.Epochs}")),
            ("validation freq", FormattableString.Invariant($"{plan.ValidationFreq}")),
            ("seed", RandomSeed.IsSet ? FormattableString.Invariant($"{RandomSeed.Current}") : "none"),
            ("steps of the optimizer", FormattableString.Invariant($"{run.Compilation.Optimizer.Iterations}")),
            (nameof(DataParallel.Deterministic), $"{distribution.Deterministic}"),
            (nameof(DataParallel.ShardOptimizerState), $"{distribution.ShardOptimizerState}"),
        ];
    }

    /// <summary>What must be the same to evaluate.</summary>
    public static (string Name, string Value)[] PartsOf(BatchSource batches, int? steps) =>
        [.. Flat("data", batches.Describe()), ("steps", FormattableString.Invariant($"{steps}"))];

    // The parts of a part each have a value of their own.
    private static IEnumerable<(string, string)> Flat(string name, JsonNode? value) => value is JsonObject parts
        ? parts.Select(part => ((name == TrainingRun.ChecksumsKey ? $"values of {part.Key}" : $"{part.Key} of {name}").Replace('_', ' '), Text(part.Value)))
        : [(name.Replace('_', ' '), Text(value))];

    private static void RequireSameCall(JsonNode[] all)
    {
        string[] calls = [.. all.Select(each => (string)each[Call]!)];
        if (Array.TrueForAll(calls, call => call == calls[0])) return;
        throw new StartException(
            $"All {all.Length} ranks must make the same calls in the same order. Received: {string.Join(", ", calls.Select((call, rank) => $"{call} on rank {rank}"))}. Call on every rank what ranks do together: Fit, Evaluate, Save.");
    }

    /// <summary>Gives all ranks the statements of all; null if they are the same. What the ranks exchange first is the same in every version and whatever they state.</summary>
    private static JsonNode[]? Exchange(Communicator communicator, JsonNode own)
    {
        var text = own.ToJsonString();
        var digests = communicator.GatherOne(BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
        if (Array.TrueForAll(digests, d => d == digests[0])) return null;
        return Array.ConvertAll(communicator.GatherTexts(text), each => JsonNode.Parse(each)!);
    }

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : node?.ToJsonString() ?? "";

    // Long values are shown around the place where they begin to differ.
    private static (string, string) Excerpts(string first, string second)
    {
        var start = Math.Max(0, first.AsSpan().CommonPrefixLength(second) - Before);
        return (Excerpt(first), Excerpt(second));

        string Excerpt(string text) => text.Length == 0 ? "nothing" : $"{(start > 0 ? "…" : "")}{text.AsSpan(start, Math.Min(Shown, text.Length - start))}{(text.Length > start + Shown ? "…" : "")}";
    }
}
