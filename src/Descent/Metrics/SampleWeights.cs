using Descent.Losses;

namespace Descent.Metrics;

/// <summary>The weight of each value of a batch: that of its sample, or its own; 1 where there are none.</summary>
internal readonly ref struct SampleWeights
{
    private readonly ReadOnlySpan<float> _weights;
    private readonly int _run;

    public SampleWeights(Tensor? weights, Shape values)
    {
        if (weights is null) return;
        _weights = Targets.Weights(weights, values).Floats;
        _run = _weights.IsEmpty ? 0 : values.Size / _weights.Length;
    }

    /// <summary>The weight of the value at a position, row-major.</summary>
    public double this[int position] => _run == 0 ? 1.0 : _weights[position / _run];
}
