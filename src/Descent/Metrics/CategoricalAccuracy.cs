using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>How often the class with the highest score is that with the highest target; targets are one-hot, <c>(batch, …, classes)</c>.</summary>
public sealed class CategoricalAccuracy : MeanMetric
{
    private const string DefaultName = "categorical_accuracy";

    /// <summary>Creates the metric.</summary>
    public CategoricalAccuracy()
        : base(DefaultName)
    {
    }

    private CategoricalAccuracy(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(CategoricalAccuracy), yTrue, yPred);
        var truth = new Rows(yTrue);
        var predicted = new Rows(yPred);
        var values = Tensor.New(yPred.Shape[..^1]);
        var hits = values.Floats;
        for (var i = 0; i < hits.Length; i++) hits[i] = truth.Highest(i) == predicted.Highest(i) ? 1f : 0f;
        return values;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static CategoricalAccuracy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new CategoricalAccuracy(reader));
}

/// <summary>How often the class with the highest score is the label; labels are <c>(batch, …)</c> for scores <c>(batch, …, classes)</c>.</summary>
public sealed class SparseCategoricalAccuracy : MeanMetric
{
    private const string DefaultName = "sparse_categorical_accuracy";

    /// <summary>Creates the metric.</summary>
    public SparseCategoricalAccuracy()
        : base(DefaultName)
    {
    }

    private SparseCategoricalAccuracy(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        var predicted = new Rows(yPred);
        var values = Tensor.New(yPred.Shape[..^1]);
        var hits = values.Floats;
        var labels = Targets.Labels(nameof(SparseCategoricalAccuracy), yTrue, values.Shape).Ints;
        for (var i = 0; i < hits.Length; i++) hits[i] = labels[i] == predicted.Highest(i) ? 1f : 0f;
        return values;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static SparseCategoricalAccuracy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new SparseCategoricalAccuracy(reader));
}
