namespace Descent.Data;

/// <summary>Some samples with their targets: one step of training.</summary>
/// <param name="Inputs">The inputs, one row per sample.</param>
/// <param name="Targets">The targets, one row per sample.</param>
/// <param name="SampleWeights">How much each sample counts, of shape <c>(batch)</c>, once or for each output; null: all the same.</param>
/// <example><code>
/// IEnumerable&lt;Batch&gt; Batches()
/// {
///     foreach (var file in files) yield return new Batch(Features(file), Labels(file));
/// }
/// </code></example>
public readonly record struct Batch(Tensors Inputs, Tensors Targets, Tensors? SampleWeights = null)
{
    /// <summary>The first input.</summary>
    public Tensor X => Inputs[0];

    /// <summary>The targets of the first output.</summary>
    public Tensor Y => Targets[0];

    /// <summary>The first sample weights; null: all the same.</summary>
    public Tensor? SampleWeight => SampleWeights?[0];
}
