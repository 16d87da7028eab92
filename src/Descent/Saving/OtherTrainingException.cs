namespace Descent.Saving;

/// <summary>Training cannot go on from a checkpoint, which is whole, as it is that of another model or other data.</summary>
/// <param name="message">The whole message.</param>
/// <param name="differences">What it was and what it is.</param>
internal sealed class OtherTrainingException(string message, string differences) : InvalidOperationException(message)
{
    /// <summary>What it was and what it is.</summary>
    public string Differences => differences;
}
