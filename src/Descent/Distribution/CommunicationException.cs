namespace Descent.Distribution;

/// <summary>Ranks cannot talk to each other: there is no library to do so, another rank has ended, or an operation failed.</summary>
public sealed class CommunicationException : Exception
{
    /// <summary>Creates one without a message.</summary>
    public CommunicationException()
    {
    }

    /// <summary>Creates one.</summary>
    /// <param name="message">What was tried, what came, and what to do.</param>
    public CommunicationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates one with the error behind it.</summary>
    /// <param name="message">What was tried, what came, and what to do.</param>
    /// <param name="innerException">The error behind it.</param>
    public CommunicationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
