using Descent.Data;
using Descent.Layers;

namespace Descent.Tests.Data;

public class BatchesTests
{
    private static readonly Tensor X = Ops.Reshape(Enumerable.Range(0, 20).Select(i => (float)i).ToArray(), [10, 2]);
    private static readonly Tensor Y = Enumerable.Range(0, 10).ToArray();

    [Fact]
    public void From_Arrays_CutsRowsInOrder()
    {
        var batches = Batches.From(X, Y, batchSize: 4, sampleWeight: Y);
        Assert.Equal(3, batches.Count);
        Assert.Equal([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]], Labels(batches));
        Assert.Equal([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]], Labels(batches));
        Assert.All(batches, AssertPaired);
        Assert.All(batches, batch => Assert.Equal(batch.Y.ToInt32Array(), batch.SampleWeight!.ToInt32Array()));
    }

    [Fact]
    public void From_Shuffled_GivesAllRowsInAnotherOrderEachPassAndTheSameForASeed()
    {
        var batches = Batches.From(X, Y, batchSize: 4, shuffle: true, seed: 7);
        int[][] first = Labels(batches), second = Labels(batches);
        Assert.Equal(Enumerable.Range(0, 10), first.SelectMany(l => l).Order());
        Assert.NotEqual(first, second);
        Assert.All(batches, AssertPaired);

        var again = Batches.From(X, Y, batchSize: 4, shuffle: true, seed: 7);
        Assert.Equal(first, Labels(again));
        Assert.Equal(second, Labels(again));
        Assert.NotEqual(first, Labels(Batches.From(X, Y, batchSize: 4, shuffle: true, seed: 8)));
    }

    [Fact]
    public void Steps_InARow_GiveWhatTheySay()
    {
        var batches = Batches.From(X, Y, batchSize: 4);
        Assert.Equal([[0, 1, 2, 3], [4, 5, 6, 7]], Labels(batches.Take(2)));
        Assert.Equal([[0, 1, 2, 3], [0, 1, 2, 3]], Labels(batches.Take(1).Repeat(2)));
        Assert.Equal([4, 4, 2, 4, 4, 2, 4], Labels(batches.Repeat().Take(7)).Select(l => l.Length));
        Assert.Equal([0, 2, 4], batches.Map(b => b with { Inputs = b.X * 2f }).First().X.ToArray()[..3]);
        Assert.Equal((2, 6, null, 7), (batches.Take(2).Count, batches.Repeat(2).Count, batches.Repeat().Count, batches.Take(7).Repeat(7).Take(7).Count));
        Assert.Equal(3, batches.Map(b => b).Shuffle(2, 1).Prefetch().Count);
        Assert.Empty(Batches.From(new List<Batch>()).Repeat());
        Assert.Null(Batches.From(Iterated()).Count);
        Assert.Equal(1, Batches.From([new Batch(X, Y)]).Count);

        static IEnumerable<Batch> Iterated()
        {
            yield return new Batch(X, Y);
        }
    }

    [Fact]
    public void Shuffle_Batches_DrawsFromTheBuffer()
    {
        var ordered = Batches.From(X, Y, batchSize: 1);
        Assert.Equal(Labels(ordered), Labels(ordered.Shuffle(1, 3)));
        var batches = ordered.Shuffle(4, 3);
        int[] first = [.. Labels(batches).SelectMany(l => l)], second = [.. Labels(batches).SelectMany(l => l)];
        Assert.Equal(Enumerable.Range(0, 10), first.Order());
        Assert.NotEqual(first, second);
        Assert.All(first.Select((label, place) => (label, place)), item => Assert.True(item.label < item.place + 4));
        Assert.Equal(first, Labels(ordered.Shuffle(4, 3)).SelectMany(l => l));
    }

    [Fact]
    public void NextTokens_Sequence_GivesWindowsAndTheirSuccessors()
    {
        var batches = Batches.NextTokens([5, 6, 7, 8, 9, 10], sequenceLength: 2, sequenceStride: 2, batchSize: 8);
        var batch = batches.Single();
        Assert.Equal([2, 2], batch.X.Shape);
        Assert.Equal([5, 6, 7, 8], batch.X.ToInt32Array());
        Assert.Equal([6, 7, 8, 9], batch.Y.ToInt32Array());
        Assert.Equal([9, 10], Batches.NextTokens([5, 6, 7, 8, 9, 10], sequenceLength: 2).Last().Y.ToInt32Array()[^2..]);
        Assert.Throws<ArgumentException>(() => Batches.NextTokens([1, 2], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Batches.NextTokens([1, 2], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Batches.NextTokens([1, 2], 1, sequenceStride: 0));
    }

    [Fact]
    public void From_BadArguments_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => Batches.From(X, new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Batches.From(X, Y, batchSize: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Batches.From(X, Y).Prefetch(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Batches.From(X, Y).Repeat(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Batches.From(X, Y).Take(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Batches.From(X, Y).Shuffle(0));
        Assert.Throws<ArgumentNullException>(() => Batches.From(null!));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(50)]
    public void Prefetch_Sequence_KeepsItsOrderOnAnotherThread(int ahead)
    {
        var threads = new HashSet<int>();
        var source = Batches.From(X, Y, batchSize: 1, shuffle: true, seed: 1);
        var expected = Labels(Batches.From(X, Y, batchSize: 1, shuffle: true, seed: 1));
        var batches = source.Map(batch =>
        {
            lock (threads) threads.Add(Environment.CurrentManagedThreadId);
            return batch;
        }).Prefetch(ahead);
        Assert.Equal(expected, Labels(batches));
        Assert.NotEqual(expected, Labels(batches));
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
    }

    [Fact]
    public void Prefetch_Consumer_FindsNoMoreThanTheNumberAhead()
    {
        using var made = new SemaphoreSlim(0);
        var count = 0;
        using var batches = Batches.From(Endless()).Prefetch(3).GetEnumerator();
        Assert.True(batches.MoveNext());

        // One is taken, three wait, one is at the door.
        for (var i = 0; i < 5; i++) Assert.True(made.Wait(TimeSpan.FromSeconds(30)));
        Assert.False(made.Wait(TimeSpan.FromMilliseconds(50)));
        Assert.Equal(5, count);

        IEnumerable<Batch> Endless()
        {
            while (true)
            {
                Interlocked.Increment(ref count);
                made.Release();
                yield return new Batch(X, Y);
            }
        }
    }

    [Fact]
    public void Prefetch_ExceptionInTheBackground_ComesInItsPlace()
    {
        var batches = Batches.From(Failing()).Prefetch(5);
        using var pass = batches.GetEnumerator();
        Assert.True(pass.MoveNext());
        Assert.True(pass.MoveNext());
        Assert.Contains("third", Assert.Throws<InvalidDataException>(() => pass.MoveNext()).Message, StringComparison.Ordinal);

        static IEnumerable<Batch> Failing()
        {
            yield return new Batch(X, Y);
            yield return new Batch(X, Y);
            throw new InvalidDataException("the third");
        }
    }

    [Fact]
    public void Prefetch_EndedEarly_EndsItsThreadAndDisposesTheSequence()
    {
        var disposed = 0;
        Thread? thread = null;
        foreach (var batch in Batches.From(Endless()).Prefetch(2))
        {
            Assert.Same(X, batch.X);
            break;
        }

        Assert.Equal(1, disposed);
        Assert.True(thread!.Join(TimeSpan.FromSeconds(30)));

        IEnumerable<Batch> Endless()
        {
            thread = Thread.CurrentThread;
            try
            {
                while (true) yield return new Batch(X, Y);
            }
            finally
            {
                disposed++;
            }
        }
    }

    [Fact]
    public void Fit_PrefetchedBatches_GivesTheSameWeights()
    {
        Assert.Equal(Train(batches => batches), Train(batches => batches.Prefetch(2)));

        static float[] Train(Func<Batches, Batches> change)
        {
            var model = new Sequential([new Dense(3) { KernelInitializer = "ones", InputShape = [2] }]);
            model.Compile("sgd", "mean_squared_error");
            var batches = change(Batches.From(X / 20f, Ops.Take(X, (int[])[0, 1, 0], axis: 1), batchSize: 3, shuffle: true, seed: 4).Map(b => b with { Inputs = b.X * 2f }));
            var history = model.Fit(batches, epochs: 3, verbose: 0);
            Assert.Equal(3, history.Epoch.Count);
            return [.. model.Weights.SelectMany(w => w.ToArray())];
        }
    }

    private static int[][] Labels(IEnumerable<Batch> batches) => [.. batches.Select(batch => batch.Y.ToInt32Array())];

    private static void AssertPaired(Batch batch) =>
        Assert.All(Enumerable.Range(0, batch.Y.Length), i => Assert.Equal(2 * batch.Y.AsInt32Span()[i], batch.X[i, 0]));
}
