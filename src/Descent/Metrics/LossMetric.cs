using Descent.Losses;

namespace Descent.Metrics;

/// <summary>The mean of a loss over all samples.</summary>
public abstract class LossMetric : MeanMetric
{
    private protected LossMetric(string name)
        : base(name)
    {
    }

    private protected LossMetric(ConfigReader reader, string name)
        : base(reader, name)
    {
    }

    /// <summary>The loss, whose reduction does not matter.</summary>
    private protected abstract Loss Loss { get; }

    /// <inheritdoc/>
    public override void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null)
    {
        var values = Values(yTrue, yPred);

        // Keras leaves out what the loss ignores only where there are weights.
        if (sampleWeight is not null && Loss.OwnMask(yTrue, yPred, values) is { } mask)
            sampleWeight = Targets.Weights(sampleWeight, values.Shape) * Targets.Float(mask);
        Accumulate(values, sampleWeight);
    }

    private protected override Tensor Values(Tensor yTrue, Tensor yPred) => Loss.Call(yTrue, yPred);
}
