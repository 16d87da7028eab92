using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
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

    /// <summary>Compares what ranks are about to do.</summary>
    /// <param name="communicator">Reaches the other ranks.</param>
    /// <param name="parts">What must be the same, and what it is called.</param>
    /// <exception cref="StartException">A rank differs from the others, or cannot begin.</exception>
    public static void Compare(Communicator communicator, (string Name, string Value)[] parts)
    {
        var all = Exchange(communicator, new JsonObject(parts.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)p.Value))));
        if (all is null) return;
        if (Array.FindIndex(all, s => s is JsonValue) is var failed and >= 0)
            throw new StartException($"All {all.Length} ranks must begin together. Received: rank {failed} cannot: {all[failed]}");

        // What most of them say is right; of two, what rank 0 says.
        var right = Enumerable.Range(0, all.Length).GroupBy(rank => all[rank].ToJsonString()).MaxBy(group => group.Count())!.First();
        int[] others = [.. Enumerable.Range(0, all.Length).Where(rank => !JsonNode.DeepEquals(all[rank], all[right]))];
        var (here, there) = ((JsonObject)all[others[0]], (JsonObject)all[right]);
        string[] names = [.. here.Select(p => p.Key).Union(there.Select(p => p.Key)).Where(name => Text(here[name]) != Text(there[name]))];
        var (what, instead) = Excerpts(Text(here[names[0]]), Text(there[names[0]]));
        throw new StartException(
            $"All {all.Length} ranks must do the same with the same model and data. Received: {(others.Length == 1 ? $"rank {others[0]} differs" : $"ranks {string.Join(", ", others)} differ")} from rank {right} in its "
            + $"{string.Join(", ", names)} ({names[0]}: {what} on rank {others[0]}, {instead} on rank {right}). Start the same program with the same arguments and data on every rank.");
    }

    /// <summary>Tells the ranks that compare why this one cannot begin.</summary>
    public static void Refuse(Communicator communicator, Exception reason) => Exchange(communicator, JsonValue.Create(reason.Message));

    /// <summary>What must be the same for a model to have the same weights.</summary>
    public static (string Name, string Value)[] PartsOf(Model model) =>
    [
        ("version of Descent", typeof(StartCheck).Assembly.GetName().Version!.ToString()),
        ("weights", string.Join(" ", model.Weights.Select(w => w.Shape))),
    ];

    /// <summary>What must be the same for a run.</summary>
    public static (string Name, string Value)[] PartsOf(TrainingRun run, DataParallel distribution)
    {
        var plan = run.Plan;
        return
        [
            .. run.Describe().Where(p => p.Key != TrainingRun.SettingsKey).Select(p => (p.Key.Replace('_', ' '), Text(p.Value))),
            ("epochs", FormattableString.Invariant($"{plan.InitialEpoch}-{plan.Epochs}, validation {plan.ValidationFreq}")),
            ("seed", RandomSeed.IsSet ? FormattableString.Invariant($"{RandomSeed.Current}") : "none"),
            ("steps of the optimizer", FormattableString.Invariant($"{run.Compilation.Optimizer.Iterations}")),
            ("distribution", $"{distribution.Deterministic}, {distribution.ShardOptimizerState}"),
        ];
    }

    /// <summary>What must be the same to evaluate.</summary>
    public static (string Name, string Value)[] PartsOf(BatchSource batches, int? steps) =>
        [("data", Text(batches.Describe())), ("steps", FormattableString.Invariant($"{steps}"))];

    /// <summary>Gives all ranks the statements of all; null if they are the same. What the ranks exchange first is the same in every version and whatever they state.</summary>
    private static JsonNode[]? Exchange(Communicator communicator, JsonNode own)
    {
        var statement = SharedData.BytesOf(own);
        var digests = communicator.GatherOne(BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(statement)));
        if (Array.TrueForAll(digests, d => d == digests[0])) return null;
        var lengths = communicator.GatherOne(statement.Length);
        var all = new byte[lengths.Sum()];
        communicator.AllGather<byte>(statement, all, lengths);
        var end = 0;
        return Array.ConvertAll(lengths, length => JsonNode.Parse(all.AsSpan((end += length) - length, length))!);
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
