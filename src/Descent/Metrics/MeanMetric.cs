using Descent.Losses;

namespace Descent.Metrics;

/// <summary>The weighted mean of a value over all samples. Where a sample has several values, their mean counts.</summary>
public abstract class MeanMetric : Metric
{
    private readonly Variable _total;
    private readonly Variable _count;

    private protected MeanMetric(string? name)
        : base(name)
        => (_total, _count) = (AddVariable("total"), AddVariable("count"));

    private protected MeanMetric(ConfigReader reader, string? name)
        : base(reader, name)
        => (_total, _count) = (AddVariable("total"), AddVariable("count"));

    /// <inheritdoc/>
    public override void UpdateState(Tensor yTrue, Tensor yPred, Tensor? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(yPred);
        var values = Values(yTrue, yPred);

        // As in Keras, masked steps are left out where there are weights, and counted where there are none.
        if (sampleWeight is not null && yPred.Mask is { } mask)
            sampleWeight = Targets.Weights(sampleWeight, values.Shape) * Targets.Weights(mask, values.Shape);
        Accumulate(values, sampleWeight);
    }

    /// <inheritdoc/>
    public override Tensor Result() => Tensor.Scalar(MeanSoFar);

    /// <summary>The mean of all values so far; 0 before the first.</summary>
    private protected float MeanSoFar => _count.View.Item() is var count and not 0 ? _total.View.Item() / count : 0;

    /// <summary>The values of a batch, of shape <c>(batch, …)</c>.</summary>
    private protected abstract Tensor Values(Tensor yTrue, Tensor yPred);

    /// <summary>Adds the values of a batch.</summary>
    private protected void Accumulate(Tensor values, Tensor? sampleWeight)
    {
        var (total, count) = sampleWeight is null ? Sums(values) : WeightedSums(values, Targets.Weights(sampleWeight, values.Shape));
        _total.Write()[0] += (float)total;
        _count.Write()[0] += (float)count;
    }

    private static (double Total, double Count) Sums(Tensor values)
    {
        double sum = 0;
        foreach (var value in values.Floats) sum += value;
        var samples = Samples(values);
        return (values.Length == 0 ? 0 : sum * samples / values.Length, samples);
    }

    // A weight holds for a run of values, whose mean counts; and of the weights of one sample the mean counts.
    private static (double Total, double Count) WeightedSums(Tensor values, Tensor weights)
    {
        var v = values.Floats;
        var w = weights.Floats;
        if (v.IsEmpty) return (0, 0);
        var run = v.Length / w.Length;
        double total = 0, count = 0;
        for (var i = 0; i < w.Length; i++)
        {
            double sum = 0;
            foreach (var value in v.Slice(i * run, run)) sum += value;
            total += w[i] * sum / run;
            count += w[i];
        }

        var weightsPerSample = Math.Max(1, w.Length / Samples(values));
        return (total / weightsPerSample, count / weightsPerSample);
    }

    private static int Samples(Tensor values) => values.Rank == 0 ? 1 : values.Shape[0];
}
