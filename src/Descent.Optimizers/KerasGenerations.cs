using System.Text.Json.Nodes;

namespace Descent.Optimizers;

/// <summary>The optimizers of each generation of Keras by name, and how a config shows which generation wrote it.</summary>
internal static class KerasGenerations
{
    private static readonly KerasTable<Optimizer> Keras2Table = new KerasTable<Optimizer>("optimizer of Keras 2", module: null, later: Optimizer.Table)
        .Add(Keras2.SGD.FromConfig)
        .Add(Keras2.RMSprop.FromConfig)
        .Add(Keras2.Adagrad.FromConfig)
        .Add(Keras2.Adadelta.FromConfig)
        .Add(Keras2.Adam.FromConfig)
        .Add(Keras2.Adamax.FromConfig)
        .Add(Keras2.Nadam.FromConfig);

    // Keras 1 looks names up as they are: "SGD" and "sgd", but not "Sgd".
    private static readonly KerasTable<Optimizer> Keras1Table = new KerasTable<Optimizer>("optimizer of Keras 1", module: null, StringComparer.Ordinal, Optimizer.Table)
        .Add(Keras1.SGD.FromConfig)
        .Add(Keras1.RMSprop.FromConfig, aliases: ["rmsprop"])
        .Add(Keras1.Adagrad.FromConfig)
        .Add(Keras1.Adadelta.FromConfig)
        .Add(Keras1.Adam.FromConfig)
        .Add(Keras1.Adamax.FromConfig)
        .Add(Keras1.Nadam.FromConfig);

    // Whether JSON is being read that a caller has called Keras 3's: it then is in its wrappers, too. The older generations had none.
    [ThreadStatic]
    private static bool _isKeras3;

    private static readonly string[] TensorFlowKeys = ["jit_compile", "is_legacy_optimizer"];

    /// <summary>The optimizers of a generation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such generation.</exception>
    public static KerasTable<Optimizer> TableOf(KerasVersion version) => version switch
    {
        KerasVersion.Keras1 => Keras1Table,
        KerasVersion.Keras2 => Keras2Table,
        KerasVersion.Keras3 => Optimizer.Table,
        _ => throw new ArgumentOutOfRangeException(nameof(version), $"The version of Keras must be Keras1, Keras2 or Keras3. Received: {version}."),
    };

    /// <summary>Makes an optimizer as a generation reads it.</summary>
    public static Optimizer Read(JsonObject json, KerasVersion version)
    {
        var table = TableOf(version);
        var outer = _isKeras3;
        _isKeras3 = version == KerasVersion.Keras3;
        try
        {
            return table.Deserialize(json);
        }
        finally
        {
            _isKeras3 = outer;
        }
    }

    /// <summary>Makes an optimizer of the generation that its config shows, or of Keras 3 if it stands inside of one that was said to be.</summary>
    public static Optimizer Read(JsonObject json)
    {
        if (_isKeras3) return Optimizer.Table.Deserialize(json);
        var (found, config) = Optimizer.Table.Locate(json);
        return TableOf(VersionOf(found, config)).Make(found.RegisteredName ?? found.Name, found.RegisteredName is null ? WithoutTensorFlowKeys(config) : config);
    }

    // The optimizers of TensorFlow 2.11 to 2.15 are those of Keras 3, and write two keys more that mean nothing here.
    private static JsonObject WithoutTensorFlowKeys(JsonObject config)
    {
        if (!TensorFlowKeys.Any(config.ContainsKey)) return config;
        var rest = config.DeepClone().AsObject();
        foreach (var key in TensorFlowKeys) rest.Remove(key);
        return rest;
    }

    // Classes that came later, or are someone's own, may have arguments of these names; and none of the old ones had a name.
    private static KerasVersion VersionOf(KerasClass found, JsonObject config)
    {
        if (found.RegisteredName is not null || !Keras2Table.TryFind(found.Name, out _) || config.ContainsKey("name")) return KerasVersion.Keras3;
        if (config.ContainsKey("lr")) return config.ContainsKey("amsgrad") ? KerasVersion.Keras2 : KerasVersion.Keras1;
        return config.ContainsKey("decay") || config.ContainsKey("schedule_decay") ? KerasVersion.Keras2 : KerasVersion.Keras3;
    }
}
