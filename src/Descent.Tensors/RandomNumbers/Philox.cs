using System.Runtime.CompilerServices;
using Descent.Kernels;
using Descent.Threading;

namespace Descent.RandomNumbers;

/// <summary>
/// The counter-based generator Philox4x32-10: every number is a function of (seed, stream, position), so that filling in
/// parallel gives the same numbers on any count of threads, and on any machine, as only exactly rounded arithmetic follows.
/// </summary>
/// <remarks>J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11. https://doi.org/10.1145/2063384.2063405</remarks>
internal readonly partial struct Philox(ulong seed, uint stream = 0)
{
    private const float Unit = 1f / (1 << 24);

    /// <summary>Fills with numbers uniform in [minimum, maximum).</summary>
    public void Uniform(Span<float> destination, float minimum = 0f, float maximum = 1f) =>
        Fill(destination, new UniformBlock(this, minimum, maximum));

    /// <summary>Fills with normally distributed numbers (Box and Muller's transform).</summary>
    public void Normal(Span<float> destination, float mean = 0f, float standardDeviation = 1f) =>
        Fill(destination, new NormalBlock(this, mean, standardDeviation));

    /// <summary>
    /// Fills with normally distributed numbers, each drawn again until it lies within two standard deviations of the mean.
    /// </summary>
    public void TruncatedNormal(Span<float> destination, float mean = 0f, float standardDeviation = 1f) =>
        Fill(destination, new TruncatedBlock(this, mean, standardDeviation));

    /// <summary>An integer uniform in [0, bound), without bias (Lemire's rejection).</summary>
    public uint Below(uint bound, ulong position)
    {
        // Products whose low half falls below 2^32 mod bound would make some results likelier than others.
        var rejected = (uint)-bound % bound;
        for (uint attempt = 0; ; attempt++)
        {
            var words = Block(position, attempt);
            for (var i = 0; i < 4; i++)
            {
                var product = (ulong)words[i] * bound;
                if ((uint)product >= rejected) return (uint)(product >> 32);
            }
        }
    }

    /// <summary>Puts elements into a random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = (int)Below((uint)i + 1, (ulong)i);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>The integers from 0 to <paramref name="length"/> - 1 in a random order.</summary>
    public int[] Permutation(int length)
    {
        var order = new int[length];
        for (var i = 0; i < length; i++) order[i] = i;
        Shuffle(order.AsSpan());
        return order;
    }

    /// <summary>64 random bits.</summary>
    public ulong Bits(ulong position)
    {
        var words = Block(position);
        return words[1] | (ulong)words[0] << 32;
    }

    /// <summary>The four words at a position; further attempts at the same position give others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Words Block(ulong position, uint attempt = 0) =>
        Block(new Words((uint)position, (uint)(position >> 32), attempt, stream), (uint)seed, (uint)(seed >> 32));

    /// <summary>The generator itself: ten rounds over a counter of four words, under a key of two.</summary>
    internal static Words Block(Words counter, uint key0, uint key1)
    {
        var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3]);
        Rounds(ref c0, ref c1, ref c2, ref c3, key0, key1);
        return new Words(c0, c1, c2, c3);
    }

    /// <summary>The four words at a position, in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Block(uint position, out uint word0, out uint word1, out uint word2, out uint word3)
    {
        (word0, word1, word2, word3) = (position, 0, 0, stream);
        Rounds(ref word0, ref word1, ref word2, ref word3, (uint)seed, (uint)(seed >> 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rounds(ref uint c0, ref uint c1, ref uint c2, ref uint c3, uint key0, uint key1)
    {
        for (var round = 0; round < 10; round++)
        {
            var product0 = 0xD2511F53UL * c0;
            var product1 = 0xCD9E8D57UL * c2;
            c0 = (uint)(product1 >> 32) ^ c1 ^ key0;
            c1 = (uint)product1;
            c2 = (uint)(product0 >> 32) ^ c3 ^ key1;
            c3 = (uint)product0;
            key0 += 0x9E3779B9;
            key1 += 0xBB67AE85;
        }
    }

    // Two independent normals from two words: radius √(-2 ln u), and an angle whose upper two bits choose the quadrant.
    private static (float, float) BoxMuller(uint word0, uint word1)
    {
        var radius = MathF.Sqrt(-2f * LogUnit(word0));

        // Taylor's series on [-π/4, π/4]: exactly rounded steps alone, error below 1e-7.
        var x = ((int)((word1 & 0x3fffffff) >> 6) - (1 << 23)) * (MathF.PI / (1 << 25));
        var z = x * x;
        var sine = x + x * z * (-1f / 6 + z * (1f / 120 + z * (-1f / 5040 + z * (1f / 362880))));
        var cosine = 1f - 0.5f * z + z * z * (1f / 24 + z * (-1f / 720 + z * (1f / 40320)));
        return (word1 >> 30) switch
        {
            0 => (radius * cosine, radius * sine),
            1 => (radius * -sine, radius * cosine),
            2 => (radius * -cosine, radius * -sine),
            _ => (radius * sine, radius * -cosine),
        };
    }

    private static unsafe float Value(ScalarLane lane)
    {
        float value;
        lane.Store(&value);
        return value;
    }

    private static unsafe void Fill<F>(Span<float> destination, F filler) where F : struct, IFiller
    {
        fixed (float* start = destination)
            Workers.Run(Lanes.Chunks(destination.Length), new FillJob<F>(start, destination.Length, filler, BatchShard.Current?.FirstElement(destination.Length) ?? 0));
    }

    /// <summary>Four words.</summary>
    [InlineArray(4)]
    internal struct Words
    {
        private uint _word;

        public Words(uint word0, uint word1, uint word2, uint word3)
        {
            this[0] = word0;
            this[1] = word1;
            this[2] = word2;
            this[3] = word3;
        }
    }

    [InlineArray(4)]
    private struct Four
    {
        private float _value;
    }

    /// <summary>The four values at positions 4 · index and on.</summary>
    private interface IFiller
    {
        void Fill(ulong index, ref Four values);
    }

    private readonly struct UniformBlock(Philox generator, float minimum, float maximum) : IFiller
    {
        public void Fill(ulong index, ref Four values)
        {
            var words = generator.Block(index);
            for (var i = 0; i < 4; i++)
            {
                // The sum can round up to the end, which is excluded.
                var value = minimum + (words[i] >> 8) * Unit * (maximum - minimum);
                values[i] = value < maximum || minimum >= maximum ? value : MathF.BitDecrement(maximum);
            }
        }
    }

    private readonly struct NormalBlock(Philox generator, float mean, float standardDeviation) : IFiller
    {
        public void Fill(ulong index, ref Four values)
        {
            var words = generator.Block(index);
            for (var i = 0; i < 4; i += 2)
            {
                var (first, second) = BoxMuller(words[i], words[i + 1]);
                values[i] = mean + first * standardDeviation;
                values[i + 1] = mean + second * standardDeviation;
            }
        }
    }

    private readonly struct TruncatedBlock(Philox generator, float mean, float standardDeviation) : IFiller
    {
        public void Fill(ulong index, ref Four values)
        {
            for (var i = 0; i < 4; i++) values[i] = mean + Draw(4 * index + (ulong)i) * standardDeviation;
        }

        private float Draw(ulong position)
        {
            for (uint attempt = 0; ; attempt++)
            {
                var words = generator.Block(position, attempt);
                for (var i = 0; i < 4; i += 2)
                {
                    var (first, second) = BoxMuller(words[i], words[i + 1]);
                    if (MathF.Abs(first) <= 2f) return first;
                    if (MathF.Abs(second) <= 2f) return second;
                }
            }
        }
    }

    // A shard of a batch has the numbers that stand at its place in the whole batch.
    private readonly unsafe struct FillJob<F>(float* destination, int length, F filler, long first) : IParallelJob where F : struct, IFiller
    {
        public void Run(int chunk)
        {
            var (start, count) = Lanes.Chunk(chunk, length);
            Four values = default;
            for (var i = -(int)(first % 4); i < count; i += 4)
            {
                filler.Fill((ulong)(first + start + i) / 4, ref values);
                for (var j = Math.Max(0, -i); j < Math.Min(4, count - i); j++) destination[start + i + j] = values[j];
            }
        }
    }
}
