using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>How often predictions equal targets.</summary>
public sealed class Accuracy : MeanMetric
{
    private const string DefaultName = "accuracy";

    /// <summary>Creates the metric.</summary>
    public Accuracy()
        : base(DefaultName)
    {
    }

    private Accuracy(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    private protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(Accuracy), yTrue, yPred);
        var values = Tensor.New(yTrue.Shape);
        var truth = yTrue.Floats;
        var predicted = yPred.Floats;
        var hits = values.Floats;
        for (var i = 0; i < hits.Length; i++) hits[i] = truth[i] == predicted[i] ? 1f : 0f;
        return values;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static Accuracy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new Accuracy(reader));
}

/// <summary>How often predicted probabilities are on the right side of a threshold; targets are 0 and 1.</summary>
public sealed class BinaryAccuracy : MeanMetric
{
    private const string DefaultName = "binary_accuracy";

    /// <summary>Creates the metric.</summary>
    public BinaryAccuracy()
        : base(DefaultName)
    {
    }

    private BinaryAccuracy(ConfigReader reader)
        : base(reader, DefaultName)
        => Threshold = reader.Double("threshold", Threshold);

    /// <summary>Above this a prediction means 1; default 0.5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double Threshold { get; init => field = Check.Finite(value, nameof(Threshold)); } = 0.5;

    private protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(BinaryAccuracy), yTrue, yPred);
        var values = Tensor.New(yTrue.Shape);
        var truth = yTrue.Floats;
        var predicted = yPred.Floats;
        var hits = values.Floats;
        var threshold = (float)Threshold;
        for (var i = 0; i < hits.Length; i++) hits[i] = truth[i] == (predicted[i] > threshold ? 1f : 0f) ? 1f : 0f;
        return values;
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["threshold"] = KerasJson.Float(Threshold);
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static BinaryAccuracy FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new BinaryAccuracy(reader));
}
