using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>The mean cosine of the angle between targets and predictions: 1 where they point the same way.</summary>
/// <seealso cref="Losses.CosineSimilarity"/>
public sealed class CosineSimilarity : LossMetric
{
    private const string DefaultName = "cosine_similarity";

    /// <summary>Creates the metric.</summary>
    public CosineSimilarity()
        : base(DefaultName)
    {
    }

    private CosineSimilarity(ConfigReader reader)
        : base(reader, DefaultName)
        => Axis = reader.Int("axis", Axis);

    /// <summary>The axis along which the vectors lie; default the last.</summary>
    public int Axis { get; init; } = -1;

    private protected override Loss Loss => field ??= new Losses.CosineSimilarity(Axis);

    private protected override Tensor Values(Tensor yTrue, Tensor yPred) => -base.Values(yTrue, yPred);

    /// <inheritdoc/>
    /// <remarks>Keras reads <c>axis</c> but forgets to write it; it is written here where it is not the default.</remarks>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        if (Axis != -1) config["axis"] = Axis;
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static CosineSimilarity FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new CosineSimilarity(reader));
}
