namespace Descent.Training;

/// <summary>Sample weights come once for all outputs or one by one.</summary>
internal static class OutputWeights
{
    /// <summary>Those of one output; null: all samples count the same.</summary>
    public static Tensor? Of(IReadOnlyList<Tensor?>? weights, int output) => weights is null ? null : weights.Count == 1 ? weights[0] : weights[output];
}
