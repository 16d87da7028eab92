using Descent.Data;
using Descent.Distribution;
using Descent.Layers;

namespace Descent.Tests.Data;

public class RowSourceTests
{
    [Fact]
    public void Batches_OfRows_ComeInTheOrderOfArrays()
    {
        foreach (var (batchSize, shuffle) in new[] { (1, true), (4, false), (4, true), (10, true), (32, false), (32, true) })
        {
            var (x, y) = Data(10);
            var arrays = Change(Batches.From(x, y, batchSize, shuffle, seed: 7));
            var rows = Change(Batches.From(new RecordingRows(x, y), batchSize, shuffle, seed: 7));
            Assert.Equal(arrays.Count, rows.Count);
            for (var pass = 0; pass < 3; pass++)
            {
                Assert.Equal(Labels(arrays), Labels(rows));
                Assert.All(rows, batch => Assert.Equal(batch.Y.ToInt32Array().Select(l => 2f * l), Enumerable.Range(0, batch.Y.Length).Select(i => batch.X[i, 0])));
                _ = Labels(arrays);
            }
        }

        static Batches Change(Batches batches) => batches.Shuffle(2, seed: 3).Repeat(2).Take(7).Prefetch();
    }

    [Fact]
    public void Batches_OfAnyCut_HaveEveryRowOnce()
    {
        var (x, y) = Data(23);
        for (var ranks = 1; ranks <= 5; ranks++)
        {
            var communicators = Communicator.Local(ranks);
            foreach (var shards in new[] { ranks, 12 })
            {
                for (var batchSize = 1; batchSize <= 24; batchSize++)
                {
                    var whole = Labels(Batches.From(new RecordingRows(x, y), batchSize, shuffle: true, seed: 1));
                    var parts = new List<int>[whole.Length];
                    for (var rank = 0; rank < ranks; rank++)
                    {
                        var rows = new RecordingRows(x, y);
                        var cut = new ShardCut(shards, ranks, rank);
                        var pass = Batches.From(rows, batchSize, shuffle: true, seed: 1).Prefetch(1).Begin(new PassStart(new BatchCut(communicators[rank], cut), 0));
                        for (var batch = 0; pass.MoveNext(); batch++)
                        {
                            Assert.Equal(whole[batch].Length, pass.Current.TotalRows);
                            var own = cut.FirstRow(cut.First + cut.Count, whole[batch].Length) - cut.FirstRow(cut.First, whole[batch].Length);
                            Assert.Equal(Math.Max(own, 1), pass.Current.Batch.Y.Length);
                            (parts[batch] ??= []).AddRange(pass.Current.Batch.Y.ToInt32Array()[..own]);
                        }

                        Assert.Equal(whole.Length, rows.Reads.Length);
                    }

                    Assert.Equal(whole, parts.Select(p => p.ToArray()));
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void Begin_AfterSomeBatches_ReadsOnlyTheRest(int skip)
    {
        var (x, y) = Data(10);
        var rows = new RecordingRows(x, y);
        var expected = Labels(Make());
        var before = rows.Reads.Length;
        var pass = Make().Begin(new PassStart(null, skip));
        var rest = new List<int[]>();
        while (pass.MoveNext()) rest.Add(pass.Current.Batch.Y.ToInt32Array());
        Assert.Equal(expected[skip..], rest);
        Assert.Equal(expected.Length - skip, rows.Reads.Length - before);

        Batches Make() => Batches.From(rows, batchSize: 3, shuffle: true, seed: 5).Map(b => b).Repeat(3).Take(8);
    }

    [Fact]
    public void Begin_AfterShuffledBatches_GoesOnInTheirOrder()
    {
        var (x, y) = Data(30);
        var expected = Labels(Make());
        var pass = Make().Begin(new PassStart(null, 4));
        var rest = new List<int[]>();
        while (pass.MoveNext()) rest.Add(pass.Current.Batch.Y.ToInt32Array());
        Assert.Equal(expected[4..], rest);

        Batches Make() => Batches.From(new RecordingRows(x, y), batchSize: 3, shuffle: true, seed: 5).Shuffle(4, seed: 6);
    }

    [Fact]
    public void Read_OfWhatIsNotThere_IsRefused()
    {
        var (x, y) = Data(3);
        var rows = new RecordingRows(x, y);
        Says<ArgumentOutOfRangeException>("Rows must be in [0, 3). Received: 3. (Parameter 'rows')", () => rows.Read(0, 3));
        Says<ArgumentOutOfRangeException>("Rows must be in [0, 3). Received: -1. (Parameter 'rows')", () => rows.Read(-1));
        Says<ArgumentException>("At least one row must be read. Received: none. (Parameter 'rows')", () => rows.Read());
        Says<InvalidOperationException>("RecordingRows must give the 2 rows that were asked for. Received: 1.", () => new RecordingRows(x, y) { Missing = 1 }.Read(0, 2));
        Says<ArgumentException>("The data must have at least one row. Received: 0 in RecordingRows. (Parameter 'rows')", () => Batches.From(new RecordingRows(Tensor.Zeros([0, 1]), (int[])[])));
        Says<ArgumentOutOfRangeException>("batchSize must be 1 or more. Received: 0. (Parameter 'batchSize')", () => Batches.From(rows, batchSize: 0));
    }

    [Fact]
    public void Fit_OnRows_EndsWithTheBitsOfArrays()
    {
        var (x, y) = Data(50);
        Assert.Equal(Train(Batches.From(x, y, batchSize: 8, shuffle: true, seed: 2)), Train(Batches.From(new RecordingRows(x, y), batchSize: 8, shuffle: true, seed: 2).Prefetch()));

        static float[] Train(Batches batches)
        {
            var model = new Sequential([new Dense(50, "softmax") { InputShape = [1], KernelInitializer = "ones" }]);
            model.Compile("adam", "sparse_categorical_crossentropy");
            model.Fit(batches.Map(b => b with { X = b.X / 100f }), epochs: 3, verbose: 0);
            return [.. model.Weights.SelectMany(w => w.ToArray())];
        }
    }

    private static (Tensor X, Tensor Y) Data(int rows) => (Ops.Reshape(Enumerable.Range(0, rows).Select(i => 2f * i).ToArray(), [rows, 1]), Enumerable.Range(0, rows).ToArray());

    private static int[][] Labels(IEnumerable<Batch> batches) => [.. batches.Select(batch => batch.Y.ToInt32Array())];

    private static void Says<T>(string message, Action action)
        where T : Exception => Assert.Equal(message, Assert.Throws<T>(action).Message);
}
