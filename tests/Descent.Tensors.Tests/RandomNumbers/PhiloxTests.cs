using Descent.RandomNumbers;
using Descent.Tests.Threading;
using Descent.Threading;

namespace Descent.Tests.Random;

[Collection(ThreadCountTests.Name)]
public sealed class PhiloxTests : IDisposable
{
    private const int Many = 200_000;
    private readonly int _count = Workers.Count;

    public void Dispose() => Workers.SetCount(_count);

    // The known answers that the authors publish with Random123 (kat_vectors, philox4x32 with 10 rounds).
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Block_PublishedVectors_GivesTheirAnswers(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint r0, uint r1, uint r2, uint r3)
    {
        var words = Philox.Block(new Philox.Words(c0, c1, c2, c3), k0, k1);
        Assert.Equal([r0, r1, r2, r3], (uint[])[words[0], words[1], words[2], words[3]]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Fill_AnyNumberOfThreads_GivesTheSameBits(int distribution)
    {
        var expected = Draw(1);
        Assert.Equal(expected, Draw(2));
        Assert.Equal(expected, Draw(7));

        float[] Draw(int threads)
        {
            Workers.SetCount(threads);
            var values = new float[100_003];
            var generator = new Philox(42, 3);
            switch (distribution)
            {
                case 0: generator.Uniform(values, -1f, 1f); break;
                case 1: generator.Normal(values); break;
                default: generator.TruncatedNormal(values); break;
            }

            return values;
        }
    }

    [Fact]
    public void Fill_Prefix_DoesNotDependOnTheLength()
    {
        var all = new float[257];
        new Philox(7).Normal(all);
        for (var length = 0; length <= all.Length; length++)
        {
            var part = new float[length];
            new Philox(7).Normal(part);
            Assert.Equal(all[..length], part);
        }
    }

    [Fact]
    public void Uniform_Many_HasTheMomentsAndStaysInTheRange()
    {
        var values = new float[Many];
        new Philox(1).Uniform(values, -2f, 4f);
        Assert.All(values, v => Assert.InRange(v, -2f, MathF.BitDecrement(4f)));
        // Five standard errors: 6 / √12 / √n for the mean.
        Assert.Equal(1.0, values.Average(v => (double)v), 5 * 6 / Math.Sqrt(12.0 * Many));
        Assert.Equal(3.0, values.Average(v => (v - 1.0) * (v - 1.0)), 0.04);
    }

    [Fact]
    public void Uniform_NarrowRange_NeverReachesItsEnd()
    {
        var values = new float[1000];
        new Philox(1).Uniform(values, 1f, MathF.BitIncrement(1f));
        Assert.All(values, v => Assert.Equal(1f, v));
    }

    [Fact]
    public void Normal_Many_HasTheMomentsAndTails()
    {
        var values = new float[Many];
        new Philox(2).Normal(values, 3f, 2f);
        var standard = Array.ConvertAll(values, v => (v - 3.0) / 2.0);
        Assert.Equal(0.0, standard.Average(), 5 / Math.Sqrt(Many));
        Assert.Equal(1.0, standard.Average(v => v * v), 5 * Math.Sqrt(2.0 / Many));
        Assert.Equal(3.0, standard.Average(v => v * v * v * v), 5 * Math.Sqrt(96.0 / Many));
        Assert.Equal(0.6827, standard.Count(v => Math.Abs(v) < 1) / (double)Many, 0.006);
        Assert.Equal(0.0455, standard.Count(v => Math.Abs(v) > 2) / (double)Many, 0.003);
        // Neighbours come from one transform and must not be correlated.
        Assert.Equal(0.0, Enumerable.Range(0, Many / 2).Average(i => standard[2 * i] * standard[2 * i + 1]), 5 / Math.Sqrt(Many / 2.0));
    }

    [Fact]
    public void TruncatedNormal_Many_StaysWithinTwoDeviations()
    {
        var values = new float[Many];
        new Philox(3).TruncatedNormal(values, 1f, 0.5f);
        Assert.All(values, v => Assert.InRange(v, 0f, 2f));
        // The variance of a normal cut at two deviations is 0.7737.
        Assert.Equal(0.7737, values.Average(v => (v - 1.0) * (v - 1.0)) / 0.25, 0.01);
    }

    [Fact]
    public void Below_Many_IsEvenlySpread()
    {
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++) counts[new Philox(4).Below(7, (ulong)i)]++;
        // χ² with 6 degrees of freedom exceeds 22.5 once in a thousand seeds.
        Assert.True(counts.Sum(c => (c - 10_000.0) * (c - 10_000.0) / 10_000.0) < 22.5);
        Assert.Equal(0u, new Philox(4).Below(1, 0));
    }

    [Fact]
    public void Permutation_AnyLength_HoldsEachIndexOnce()
    {
        foreach (var length in (int[])[0, 1, 2, 17, 1000])
            Assert.Equal(Enumerable.Range(0, length), new Philox(5).Permutation(length).Order());
        Assert.NotEqual(new Philox(5).Permutation(100), new Philox(6).Permutation(100));
        Assert.NotEqual(new Philox(5).Permutation(100), new Philox(5, 1).Permutation(100));
    }
}
