using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>The mean cross-entropy of yes-or-no targets.</summary>
/// <seealso cref="Losses.BinaryCrossentropy"/>
public sealed class BinaryCrossentropy : LossMetric
{
    private const string DefaultName = "binary_crossentropy";

    /// <summary>Creates the metric.</summary>
    public BinaryCrossentropy()
        : base(DefaultName)
    {
    }

    private BinaryCrossentropy(ConfigReader reader)
        : base(reader, DefaultName)
    {
        FromLogits = reader.Bool("from_logits", FromLogits);
        LabelSmoothing = reader.Double("label_smoothing", LabelSmoothing);
    }

    /// <summary>Whether predictions are logits; default false: they are probabilities.</summary>
    public bool FromLogits { get; init; }

    /// <summary>How far targets move towards an even distribution, in [0, 1]; default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value lies outside [0, 1].</exception>
    public double LabelSmoothing { get; init => field = Check.UnitInterval(value, nameof(LabelSmoothing)); }

    private protected override Loss Loss => field ??= new Losses.BinaryCrossentropy { FromLogits = FromLogits, LabelSmoothing = LabelSmoothing };

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["from_logits"] = FromLogits;
        config["label_smoothing"] = KerasJson.Number(LabelSmoothing);
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static BinaryCrossentropy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new BinaryCrossentropy(reader));
}

/// <summary>The mean cross-entropy of one-hot targets.</summary>
/// <seealso cref="Losses.CategoricalCrossentropy"/>
public sealed class CategoricalCrossentropy : LossMetric
{
    private const string DefaultName = "categorical_crossentropy";

    /// <summary>Creates the metric.</summary>
    public CategoricalCrossentropy()
        : base(DefaultName)
    {
    }

    private CategoricalCrossentropy(ConfigReader reader)
        : base(reader, DefaultName)
    {
        FromLogits = reader.Bool("from_logits", FromLogits);
        LabelSmoothing = reader.Double("label_smoothing", LabelSmoothing);
        Axis = reader.Int("axis", Axis);
    }

    /// <summary>Whether predictions are logits; default false: they are probabilities.</summary>
    public bool FromLogits { get; init; }

    /// <summary>How far targets move towards an even distribution, in [0, 1]; default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value lies outside [0, 1].</exception>
    public double LabelSmoothing { get; init => field = Check.UnitInterval(value, nameof(LabelSmoothing)); }

    /// <summary>The axis of the classes; default the last.</summary>
    public int Axis { get; init; } = -1;

    private protected override Loss Loss => field ??= new Losses.CategoricalCrossentropy { FromLogits = FromLogits, LabelSmoothing = LabelSmoothing, Axis = Axis };

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["from_logits"] = FromLogits;
        config["label_smoothing"] = KerasJson.Number(LabelSmoothing);
        config["axis"] = Axis;
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static CategoricalCrossentropy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new CategoricalCrossentropy(reader));
}

/// <summary>The mean cross-entropy of labels.</summary>
/// <seealso cref="Losses.SparseCategoricalCrossentropy"/>
public sealed class SparseCategoricalCrossentropy : LossMetric
{
    private const string DefaultName = "sparse_categorical_crossentropy";

    /// <summary>Creates the metric.</summary>
    public SparseCategoricalCrossentropy()
        : base(DefaultName)
    {
    }

    private SparseCategoricalCrossentropy(ConfigReader reader)
        : base(reader, DefaultName)
    {
        FromLogits = reader.Bool("from_logits", FromLogits);
        IgnoreClass = reader.NullableInt("ignore_class");
        Axis = reader.Int("axis", Axis);
    }

    /// <summary>Whether predictions are logits; default false: they are probabilities.</summary>
    public bool FromLogits { get; init; }

    /// <summary>A label whose samples are not judged; default none.</summary>
    public int? IgnoreClass { get; init; }

    /// <summary>The axis of the classes; default the last.</summary>
    public int Axis { get; init; } = -1;

    private protected override Loss Loss => field ??= new Losses.SparseCategoricalCrossentropy { FromLogits = FromLogits, IgnoreClass = IgnoreClass, Axis = Axis };

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["from_logits"] = FromLogits;
        config["ignore_class"] = IgnoreClass;
        config["axis"] = Axis;
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static SparseCategoricalCrossentropy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SparseCategoricalCrossentropy(reader));
}
