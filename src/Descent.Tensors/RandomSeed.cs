using System.Security.Cryptography;
using Descent.RandomNumbers;

namespace Descent;

/// <summary>
/// The seed behind everything random: initial weights, shuffling, dropout. The same seed gives the same numbers, on any number of
/// threads.
/// </summary>
public static class RandomSeed
{
    private static readonly Lock s_gate = new();
    private static readonly object s_stream = new(); // stands for the seeds that consumers take
    private static long s_seed;
    private static ulong s_taken;
    private static bool s_known;
    private static bool s_isSet;

    /// <summary>The seed in force: the one that was set or, until then, one from the operating system.</summary>
    public static long Current
    {
        get
        {
            lock (s_gate) return Seed();
        }
    }

    /// <summary>Sets the seed; whatever draws numbers from now on repeats itself from run to run.</summary>
    /// <param name="seed">Any number.</param>
    /// <remarks>Each consumer takes the next of the seeds that follow from this one, so the order in which they are made matters.</remarks>
    public static void Set(long seed)
    {
        Position = (seed, 0);
        IsSet = true;
    }

    /// <summary>Whether somebody has chosen the seed.</summary>
    internal static bool IsSet
    {
        get => Volatile.Read(ref s_isSet);
        private set => Volatile.Write(ref s_isSet, value);
    }

    /// <summary>The seed in force and how many consumers have taken one: what a training that continues goes on with.</summary>
    internal static (long Seed, ulong Taken) Position
    {
        get
        {
            lock (s_gate) return (Seed(), s_taken);
        }

        set
        {
            lock (s_gate) (s_seed, s_taken, s_known) = (value.Seed, value.Taken, true);
        }
    }

    /// <summary>The seed of the next consumer.</summary>
    internal static ulong Next()
    {
        lock (s_gate)
        {
            var place = BatchShard.Current?.TakePlace(s_stream, s_taken) ?? s_taken;
            s_taken = Math.Max(s_taken, place + 1);
            return new Philox((ulong)Seed()).Bits(place);
        }
    }

    /// <summary>The seed that <see cref="Next"/> will give, which stays the next.</summary>
    internal static ulong Peek()
    {
        lock (s_gate) return new Philox((ulong)Seed()).Bits(s_taken);
    }

    // 32 bits from the operating system: enough to differ, short enough to be noted down and set again.
    private static long Seed()
    {
        if (s_known) return s_seed;
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        RandomNumberGenerator.Fill(bytes);
        s_seed = BitConverter.ToUInt32(bytes);
        s_known = true;
        return s_seed;
    }
}
