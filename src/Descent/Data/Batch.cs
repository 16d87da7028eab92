namespace Descent.Data;

/// <summary>Some samples with their targets: one step of training.</summary>
/// <param name="Inputs">The inputs, one row per sample.</param>
/// <param name="Targets">The targets, one row per sample; empty if there are none.</param>
/// <param name="SampleWeights">How much each sample counts, of shape <c>(batch)</c>, once or for each output, by name also for some of them; null: all the same.</param>
/// <example><code>
/// IEnumerable&lt;Batch&gt; Batches()
/// {
///     foreach (var file in files) yield return new Batch(Features(file), Labels(file));
/// }
/// </code></example>
public readonly record struct Batch(Tensors Inputs, Tensors Targets, Tensors? SampleWeights = null)
{
    /// <summary>Makes a batch without targets.</summary>
    /// <param name="inputs">The inputs, one row per sample.</param>
    public Batch(Tensors inputs)
        : this(inputs, [])
    {
    }

    /// <summary>The first input; set, it is the only one.</summary>
    public Tensor X
    {
        get => Inputs[0];
        init => Inputs = value;
    }

    /// <summary>The targets of the first output; set, they are the only ones.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public Tensor Y
    {
        get => Targets.Count > 0 ? Targets[0] : throw new InvalidOperationException("The batch must have targets. Received: none.");
        init => Targets = value;
    }

    /// <summary>The first sample weights; null: all the same. Set, they are the only ones.</summary>
    public Tensor? SampleWeight
    {
        get => SampleWeights?[0];
        init => SampleWeights = value is null ? null : value;
    }

    /// <summary>The number of samples; 0 for a batch without inputs.</summary>
    internal int Rows => Inputs is { Count: > 0 } inputs && inputs[0] is { Rank: > 0 } first ? first.Shape[0] : 0;
}
