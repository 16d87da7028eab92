namespace Descent.Distribution;

/// <summary>Rank 0 cannot go on, and has said why to the others, which end with this.</summary>
internal sealed class LeaderException(string message) : InvalidOperationException(message);
