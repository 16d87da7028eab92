using System.Text.Json;
using System.Text.Json.Nodes;
using Descent.Distribution;
using Descent.Losses;
using Descent.Metrics;
using Descent.Optimizers;

namespace Descent.Training;

/// <summary>What <c>Compile</c> was given, in the form of Keras' files.</summary>
internal static class CompileConfig
{
    private const string OptimizerKey = "optimizer";
    private const string LossKey = "loss";
    private const string WeightsKey = "loss_weights";
    private const string MetricsKey = "metrics";
    private const string WeightedKey = "weighted_metrics";
    private static readonly string[] Known = [OptimizerKey, LossKey, WeightsKey, MetricsKey, WeightedKey];

    /// <summary>What Keras' <c>compile</c> is told beside what counts here.</summary>
    public static JsonObject DefaultUnused() => new() { ["run_eagerly"] = false, ["steps_per_execution"] = 1, ["jit_compile"] = "auto" };

    /// <summary>Writes the settings under the keys of Keras' <c>compile_config</c>.</summary>
    /// <exception cref="ArgumentException">A loss or metric is a function of the user's.</exception>
    /// <param name="compilation">The settings.</param>
    /// <param name="spellsOut">Whether losses with short names are written as objects: Keras does not find <c>mse</c> in an <c>.h5</c> file.</param>
    /// <exception cref="InvalidOperationException">The learning rate is a function.</exception>
    public static JsonObject Write(Compilation compilation, bool spellsOut = false)
    {
        var (loss, weights, metrics, weighted) = compilation.Given;
        var config = new JsonObject
        {
            [OptimizerKey] = compilation.Optimizer.Serialize(),
            [LossKey] = Write(loss, l => l.Identifier is { } name && !(spellsOut && IsShort(name, l.Loss)) ? name : l.Loss?.Serialize()),
            [WeightsKey] = weights.Value is 1.0 ? null : Write(weights, w => w.Value is { } value ? KerasJson.Float(value) : null),
            [MetricsKey] = Write(metrics, WriteMetric),
            [WeightedKey] = Write(weighted, WriteMetric),
        };
        foreach (var (key, value) in compilation.Unused) config[key] = value?.DeepClone();
        return config;
    }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ArgumentException">A class or name is unknown, or a value is bad.</exception>
    public static Compilation Read(JsonObject config, Optimizer optimizer)
    {
        var unused = new JsonObject(config.Where(p => !Known.Contains(p.Key)).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));
        return new Compilation(
            optimizer,
            Read(config[LossKey], ReadLoss, items => CompileLoss.Create(items), () => new CompileLoss(), (all, name, item) => all[name] = item),
            Read(config[WeightsKey], ReadWeight, items => LossWeight.Create(items), () => new LossWeight(), (all, name, item) => all[name] = item) ?? 1,
            ReadMetrics(config[MetricsKey]),
            ReadMetrics(config[WeightedKey]))
        {
            Unused = unused,
            Distribution = Distribution.Distribution.Current as DataParallel,
        };
    }

    /// <summary>Reads the optimizer; where Keras was given none, to evaluate alone, it is that of <see cref="Model.Compile"/>.</summary>
    /// <exception cref="ArgumentException">Its class is unknown, or an argument is bad.</exception>
    public static Optimizer ReadOptimizer(JsonObject config) => config[OptimizerKey] switch
    {
        null => Compilation.DefaultOptimizer,
        JsonObject json => Optimizer.Deserialize(json),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        var other => throw new ArgumentException($"'{OptimizerKey}' must be a name or an object. Received: {KerasNames.Shorten(other)}."),
    };

    private static bool IsShort(string name, Loss? loss) => loss is not null && name != KerasNames.ToSnakeCase(loss.GetType().Name);

    private static CompileMetric? ReadMetrics(JsonNode? node) =>
        Read(node, ReadMetric, items => CompileMetric.Create(items), () => new CompileMetric(), (all, name, item) => all[name] = item);

    private static JsonNode? WriteMetric(CompileMetric metric) => metric.Identifier is { } name ? name : metric.Metric?.Serialize();

    // One thing, a list, in which null is an output without, or things by name; within lists again.
    private static JsonNode? Write<T>(T? given, Func<T, JsonNode?> write)
        where T : Bundle<T>
    {
        if (given is null) return null;
        if (write(given) is { } leaf) return leaf;
        return given.Names is { } names
            ? new JsonObject(names.Select(n => KeyValuePair.Create(n, Write(given[n], write))))
            : new JsonArray([.. given.Select(g => Write(g, write) is var item and not JsonArray { Count: 0 } ? item : null)]);
    }

    private delegate T Lister<T>(ReadOnlySpan<T> items);

    private static T? Read<T>(JsonNode? node, Func<JsonNode, T?> read, Lister<T> list, Func<T> empty, Action<T, string, T> set)
        where T : Bundle<T>
    {
        if (node is null) return null;
        if (read(node) is { } leaf) return leaf;
        if (node is JsonArray array) return list([.. array.Select(n => Read(n, read, list, empty, set) ?? empty())]);
        if (node is not JsonObject json) throw Wrong(node);
        var all = empty();
        foreach (var (name, item) in json)
            if (Read(item, read, list, empty, set) is { } value) set(all, name, value);
        return all;
    }

    private static CompileLoss? ReadLoss(JsonNode node)
    {
        if (Name(node) is { } name) return name;
        if (!IsObject(node)) return null;
        return Loss.Deserialize(node.AsObject());
    }

    private static CompileMetric? ReadMetric(JsonNode node)
    {
        if (Name(node) is { } name) return name;
        if (!IsObject(node)) return null;

        // Keras 2 wraps functions, by name.
        return (node["class_name"] as JsonValue)?.ToString() == "MeanMetricWrapper" && node["config"]?["fn"] is JsonValue function
            ? (CompileMetric)function.ToString()
            : Metric.Deserialize(node.AsObject());
    }

    private static LossWeight? ReadWeight(JsonNode node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? (LossWeight)value.GetValue<double>() : null;

    // A function is written as its name.
    private static string? Name(JsonNode node) => node switch
    {
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        JsonObject json when IsObject(json) && json["class_name"] is JsonValue kind && kind.ToString() == "function" && json["config"] is JsonValue function => function.ToString(),
        _ => null,
    };

    private static bool IsObject(JsonNode node) => node is JsonObject json && json.ContainsKey("class_name");

    private static ArgumentException Wrong(JsonNode? node) => new($"A setting of Compile must be a name, an object with 'class_name', a list of those, or those by name. Received: {KerasNames.Shorten(node)}.");
}
