using System.Runtime.CompilerServices;

namespace Descent.Training;

/// <summary>What a loss is multiplied with, as <c>Compile</c> takes it: a number; for a model with several outputs also a list of numbers, or by name.</summary>
[CollectionBuilder(typeof(LossWeight), nameof(Create))]
public sealed class LossWeight : Bundle<LossWeight>
{
    /// <summary>Creates an empty one, to be filled by the names of outputs.</summary>
    public LossWeight()
        : base(ReadOnlySpan<LossWeight>.Empty)
    {
    }

    private LossWeight(ReadOnlySpan<LossWeight> weights)
        : base(weights)
    {
    }

    private LossWeight(double value)
        : base(ReadOnlySpan<LossWeight>.Empty)
        => Value = value;

    /// <summary>The number; null for a list.</summary>
    public double? Value { get; }

    /// <summary>Makes one of a list: a weight for each output.</summary>
    /// <param name="weights">The weights.</param>
    public static LossWeight Create(params ReadOnlySpan<LossWeight> weights) => new(weights);

    /// <summary>Takes a number.</summary>
    /// <param name="value">The number.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public static implicit operator LossWeight(double value) => new(Check.Finite(value, "lossWeights"));
}
