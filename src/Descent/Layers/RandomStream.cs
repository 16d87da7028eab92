namespace Descent.Layers;

/// <summary>The random numbers of a layer: what is drawn is a function of a seed, of how often the layer has drawn before, and of the position, on any number of threads.</summary>
internal sealed class RandomStream
{
    private readonly ulong _seed = RandomSeed.Next();
    private int _draws = -1;

    /// <summary>The seed and the number of the next draw.</summary>
    /// <param name="seed">The layer's own seed; null: one that follows from <see cref="RandomSeed"/>.</param>
    public (ulong Seed, uint Draw) Next(long? seed) => (seed is { } given ? (ulong)given : _seed, (uint)Interlocked.Increment(ref _draws));

    /// <summary>Sets a part of a tensor to 0 and scales the rest.</summary>
    public Tensor Drop(Tensor x, double rate, long? seed)
    {
        var (key, draw) = Next(seed);
        return Ops.Dropout(x, (float)rate, key, draw);
    }

    /// <summary>Remembers how far the stream has been read.</summary>
    /// <returns>Goes back there.</returns>
    public Action Save()
    {
        var draws = _draws;
        return () => _draws = draws;
    }
}
