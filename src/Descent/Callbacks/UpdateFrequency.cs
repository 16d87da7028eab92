namespace Descent.Callbacks;

/// <summary>How often <see cref="TensorBoard"/> writes the loss and the metrics: <c>"epoch"</c>, <c>"batch"</c>, or a number of steps.</summary>
public readonly record struct UpdateFrequency
{
    private const string EpochName = "epoch";
    private const string BatchName = "batch";

    private UpdateFrequency(int steps) => Steps = steps;

    /// <summary>After how many steps they are written, beside the end of each epoch; null: only then.</summary>
    public int? Steps { get; }

    /// <summary>Takes Keras' name.</summary>
    /// <param name="name"><c>"epoch"</c>, or <c>"batch"</c> for every step.</param>
    /// <exception cref="ArgumentException">It is another name.</exception>
    public static implicit operator UpdateFrequency(string name) => name switch
    {
        EpochName => default,
        BatchName => new UpdateFrequency(1),
        _ => throw new ArgumentException($"UpdateFreq must be \"{EpochName}\", \"{BatchName}\" or a number of steps. Received: \"{name}\".", nameof(name)),
    };

    /// <summary>Takes a number of steps.</summary>
    /// <param name="steps">1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public static implicit operator UpdateFrequency(int steps) => new(Check.AtLeast(1, steps, "UpdateFreq"));

    /// <inheritdoc/>
    public override string ToString() => Steps is { } steps ? FormattableString.Invariant($"{steps}") : EpochName;
}
