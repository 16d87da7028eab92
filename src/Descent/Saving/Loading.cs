using Descent.Layers;
using Descent.Memory;

namespace Descent.Saving;

/// <summary>
/// A model is being made from JSON that nobody trusts, on this thread. A few words can describe a model of any size: so what a file
/// describes is limited by the file's own length.
/// </summary>
internal sealed class Loading : IDisposable
{
    /// <summary>Models of today have some hundreds; what looks for names among them takes time with their square.</summary>
    private const int MaxLayers = 5_000;

    // Weights once by themselves and once side by side, and what layers make of zeros to learn shapes.
    private const long FreeBytes = 1 << 28;
    private const long BytesPerByte = 32;

    [ThreadStatic]
    private static Loading? t_current;

    private readonly Loading? _outer = t_current;
    private readonly string _place;
    private readonly MemoryLimit _limit;
    private int _layers;

    private Loading(string place, long mostBytes)
    {
        _place = place;
        _limit = new MemoryLimit($"What {place} describes", mostBytes);
        t_current = this;
    }

    /// <summary>What is being loaded on this thread, if anything is.</summary>
    public static Loading? Current => t_current;

    /// <summary>Makes what JSON in a file describes; the file has all weights.</summary>
    /// <param name="place">What messages call the JSON.</param>
    /// <param name="length">The length of the file.</param>
    /// <param name="make">Makes it.</param>
    /// <exception cref="InvalidDataException">It cannot be made, or is too large.</exception>
    public static T FromFile<T>(string place, long length, Func<T> make)
    {
        using var _ = new Loading(place, FreeBytes + BytesPerByte * length);
        return SavedJson.Read(place, () => Layer.WithoutFirstValues(make));
    }

    /// <summary>Makes what JSON describes, with new weights.</summary>
    /// <param name="place">What messages call the JSON.</param>
    /// <param name="mostBytes">How much memory that may take.</param>
    /// <param name="make">Makes it.</param>
    /// <exception cref="InvalidDataException">It cannot be made, or is too large.</exception>
    public static T FromText<T>(string place, long mostBytes, Func<T> make)
    {
        using var _ = new Loading(place, mostBytes);
        return SavedJson.Read(place, make);
    }

    /// <summary>Counts a layer that is about to be made.</summary>
    /// <exception cref="InvalidDataException">There are too many.</exception>
    public void CountLayer()
    {
        if (++_layers > MaxLayers) throw new InvalidDataException($"What {_place} describes must have at most {MaxLayers} layers. Received: more.");
    }

    public void Dispose()
    {
        _limit.Dispose();
        t_current = _outer;
    }
}
