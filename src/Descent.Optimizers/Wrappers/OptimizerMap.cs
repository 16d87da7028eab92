using System.Collections;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Descent.Optimizers;

/// <summary>Says which optimizer updates which variable, by the variable's path: for <see cref="MultiOptimizer"/>.</summary>
/// <remarks>
/// A key is a whole path, such as <c>"sequential/dense/kernel"</c>, or a regular expression that must match the whole path, such as <c>".*/dense/.*"</c>. An equal key wins over
/// expressions; a variable that no key fits goes to the default, and a key that fits no variable gives a warning when the optimizer is built. One optimizer may stand under
/// several keys; it then has one state for all of them. <c>foreach (var v in model.Weights) Console.WriteLine(v.Path);</c> shows the paths of a model.
/// </remarks>
/// <example><code>
/// var map = new OptimizerMap(defaultOptimizer: new SGD(0.1)) { [".*/embedding/.*"] = new Adagrad(0.01), [".*/bias"] = new SGD(0.2) };
/// </code></example>
public sealed class OptimizerMap : IReadOnlyCollection<KeyValuePair<string, Optimizer>>, IKerasSerializable
{
    private static readonly KerasTable<OptimizerMap> Table = new KerasTable<OptimizerMap>("optimizer map", "keras.optimizers").Add(FromConfig);

    private readonly List<(string Key, Regex Pattern, Optimizer Optimizer)> _entries = [];

    /// <summary>Creates a map without keys.</summary>
    /// <param name="defaultOptimizer">For variables that no key fits.</param>
    /// <exception cref="ArgumentException">It is a <see cref="MultiOptimizer"/> or a <see cref="LossScaleOptimizer"/>, or has one inside.</exception>
    public OptimizerMap(Optimizer defaultOptimizer)
    {
        CheckKind(defaultOptimizer);
        DefaultOptimizer = defaultOptimizer;
    }

    /// <summary>The optimizer of variables that no key fits.</summary>
    public Optimizer DefaultOptimizer { get; }

    /// <summary>The number of keys.</summary>
    public int Count => _entries.Count;

    /// <summary>The optimizers, each once, in the order of the keys; the default comes last.</summary>
    internal IEnumerable<Optimizer> Optimizers => _entries.Select(e => e.Optimizer).Append(DefaultOptimizer).Distinct();

    /// <summary>Whether a <see cref="MultiOptimizer"/> has taken the map, which cannot change any more.</summary>
    internal bool IsTaken { get; set; }

    /// <summary>Finds the optimizer of a path, or adds a key.</summary>
    /// <param name="key">Read: the path of a variable. Set: a path or a regular expression.</param>
    /// <exception cref="ArgumentException">
    /// Read: two expressions match the path. Set: the key exists, or is not a valid expression; or the optimizer is a <see cref="MultiOptimizer"/> or
    /// a <see cref="LossScaleOptimizer"/>, or has one inside.
    /// </exception>
    /// <exception cref="InvalidOperationException">A key is set, but a <see cref="MultiOptimizer"/> uses the map already.</exception>
    public Optimizer this[string key]
    {
        get => Find(key);
        set
        {
            ArgumentException.ThrowIfNullOrEmpty(key);
            CheckKind(value);
            if (IsTaken)
                throw new InvalidOperationException($"An OptimizerMap cannot change once a MultiOptimizer uses it. Received: the key '{key}'. Add all keys first.");
            if (_entries.Find(e => e.Key == key) is { Key: not null } known)
                throw new ArgumentException($"A key of an OptimizerMap can be set once. Received: '{key}' again, which has '{known.Optimizer.Name}'.", nameof(key));
            _entries.Add((key, Pattern(key), value));
        }
    }

    /// <inheritdoc/>
    IKerasTable? IKerasSerializable.BuiltIns => Table;

    /// <inheritdoc/>
    public JsonObject GetConfig() => new()
    {
        ["default_optimizer"] = DefaultOptimizer.Serialize(),
        ["optimizer_map"] = new JsonObject(_entries.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Optimizer.Serialize()))),
    };

    /// <summary>Makes the map from what <see cref="GetConfig"/> returned.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <remarks>
    /// Keras writes an optimizer once for each of its keys. Entries with a name that are alike are therefore read as one optimizer: a <see cref="MultiOptimizer"/>
    /// never gives one name to two. Those of Keras 1 and 2 have theirs beside the config, in <c>"descent"</c>.
    /// </remarks>
    /// <exception cref="ArgumentException">An argument is missing, bad or not known.</exception>
    public static OptimizerMap FromConfig(JsonObject config) => ConfigReader.Read(config, reader =>
    {
        var known = new List<(JsonObject Json, Optimizer Optimizer)>();
        var map = new OptimizerMap(Read(reader.Object("default_optimizer")));
        foreach (var (key, value) in reader.NullableObject("optimizer_map") ?? [])
        {
            map[key] = Read(value as JsonObject ?? throw new ArgumentException(
                $"Each value of 'optimizer_map' of OptimizerMap must be an object. Received: {KerasNames.Shorten(value)} for '{key}'."));
        }

        return map;

        Optimizer Read(JsonObject json)
        {
            var hasName = new[] { "config", ConfigReader.OwnKey }.Any(key => json[key] is JsonObject arguments && arguments["name"] is not null);
            if (hasName && known.Find(k => JsonNode.DeepEquals(k.Json, json)).Optimizer is { } same) return same;
            var optimizer = Optimizer.Deserialize(json);
            known.Add((json, optimizer));
            return optimizer;
        }
    });

    /// <summary>Enumerates keys and their optimizers in the order in which they were set, without the default.</summary>
    public IEnumerator<KeyValuePair<string, Optimizer>> GetEnumerator() => _entries.Select(e => KeyValuePair.Create(e.Key, e.Optimizer)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static OptimizerMap Deserialize(JsonObject json) => Table.Deserialize(json);

    /// <summary>Refuses what cannot stand inside a <see cref="MultiOptimizer"/>.</summary>
    internal static void CheckKind(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (optimizer.Nest.FirstOrDefault(o => o is MultiOptimizer or LossScaleOptimizer) is { } refused)
        {
            var kind = refused.GetType().Name;
            var remedy = refused is MultiOptimizer ? "Use one map for all variables." : "Wrap the MultiOptimizer in it instead.";
            throw new ArgumentException($"An optimizer inside of a MultiOptimizer must not be, or wrap, a {kind}. Received: '{optimizer.Name}', a {optimizer.GetType().Name}. {remedy}", nameof(optimizer));
        }
    }

    /// <summary>The keys that fit none of these paths.</summary>
    internal IEnumerable<string> Unused(IReadOnlyCollection<string> paths) => _entries.Where(e => !paths.Any(p => e.Key == p || e.Pattern.IsMatch(p))).Select(e => e.Key);

    private Optimizer Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (_entries.Find(e => e.Key == path).Optimizer is { } exact) return exact;
        var matches = _entries.FindAll(e => e.Pattern.IsMatch(path));
        return matches.Count < 2 ? matches.FirstOrDefault().Optimizer ?? DefaultOptimizer : throw new ArgumentException(
            $"At most one key of an OptimizerMap can match a path. Received: {string.Join(" and ", matches.Select(m => $"'{m.Key}'"))}, which match '{path}'. "
            + $"Make the expressions exclude each other, or add the key '{path}'.");
    }

    private static Regex Pattern(string key)
    {
        const string What = "A key of an OptimizerMap";
        _ = Check.Pattern(key, What); // by itself first: "a)(b" would become valid between the parentheses
        return Check.Pattern($"\\A(?:{key})\\z", What);
    }
}
