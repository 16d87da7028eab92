namespace Descent.Callbacks;

/// <summary>How often a callback saves: <c>"epoch"</c>, at the end of each, or a number of steps.</summary>
public readonly record struct SaveFrequency
{
    private const string EpochName = "epoch";

    private SaveFrequency(int steps) => Steps = steps;

    /// <summary>The steps after which it saves, counted across epochs; null: at the end of each epoch.</summary>
    public int? Steps { get; }

    /// <summary>Takes Keras' name.</summary>
    /// <param name="name"><c>"epoch"</c>.</param>
    /// <exception cref="ArgumentException">It is another name.</exception>
    public static implicit operator SaveFrequency(string name) => name == EpochName ? default : throw new ArgumentException(
        $"SaveFreq must be \"{EpochName}\" or a number of steps. Received: \"{name}\".", nameof(name));

    /// <summary>Takes a number of steps.</summary>
    /// <param name="steps">1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public static implicit operator SaveFrequency(int steps)
    {
        Check.AtLeast(1, steps, "SaveFreq");
        return new SaveFrequency(steps);
    }

    /// <summary>Counts a step.</summary>
    /// <param name="steps">The steps since the last time.</param>
    /// <returns>Whether it is time to save; then the count has begun anew.</returns>
    internal bool CountStep(ref int steps)
    {
        if (Steps is not { } frequency || ++steps < frequency) return false;
        steps = 0;
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Steps is { } steps ? FormattableString.Invariant($"{steps}") : EpochName;
}
