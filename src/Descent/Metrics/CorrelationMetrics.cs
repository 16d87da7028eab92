using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>The mean of Pearson's correlation of targets and predictions: <c>mean((y - ȳ) (p - p̄)) / (σ(y) σ(p))</c>.</summary>
public sealed class PearsonCorrelation : MeanMetric
{
    private const string DefaultName = "pearson_correlation";

    /// <summary>Creates the metric.</summary>
    public PearsonCorrelation()
        : base(DefaultName)
    {
    }

    private PearsonCorrelation(ConfigReader reader)
        : base(reader, DefaultName)
        => Axis = reader.Int("axis", Axis);

    /// <summary>The axis along which values are correlated; default the last, within each sample.</summary>
    public int Axis { get; init; } = -1;

    private protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(PearsonCorrelation), yTrue, yPred);
        return Ops.Mean(Standardize(yTrue) * Standardize(yPred), [Axis]);

        Tensor Standardize(Tensor x) => (x - Ops.Mean(x, [Axis], keepDimensions: true)) / Ops.Std(x, [Axis], keepDimensions: true);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["axis"] = Axis;
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static PearsonCorrelation FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new PearsonCorrelation(reader));
}

/// <summary>The mean of Lin's concordance of targets and predictions: <c>2 cov(y, p) / (σ²(y) + σ²(p) + (ȳ - p̄)² + ε)</c>, 1 where they are equal.</summary>
public sealed class ConcordanceCorrelation : MeanMetric
{
    private const string DefaultName = "concordance_correlation";

    /// <summary>Creates the metric.</summary>
    public ConcordanceCorrelation()
        : base(DefaultName)
    {
    }

    private ConcordanceCorrelation(ConfigReader reader)
        : base(reader, DefaultName)
        => Axis = reader.Int("axis", Axis);

    /// <summary>The axis along which values are correlated; default the last, within each sample.</summary>
    public int Axis { get; init; } = -1;

    private protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(ConcordanceCorrelation), yTrue, yPred);
        var (trueMean, predMean) = (Ops.Mean(yTrue, [Axis], keepDimensions: true), Ops.Mean(yPred, [Axis], keepDimensions: true));
        var spread = Ops.Var(yTrue, [Axis]) + Ops.Var(yPred, [Axis]);
        var covariance = Ops.Mean((yTrue - trueMean) * (yPred - predMean), [Axis]);
        var bias = Ops.Reshape(Ops.Square(trueMean - predMean), spread.Shape);
        return 2f * covariance / (spread + bias + KerasMath.Epsilon);
    }

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["axis"] = Axis;
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static ConcordanceCorrelation FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new ConcordanceCorrelation(reader));
}
