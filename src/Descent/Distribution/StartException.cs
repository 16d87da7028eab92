namespace Descent.Distribution;

/// <summary>Ranks do not agree on what they are about to do: thrown on all of them that could have begun.</summary>
internal sealed class StartException(string message) : InvalidOperationException(message);
