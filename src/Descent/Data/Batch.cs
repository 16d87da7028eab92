namespace Descent.Data;

/// <summary>Some samples with their targets: one step of training.</summary>
/// <param name="X">The inputs, one row per sample.</param>
/// <param name="Y">The targets, one row per sample.</param>
/// <param name="SampleWeight">How much each sample counts, of shape <c>(batch)</c>; null: all the same.</param>
/// <example><code>
/// IEnumerable&lt;Batch&gt; Batches()
/// {
///     foreach (var file in files) yield return new Batch(Features(file), Labels(file));
/// }
/// </code></example>
public readonly record struct Batch(Tensor X, Tensor Y, Tensor? SampleWeight = null);
