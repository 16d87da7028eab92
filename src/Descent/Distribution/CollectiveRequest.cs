namespace Descent.Distribution;

/// <summary>An operation of all ranks that is under way.</summary>
/// <remarks>
/// It must be waited for, and its buffers must be left alone until <see cref="Wait"/> has returned or <see cref="Test"/> was true.
/// From then on the communicator may use the same object for another operation: ask it nothing more.
/// </remarks>
public abstract class CollectiveRequest
{
    /// <summary>Says whether the operation is complete, and drives it on.</summary>
    /// <exception cref="CommunicationException">The operation failed.</exception>
    public abstract bool Test();

    /// <summary>Waits until the operation is complete.</summary>
    /// <exception cref="CommunicationException">The operation failed.</exception>
    public abstract void Wait();
}
