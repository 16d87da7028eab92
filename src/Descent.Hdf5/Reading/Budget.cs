namespace Descent.Hdf5.Reading;

/// <summary>
/// How many bytes may still be read for one purpose. In a whole file structures do not overlap, so each byte is read at most twice: as
/// part of its structure and as what that holds. A file that asks for more goes in circles or refers to the same bytes again and again;
/// this one bound ends every such traversal.
/// </summary>
internal sealed class Budget(long fileLength)
{
    private long _left = 2 * fileLength;

    public bool TryTake(long bytes)
    {
        if (bytes > _left) return false;
        _left -= bytes;
        return true;
    }
}
