using Descent.Distribution;

namespace Descent.Tests.Distribution;

/// <summary>Sums of gradients that are on their way while others are computed.</summary>
public sealed class GradientBucketsTests
{
    private static readonly int[] s_sizes = [3, 300_000, 17, 3_000_000, 20]; // several buckets, whose bounds lie within variables

    [Theory]
    [InlineData(1, 3, 0, 2, 4)]
    [InlineData(4, 3, 2, 1, 0)]
    [InlineData(3, 0)] // the others come from no rank
    public void Finish_GradientsInAnyOrder_HasTheSumsOfAllRanks(params int[] order)
    {
        var layout = LayoutOf(s_sizes);

        var sums = Ranks.Run(2, communicator =>
        {
            var buckets = new GradientBuckets(communicator, layout, Garbage(layout.Length), null);
            Memory<float> all = default;
            for (var step = 0; step < 2; step++)
            {
                buckets.Clear();
                foreach (var v in order) buckets.Add(v, communicator.Rank == 0 && v == 0 ? null : Gradient(v, communicator.Rank + step));
                all = buckets.Finish();
            }

            return all;
        });

        Assert.All(sums, all =>
        {
            for (var v = 0; v < s_sizes.Length; v++)
            {
                var first = v == 0 ? Gradient(v, 2).ToArray() : [.. Gradient(v, 1).ToArray().Zip(Gradient(v, 2).ToArray(), (x, y) => x + y)];
                if (!order.Contains(v)) Array.Clear(first);
                Assert.Equal(first, all.Slice(layout.Room(v).Start, s_sizes[v]).ToArray());
            }
        });
    }

    [Fact]
    public void SendAll_RanksThatHaveSentDifferentlyMuch_BringsThemTogether()
    {
        var layout = LayoutOf(s_sizes);
        using var begun = new ManualResetEventSlim();
        using var ahead = new ManualResetEventSlim();

        var sums = Ranks.Run(2, communicator =>
        {
            var other = new float[1];
            var buckets = new GradientBuckets(communicator, layout, Garbage(layout.Length), null);
            buckets.Clear();
            if (communicator.Rank == 1) begun.Wait(); // finds that what it sends is there already, and sends more
            for (var v = s_sizes.Length - 1; v >= 0; v--) buckets.Add(v, Gradient(v, 1));
            if (communicator.Rank == 1) ahead.Set();
            else begun.Set();
            ahead.Wait();
            buckets.SendAll();
            other[0] = communicator.Rank + 1;
            communicator.AllReduce(other);
            return (Other: other[0], Sum: buckets.Finish().Span[0]);
        });

        Assert.All(sums, s => Assert.Equal((3, 2 * Gradient(0, 1).ToArray()[0]), s));
    }

    private static FlatLayout LayoutOf(int[] sizes) => new([.. sizes.Select((size, v) => new Variable($"v{v}", Tensor.Zeros([size])))]);

    private static Tensor Gradient(int variable, int rank) => Tensor.From([.. Enumerable.Range(0, s_sizes[variable]).Select(i => (float)((i % 1000) + (variable * 1000) + (rank * 10_000)))], [s_sizes[variable]]);

    private static float[] Garbage(int length)
    {
        var room = new float[length];
        Array.Fill(room, float.NaN);
        return room;
    }
}
