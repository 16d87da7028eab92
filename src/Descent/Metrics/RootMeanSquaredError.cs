using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>The root of the mean of squared errors.</summary>
public sealed class RootMeanSquaredError : MeanMetric
{
    private const string DefaultName = "root_mean_squared_error";

    /// <summary>Creates the metric.</summary>
    public RootMeanSquaredError()
        : base(DefaultName)
    {
    }

    private RootMeanSquaredError(ConfigReader reader)
        : base(reader, DefaultName)
    {
    }

    /// <inheritdoc/>
    public override Tensor Result() => Tensor.Scalar(MathF.Sqrt(MeanSoFar));

    private protected override Tensor Values(Tensor yTrue, Tensor yPred)
    {
        (yTrue, yPred) = Targets.Align(nameof(RootMeanSquaredError), yTrue, yPred);
        return Ops.Square(yPred - yTrue);
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static RootMeanSquaredError FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new RootMeanSquaredError(reader));
}
