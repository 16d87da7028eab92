namespace Descent.Hdf5.Reading;

/// <summary>One message of an object header.</summary>
internal readonly record struct Message(MessageKind Kind, byte Flags, ReadOnlyMemory<byte> Body)
{
    private const byte SharedFlag = 1 << 1;
    private const byte MustBeKnownFlag = 1 << 7;

    /// <summary>Whether the body is elsewhere.</summary>
    public bool IsShared => (Flags & SharedFlag) != 0;

    /// <summary>Whether its writer asks who does not know it to leave the object alone.</summary>
    public bool MustBeKnown => (Flags & MustBeKnownFlag) != 0;
}
