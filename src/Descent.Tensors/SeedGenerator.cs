using Descent.RandomNumbers;

namespace Descent;

/// <summary>
/// Gives a new seed to each operation of <see cref="RandomOps"/> that asks: what is drawn is a function of its seed, of how often it was asked before, and of the
/// position, on any number of threads.
/// </summary>
/// <remarks>A layer that owns one passes it to <c>Track</c>, so that a call that only tries the layer out leaves no trace in it.</remarks>
/// <example><code>
/// var seeds = new SeedGenerator(42);
/// var first = RandomOps.Normal([2, 3], seed: seeds);
/// var second = RandomOps.Normal([2, 3], seed: seeds); // other numbers
/// var again = RandomOps.Normal([2, 3], seed: 42);     // those of the first, and the same at every call
/// </code></example>
public sealed class SeedGenerator
{
    private ulong _seed;
    private int _draws = -1;

    /// <summary>Creates a generator at the beginning of its seeds.</summary>
    /// <param name="seed">Any number; the same one gives the same seeds. Default null: one that follows from <see cref="RandomSeed"/>.</param>
    public SeedGenerator(long? seed = null)
    {
        Seed = seed;
        _seed = seed is { } given ? (ulong)given : RandomSeed.Next();
    }

    /// <summary>The seed that was given; null: none.</summary>
    public long? Seed { get; }

    /// <summary>Makes a generator that stands at the beginning of the seeds of a number.</summary>
    /// <param name="seed">Any number.</param>
    public static implicit operator SeedGenerator(long seed) => new(seed);

    /// <summary>The random numbers of the next draw.</summary>
    /// <param name="seed">The seed of a layer that has one of its own; null: that of this generator.</param>
    internal Philox Next(long? seed = null) => new(seed is { } given ? (ulong)given : _seed, Take());

    /// <summary>The seed, and how many draws there have been: what a saved model goes on with.</summary>
    internal (ulong Seed, uint Draws) Position
    {
        get => (_seed, (uint)(_draws + 1));
        set => (_seed, _draws) = (value.Seed, (int)value.Draws - 1);
    }

    /// <summary>Remembers how many seeds have been given.</summary>
    /// <returns>Goes back there.</returns>
    internal Action Save()
    {
        var draws = _draws;
        return () => _draws = draws;
    }

    private uint Take()
    {
        if (BatchShard.Current is not { } shard) return (uint)Interlocked.Increment(ref _draws);
        var place = (int)shard.TakePlace(this, (ulong)(_draws + 1));
        _draws = Math.Max(_draws, place);
        return (uint)place;
    }
}
