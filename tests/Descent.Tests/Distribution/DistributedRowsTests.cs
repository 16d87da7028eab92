using System.Buffers.Binary;
using System.Globalization;
using Descent.Callbacks;
using Descent.Data;
using Descent.Distribution;
using Descent.Layers;
using Descent.Tests.Data;

namespace Descent.Tests.Distribution;

[Collection(nameof(Training.ThreadsTests))] // it sets the seed, from which no other test may draw meanwhile
public sealed class DistributedRowsTests : IDisposable
{
    private const int Rows = 45;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, int> Sources
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var source in new[] { "rows", "idx", "csv" })
                for (var ranks = 1; ranks <= 4; ranks++) data.Add(source, ranks);
            return data;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Sources))]
    public void Fit_OnFiles_EndsWithTheBitsOfArraysInOneProcess(string source, int ranks)
    {
        var (x, y, _) = Problem.Data(Rows);
        var problem = new Problem { Rows = Rows, Deterministic = true };
        var expected = (problem with { Batches = _ => Change(Batches.From(x, y, batchSize: 16, shuffle: true, seed: 3)) }).On(1);
        var actual = (problem with { Batches = communicator => Change(Batches.From(Open(source, communicator), batchSize: 16, shuffle: true, seed: 3)) }).On(ranks);
        Assert.Equal(expected.Weights, actual.Weights);
        Assert.Equal(expected.History, actual.History);

        static Batches Change(Batches batches) => batches.Map(batch => batch with { X = batch.X * 0.5f }).Prefetch();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Fit_OnRows_ReadsEachRowOnOneRankAlone(int ranks)
    {
        var (x, y, _) = Problem.Data(Rows);
        var sources = Enumerable.Range(0, ranks).Select(_ => new RecordingRows(x, y)).ToArray();
        new Problem { Epochs = 2, Batches = communicator => Batches.From(sources[communicator.Rank], batchSize: 8) }.On(ranks);

        // The first read, of a whole batch, tells the shapes. Of the last 5 rows each of 2 or 3 ranks has some, and each of 5 has one.
        var reads = sources.Select(s => s.Reads.Skip(1).ToArray()).ToArray();
        Assert.All(reads, r => Assert.Equal(2 * 6, r.Length));
        for (var epoch = 0; epoch < 2; epoch++)
            Assert.Equal(Enumerable.Range(0, Rows), reads.SelectMany(r => r.Skip(6 * epoch).Take(6)).SelectMany(rows => rows).Order());
        Assert.All(reads, r => Assert.InRange(r.Sum(rows => rows.Length), 2 * (Rows / ranks - 6), 2 * (Rows / ranks + 6)));
    }

    [Fact]
    public void Fit_OnArraysInBatches_GathersTheRowsOfEachRank() =>
        Near(new Problem { Rows = Rows, Batches = _ => Arrays() }.Alone(), new Problem { Rows = Rows, Batches = _ => Arrays() }.On(3));

    [Theory]
    [InlineData(1, 3)]
    [InlineData(4, 2)]
    public void Fit_InterruptedWithinAnEpoch_GoesOnWithoutReadingWhatIsPast(int ranks, int others)
    {
        var (x, y, _) = Problem.Data(48);
        RecordingRows[] sources = [];
        var problem = new Problem
        {
            Rows = 48,
            Epochs = 3,
            Deterministic = true,
            Batches = communicator => Batches.From(sources[communicator.Rank], batchSize: 12, shuffle: true, seed: 4).Map(batch => batch).Repeat(2),
        };
        var undisturbed = Run(problem, 1);
        BackupAndRestore Backup() => new(_folder["backup"]) { SaveFreq = 1 };
        var interrupted = problem with { Callbacks = _ => [Backup(), new LambdaCallback { TrainBatchEnd = (batch, _) => { if (batch == 6) throw new TimeoutException(); } }] };
        Assert.IsType<TimeoutException>(Record.Exception(() => Run(interrupted, ranks)));
        var resumed = Run(problem with { Callbacks = _ => [Backup()] }, others);
        Assert.Equal(undisturbed.Weights, resumed.Weights);
        Assert.Equal(undisturbed.History, resumed.History);

        // One read for the shapes, 2 steps that were left of the first epoch or 1 where the checkpoint is later, and two epochs of 8.
        Assert.All(sources, s => Assert.InRange(s.Reads.Length, 1 + 1 + 16, 1 + 2 + 16));

        Problem.Outcome Run(Problem problem, int count)
        {
            sources = [.. Enumerable.Range(0, count).Select(_ => new RecordingRows(x, y))];
            return problem.On(count);
        }
    }

    public static TheoryData<string, Func<Communicator, Batches>> Faults => new()
    {
        { "Map must keep the number of rows where ranks share a batch, here 3 of 8. Received: 2 rows.", c => Batches.From(Source(), batchSize: 8).Map(b => c.Rank == 0 ? new Batch(Tensor.Zeros([2, 4]), (int[])[0, 1]) : b).Prefetch() },
        { "Each of the 3 ranks must have a row of a batch. Received: batches of 2 from 16 samples.", _ => Batches.From(Source(), batchSize: 2).Prefetch() },
        { "rank 2 differs from rank 0 in its batches of data, samples of data", c => Batches.From(Source(c.Rank == 2 ? 17 : 16), batchSize: 8) },
        { "rank 1 differs from rank 0 in its values of data", c => Batches.From(new Named(c.Rank == 1 ? "a" : "b"), batchSize: 8) },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Fit_OnRowsThatCannotBeShared_SaysWhy(string message, Func<Communicator, Batches> batches)
    {
        var failures = Ranks.Failures(3, communicator =>
        {
            using var distribution = new DataParallel(communicator);
            var model = new Sequential([new Dense(3, "softmax") { InputShape = [4] }]);
            model.Compile("sgd", "sparse_categorical_crossentropy", distribution: distribution);
            using (communicator) model.Fit(batches(communicator), verbose: 0);
        });
        Assert.Contains(failures, failure => failure!.Message.Contains(message, StringComparison.Ordinal));
        Assert.All(failures, failure => Assert.True(failure is CommunicationException || failure!.Message.Contains(message, StringComparison.Ordinal), failure!.Message));
    }

    private static Batches Arrays()
    {
        var (x, y, _) = Problem.Data(Rows);
        return Batches.From(x, y, batchSize: 16, shuffle: true, seed: 3).Take(2);
    }

    private static RecordingRows Source(int rows = 16)
    {
        var (x, y, _) = Problem.Data(rows);
        return new RecordingRows(x, y);
    }

    private static void Near(Problem.Outcome expected, Problem.Outcome actual)
    {
        Assert.Equal(expected.Weights.Length, actual.Weights.Length);
        for (var i = 0; i < expected.Weights.Length; i++) Assert.Equal(expected.Weights[i], actual.Weights[i], 2e-6);
    }

    private RowSource Open(string source, Communicator communicator)
    {
        var (x, y, _) = Problem.Data(Rows);
        if (source == "rows") return new RecordingRows(x, y);
        var folder = communicator.Rank.ToString(CultureInfo.InvariantCulture);
        if (source == "idx") return Idx.Open(_folder.Write($"{folder}/x", File(0x0D, x)), _folder.Write($"{folder}/y", File(0x0C, y)));
        var lines = Enumerable.Range(0, Rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"{x[i, 0]:R},{x[i, 1]:R},\"class\n{y.AsInt32Span()[i]}\",{x[i, 2]:R},{x[i, 3]:R}"));
        var path = _folder.Write($"{folder}/csv", System.Text.Encoding.UTF8.GetBytes("a,b,y,c,d\n" + string.Join('\n', lines)));
        return CsvRows.Open(path, "y", classes: ["class\n0", "class\n1", "class\n2"], communicator: communicator);
    }

    private static byte[] File(byte type, Tensor tensor)
    {
        var bytes = new byte[4 + 4 * tensor.Rank + 4 * tensor.Length];
        (bytes[2], bytes[3]) = (type, (byte)tensor.Rank);
        for (var i = 0; i < tensor.Rank; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), tensor.Shape[i]);
        for (var i = 0; i < tensor.Length; i++)
        {
            var place = bytes.AsSpan(4 + 4 * tensor.Rank + 4 * i);
            if (type == 0x0D) BinaryPrimitives.WriteSingleBigEndian(place, tensor.AsSpan()[i]);
            else BinaryPrimitives.WriteInt32BigEndian(place, tensor.AsInt32Span()[i]);
        }

        return bytes;
    }

    private sealed class Named(string checksum) : RowSource
    {
        public override int Count => 16;

        public override string Checksum => checksum;

        protected override Batch ReadCore(ReadOnlySpan<int> rows) => Source().Read(rows);
    }
}
