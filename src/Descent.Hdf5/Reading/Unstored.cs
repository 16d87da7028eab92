namespace Descent.Hdf5.Reading;

/// <summary>What is not stored.</summary>
internal static class Unstored
{
    /// <summary>The most bytes that a dataset may claim for elements that a file does not hold: as much as the file, and a little.</summary>
    public static long MostBytes(long fileLength) => fileLength + (1 << 20);
}
