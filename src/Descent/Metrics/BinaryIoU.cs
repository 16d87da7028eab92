using System.Text.Json.Nodes;
using Descent.Losses;

namespace Descent.Metrics;

/// <summary>Intersection over union of two classes, for one probability per place; class 1 is where it reaches a threshold.</summary>
public sealed class BinaryIoU : IoUMetric
{
    /// <summary>Creates the metric.</summary>
    /// <param name="targetClassIds">The classes whose mean counts, 0 or 1 or (default) both.</param>
    /// <exception cref="ArgumentOutOfRangeException">A class is neither 0 nor 1.</exception>
    public BinaryIoU(IReadOnlyList<int>? targetClassIds = null)
        : base(2, targetClassIds)
    {
    }

    private BinaryIoU(ConfigReader reader)
        : base(reader, 2, reader.NullableArray("target_class_ids") is null ? null : reader.Ints("target_class_ids"))
        => Threshold = reader.Double("threshold", Threshold);

    /// <summary>The classes whose mean counts.</summary>
    public IReadOnlyList<int> TargetClassIds => Judged;

    /// <summary>From this on a prediction means class 1; default 0.5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public double Threshold { get; init => field = Check.Finite(value, nameof(Threshold)); } = 0.5;

    /// <inheritdoc/>
    public override void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null)
        => base.UpdateState(yTrue, Ops.GreaterEqual(Targets.Float(yPred), (float)Threshold), sampleWeight);

    /// <inheritdoc/>
    public override JsonObject GetConfig()
    {
        var config = base.GetConfig();
        config["target_class_ids"] = KerasJson.Integers(TargetClassIds);
        config["threshold"] = KerasJson.Float(Threshold);
        return config;
    }

    /// <summary>Makes the metric from what <see cref="Metric.GetConfig"/> returns.</summary>
    /// <param name="config">The arguments under Keras' names.</param>
    /// <returns>A new metric.</returns>
    /// <exception cref="ArgumentException">An argument is bad or not known.</exception>
    public static BinaryIoU FromConfig(JsonObject config) => ConfigReader.Read(config, reader => new BinaryIoU(reader));
}
