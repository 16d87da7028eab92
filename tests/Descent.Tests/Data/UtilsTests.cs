using System.Text.Json.Nodes;
using Descent.Data;

namespace Descent.Tests.Data;

public class UtilsTests
{
    private const string File = "data/datasets";

    public static TheoryData<GoldenCase> Pads => Golden.Cases(File, "pad_sequences");

    [Theory]
    [MemberData(nameof(Pads))]
    public void PadSequences_RecordedCase_IsKeras(GoldenCase golden)
    {
        int[][] sequences = [.. Golden.Load(File)["sequences"]!.AsArray().Select(Golden.Ints)];
        var arguments = golden.Json["arguments"]!;
        var (maxlen, padding, truncating, value) = ((int?)arguments["maxlen"], (string?)arguments["padding"] ?? "pre", (string?)arguments["truncating"] ?? "pre", (int?)arguments["value"] ?? 0);

        var padded = Utils.PadSequences(sequences, maxlen, padding, truncating, value);
        Assert.Equal(Golden.Shape(golden.Json), padded.Shape);
        Assert.Equal(Golden.Ints(golden.Json), padded.ToInt32Array());

        var floats = Utils.PadSequences(Array.ConvertAll(sequences, s => Array.ConvertAll(s, v => (float)v)), maxlen, padding, truncating, (float)value);
        Assert.Equal(Golden.Floats(golden.Json), floats.ToArray());
    }

    [Fact]
    public void PadSequences_BadArguments_AreNamed()
    {
        int[][] sequences = [[1]];
        Assert.Equal("padding must be 'pre' or 'post'. Received: 'front'. (Parameter 'padding')", Assert.Throws<ArgumentException>(() => Utils.PadSequences(sequences, padding: "front")).Message);
        Assert.Throws<ArgumentException>(() => Utils.PadSequences(sequences, truncating: "PRE"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Utils.PadSequences(sequences, maxlen: 0));
        Assert.Throws<ArgumentException>(() => Utils.PadSequences(Array.Empty<int[]>()));
        Assert.Throws<ArgumentNullException>(() => Utils.PadSequences([[1], null!]));
        Assert.Equal([0, 3], Utils.PadSequences(Array.Empty<int[]>(), maxlen: 3).Shape);
    }

    [Fact]
    public void ToCategorical_Classes_BecomeRows()
    {
        Assert.Equal(new float[,] { { 1, 0, 0 }, { 0, 0, 1 } }, Utils.ToCategorical((int[])[0, 2]).ToArray2D());
        Assert.Equal([2, 1, 5], Utils.ToCategorical(Ops.Reshape((int[])[4, 1], [2, 1, 1]), 5).Shape);
        Assert.Equal([2, 2, 2], Utils.ToCategorical(new int[,] { { 0, 1 }, { 1, 0 } }).Shape);
        Assert.Equal([0, 1], Utils.ToCategorical((float[])[1.9f], 0).ToArray());
        Assert.Equal([0, 3], Utils.ToCategorical(Array.Empty<int>(), 3).Shape);
        Assert.Equal("The classes must be in [0, 2). Received: 2. (Parameter 'x')", Assert.Throws<ArgumentException>(() => Utils.ToCategorical((int[])[0, 2], 2)).Message);
        Assert.Throws<ArgumentException>(() => Utils.ToCategorical((int[])[-1]));
        Assert.Throws<ArgumentException>(() => Utils.ToCategorical(Array.Empty<int>()));
    }

    [Theory]
    [InlineData(0.8, null, 8, 2)]
    [InlineData(null, 0.25, 8, 2)] // 2.5 rounds to even, as in Python
    [InlineData(3.0, null, 3, 7)]
    [InlineData(3.0, 0.2, 3, 2)]
    [InlineData(0.5, 0.5, 5, 5)]
    public void SplitDataset_Sizes_AreKeras(double? left, double? right, int leftCount, int rightCount)
    {
        Tensor x = Enumerable.Range(0, 10).Select(i => (float)i).ToArray();
        Tensor y = Enumerable.Range(0, 10).ToArray();
        var ((xLeft, yLeft), (xRight, yRight)) = Utils.SplitDataset(x, y, left, right);
        Assert.Equal(Enumerable.Range(0, leftCount), yLeft.ToInt32Array());
        Assert.Equal(Enumerable.Range(10 - rightCount, rightCount), yRight.ToInt32Array());
        Assert.Equal(yLeft.ToInt32Array().Concat(yRight.ToInt32Array()).Select(v => (float)v), xLeft.ToArray().Concat(xRight.ToArray()));

        var shuffled = Utils.SplitDataset(x, y, left, right, shuffle: true, seed: 1);
        Assert.Equal(shuffled.Left.Y.ToInt32Array(), Utils.SplitDataset(x, y, left, right, shuffle: true, seed: 1).Left.Y.ToInt32Array());
        Assert.NotEqual(yLeft.ToInt32Array(), shuffled.Left.Y.ToInt32Array());
        Assert.Empty(shuffled.Left.Y.ToInt32Array().Intersect(shuffled.Right.Y.ToInt32Array()));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(0.0, null)]
    [InlineData(1.5, null)]
    [InlineData(10.0, null)]
    [InlineData(0.01, null)]
    [InlineData(0.7, 0.7)]
    public void SplitDataset_BadSizes_AreRefused(double? left, double? right) =>
        Assert.ThrowsAny<ArgumentException>(() => Utils.SplitDataset(new float[10], new float[10], left, right));

    /// <summary>The first example of Keras' page: indices 0 to 98, ten steps two apart, beginning three apart.</summary>
    [Fact]
    public void TimeseriesDatasetFromArray_ExampleOfKeras_GivesItsWindows()
    {
        Tensor data = Enumerable.Range(0, 99).Select(i => (float)i).ToArray();
        var batches = Utils.TimeseriesDatasetFromArray(data, data, sequenceLength: 10, sequenceStride: 3, samplingRate: 2, batchSize: 5).ToList();
        var first = Rows(batches[0].X);
        Assert.Equal([0, 2, 4, 6, 8, 10, 12, 14, 16, 18], first[0]);
        Assert.Equal([3, 5, 7, 9, 11, 13, 15, 17, 19, 21], first[1]);
        Assert.Equal([78, 80, 82, 84, 86, 88, 90, 92, 94, 96], Rows(batches[^1].X)[^1]);
        Assert.Equal(27, batches.Sum(b => b.X.Shape[0]));
        Assert.Equal([0, 3, 6, 9, 12], batches[0].Y.ToArray());
    }

    [Fact]
    public void TimeseriesDatasetFromArray_PartOfASeriesOfRows_KeepsTheirShape()
    {
        var data = Ops.Reshape(Enumerable.Range(0, 40).Select(i => (float)i).ToArray(), [20, 2]);
        Tensor targets = Enumerable.Range(100, 20).ToArray();
        var batches = Utils.TimeseriesDatasetFromArray(data, targets, sequenceLength: 3, startIndex: 4, endIndex: 9);
        Assert.Equal(1, batches.Count);
        var batch = batches.Single();
        Assert.Equal([3, 3, 2], batch.X.Shape);
        Assert.Equal([8, 9, 10, 11, 12, 13], batch.X.ToArray()[..6]);
        Assert.Equal([104, 105, 106], batch.Y.ToInt32Array());
        var shuffled = Utils.TimeseriesDatasetFromArray(data, targets, 3, shuffle: true, seed: 3).Single();
        Assert.Equal(Enumerable.Range(100, 18), shuffled.Y.ToInt32Array().Order());
        Assert.All(Enumerable.Range(0, 18), i => Assert.Equal(2 * (shuffled.Y.AsInt32Span()[i] - 100), shuffled.X[i, 0, 0]));
    }

    [Fact]
    public void TimeseriesDatasetFromArray_BadArguments_AreRefused()
    {
        Tensor data = new float[10];
        Assert.Throws<ArgumentOutOfRangeException>(() => Utils.TimeseriesDatasetFromArray(data, data, 0));
        Assert.Throws<ArgumentException>(() => Utils.TimeseriesDatasetFromArray(data, data, 11));
        Assert.Throws<ArgumentOutOfRangeException>(() => Utils.TimeseriesDatasetFromArray(data, data, 2, sequenceStride: 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => Utils.TimeseriesDatasetFromArray(data, data, 2, samplingRate: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Utils.TimeseriesDatasetFromArray(data, data, 2, startIndex: 5, endIndex: 5));
        Assert.Throws<ArgumentException>(() => Utils.TimeseriesDatasetFromArray(data, new float[3], 2, startIndex: 5));
    }

    private static List<float[]> Rows(Tensor x) => [.. x.ToArray().Chunk(x.Shape[1])];
}
