using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>How often the true class is among those with the <see cref="K"/> highest scores; targets are one-hot, <c>(batch, …, classes)</c>.</summary>
public sealed class TopKCategoricalAccuracy : MeanMetric
{
    private const string DefaultName = "top_k_categorical_accuracy";

    /// <summary>Creates the metric.</summary>
    public TopKCategoricalAccuracy()
        : base(DefaultName)
    {
    }

    private TopKCategoricalAccuracy(ConfigReader reader)
        : base(reader, DefaultName)
        => K = reader.Int("k", K);

    /// <summary>How many of the highest scores count, 1 or more; default 5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int K { get; init => field = Check.AtLeast(1, value, nameof(K)); } = 5;

    private protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(TopKCategoricalAccuracy), yTrue, yPred);
        var truth = new Rows(yTrue);
        var predicted = new Rows(yPred);
        var values = Tensor.New(yPred.Shape[..^1]);
        var hits = values.Floats;
        for (var i = 0; i < hits.Length; i++) hits[i] = predicted.IsAmongHighest(i, truth.Highest(i), K) ? 1f : 0f;
        return values;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["k"] = K;
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static TopKCategoricalAccuracy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new TopKCategoricalAccuracy(reader));
}

/// <summary>How often the label is among the classes with the <see cref="K"/> highest scores; labels are <c>(batch, …)</c> for scores <c>(batch, …, classes)</c>.</summary>
public sealed class SparseTopKCategoricalAccuracy : MeanMetric
{
    private const string DefaultName = "sparse_top_k_categorical_accuracy";

    /// <summary>Creates the metric.</summary>
    public SparseTopKCategoricalAccuracy()
        : base(DefaultName)
    {
    }

    private SparseTopKCategoricalAccuracy(ConfigReader reader)
        : base(reader, DefaultName)
    {
        K = reader.Int("k", K);
        FromSortedIds = reader.Bool("from_sorted_ids", FromSortedIds);
    }

    /// <summary>How many of the highest scores count, 1 or more; default 5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int K { get; init => field = Check.AtLeast(1, value, nameof(K)); } = 5;

    /// <summary>Whether predictions are not scores but classes, the likeliest first; default false.</summary>
    public bool FromSortedIds { get; init; }

    private protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        var predicted = new Rows(yPred);
        var values = Tensor.New(yPred.Shape[..^1]);
        var labels = Targets.Labels(nameof(SparseTopKCategoricalAccuracy), yTrue, values.Shape);
        if (!FromSortedIds) Targets.CheckRange(labels, yPred.Shape[^1]);
        var hits = values.Floats;
        var label = labels.Ints;
        for (var i = 0; i < hits.Length; i++)
            hits[i] = (FromSortedIds ? predicted.IsAmongFirst(i, label[i], K) : predicted.IsAmongHighest(i, label[i], K)) ? 1f : 0f;
        return values;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["k"] = K;
        if (FromSortedIds) config["from_sorted_ids"] = true;
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static SparseTopKCategoricalAccuracy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SparseTopKCategoricalAccuracy(reader));
}
