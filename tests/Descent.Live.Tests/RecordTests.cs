using System.Diagnostics;
using System.Text.Json;
using Descent.Callbacks;
using Descent.Optimizers;

namespace Descent.Live.Tests;

/// <summary>What the page is told of a training.</summary>
public class RecordTests
{
    private static readonly (string, string) BatchLoss = (Lines.Loss, Lines.Batch);

    [Fact]
    public void Line_OfAMillionPoints_KeepsFewAndTheExtremes()
    {
        var record = new LiveRecord();
        record.Changes();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i <= 1_000_000; i++) record.Add(Lines.Loss, Lines.Batch, new LivePoint(i, i == 345_678 ? -7 : i == 345_679 ? 9 : 1));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);

        var points = record.Lines[BatchLoss].Points;
        Assert.InRange(points.Count, LiveLine.MostPoints / 2, LiveLine.MostPoints);
        Assert.Equal((-7, 9), (points.Min(p => p.Low), points.Max(p => p.High)));
        Assert.Equal(1_000_000, points.Sum(p => p.Count));
        Assert.Equal(1_000_000.0, points.Sum(p => p.Mean * p.Count), 1e-3);
        Assert.Equal(points.OrderBy(p => p.X), points);
        Assert.InRange(record.Snapshot().Length, 1, 100_000);
    }

    [Fact]
    public void Changes_Together_AreTheWhole()
    {
        var (record, copy) = (new LiveRecord(), new List<string>());
        for (var i = 0; i < 30_000; i++)
        {
            record.Add(Lines.Loss, Lines.Batch, new LivePoint(i, Math.Sin(i)));
            if (i % 700 == 0) Take(record.Changes());
        }

        Take(record.Changes());
        Assert.Equal(Points(record.Snapshot()).Points, copy);
        Assert.Empty(JsonDocument.Parse(record.Changes()).RootElement.GetProperty("lines").EnumerateArray());

        void Take(byte[] changes)
        {
            var (from, points) = Points(changes);
            copy.RemoveRange(from, copy.Count - from);
            copy.AddRange(points);
        }
    }

    [Fact]
    public void Values_ThatAreNoNumbers_AreGaps_AndLeaveNoMarkOnOthers()
    {
        Assert.Equal(new LivePoint(1, 5), new LivePoint(1, 5).With(new LivePoint(2, double.NaN)));
        Assert.Equal(new LivePoint(2, 5), new LivePoint(1, double.PositiveInfinity).With(new LivePoint(2, 5)));
        var record = new LiveRecord();
        record.Add("\ud800", "line", new LivePoint(1, double.NaN));
        Assert.Equal(["[1,null,null,null]"], Points(record.Snapshot()).Points);
    }

    [Fact]
    public void Lines_WithoutEnd_AreNotKept()
    {
        var record = new LiveRecord();
        for (var i = 0; i < 10_000; i++) record.Add($"metric {i}", Lines.Epoch, new LivePoint(1, 1));
        Assert.InRange(record.Lines.Count, 100, 1000);
    }

    [Fact]
    public void Fit_Followed_RecordsEachBatchAndEpoch()
    {
        var losses = new List<double>();
        using var page = new LivePage { Output = TextWriter.Null };
        var model = EndlessTraining.Classifier();
        var history = model.Fit(
            EndlessTraining.X, EndlessTraining.Y, batchSize: 100, epochs: 3, verbose: 0, callbacks: [page, new LambdaCallback { TrainBatchEnd = (_, logs) => losses.Add(logs["loss"]) }]);

        var status = page.Record.Status;
        Assert.Equal((LiveState.Finished, 3, 3, 1, 1.0), (status.State, status.Epoch, status.Epochs, status.Batches, status.Done));
        var batches = page.Record.Lines[BatchLoss].Points;
        Assert.Equal(3, batches.Sum(p => p.Count));
        Assert.Equal(losses.Average(), batches.Sum(p => p.Mean * p.Count) / 3, 1e-6);
        Assert.Equal(history["accuracy"], page.Record.Lines[("accuracy", Lines.Epoch)].Points.Select(p => p.Mean));
        Assert.Equal([1, 2, 3], page.Record.Lines[(Lines.Loss, Lines.Epoch)].Points.Select(p => p.X));
        Assert.Equal(0.001f, (float)page.Record.Lines[(Lines.LearningRate, Lines.Value)].Points[0].Mean);
        Assert.True(page.Record.Lines[(Lines.GradientNorm, Lines.Value)].Points[0].Mean > 0);
    }

    [Fact]
    public void Fit_ThatFailsOrIsCancelled_IsSaid_AndASecondBeginsAnew()
    {
        using var page = new LivePage { Output = TextWriter.Null };
        var model = EndlessTraining.Classifier();
        var fails = new LambdaCallback { TrainBatchEnd = (_, _) => throw new InvalidOperationException("no more") };
        Assert.Throws<InvalidOperationException>(() => model.Fit(EndlessTraining.X, EndlessTraining.Y, verbose: 0, callbacks: [page, fails]));
        Assert.Equal((LiveState.Failed, "no more"), (page.Record.Status.State, page.Record.Status.Message));

        using var source = new CancellationTokenSource();
        var cancels = new LambdaCallback { TrainBatchEnd = (_, _) => source.Cancel() };
        Assert.Throws<OperationCanceledException>(() => model.Fit(EndlessTraining.X, EndlessTraining.Y, verbose: 0, callbacks: [page, cancels], cancellationToken: source.Token));
        Assert.Equal(LiveState.Stopped, page.Record.Status.State);

        var address = page.Address;
        model.Fit(EndlessTraining.X, EndlessTraining.Y, batchSize: 100, verbose: 0, callbacks: [page]);
        Assert.Equal((LiveState.Finished, address), (page.Record.Status.State, page.Address));
        Assert.Single(page.Record.Lines[BatchLoss].Points);
    }

    [Fact]
    public void GradientNorm_OfTheFirstStep_IsThatOfPlainDescent()
    {
        using var page = new LivePage { Output = TextWriter.Null };
        var model = EndlessTraining.Classifier();
        model.Compile(new SGD(0.5), "sparse_categorical_crossentropy");
        var before = Flat(model);
        model.Fit(EndlessTraining.X, EndlessTraining.Y, batchSize: 100, verbose: 0, callbacks: [page]);
        var norm = Math.Sqrt(before.Zip(Flat(model), (a, b) => Math.Pow((a - b) / 0.5, 2)).Sum());
        Assert.Equal(norm, page.Record.Lines[(Lines.GradientNorm, Lines.Value)].Points[0].Mean, 1e-4);

        static float[] Flat(Model model) => [.. model.Weights.SelectMany(w => w.ToArray())];
    }

    [Fact]
    public void TimeLeft_IsThatOfTheRestAtThePaceSoFar()
    {
        var status = new LiveStatus { State = LiveState.Running, Epoch = 3, Epochs = 10, Batch = 50, Batches = 100, Began = 0 };
        var now = 10 * Stopwatch.Frequency;
        Assert.Equal(0.25, status.Done);
        Assert.Equal(30, status.Left(now)!.Value.TotalSeconds, 1e-6);

        // Another run did two epochs: this one took 10 seconds for half of one.
        Assert.Equal(150, (status with { First = (3, 0) }).Left(now)!.Value.TotalSeconds, 1e-6);
        Assert.Null((status with { Batches = null }).Left(now));
        Assert.Null((status with { State = LiveState.Failed }).Left(now));
        Assert.Equal(10, (status with { Ended = now }).Elapsed(2 * now).TotalSeconds, 1e-6);
    }

    [Fact]
    public void State_OfAnInterruptedTraining_CountsOn()
    {
        using var page = new LivePage { Output = TextWriter.Null };
        EndlessTraining.Classifier().Fit(EndlessTraining.X, EndlessTraining.Y, batchSize: 50, epochs: 2, verbose: 0, callbacks: [page]);
        Assert.Equal("""{"steps":4,"epoch":1}""", page.GetState().Values.ToJsonString());

        using var other = new LivePage { Output = TextWriter.Null };
        EndlessTraining.Classifier().Fit(
            EndlessTraining.X, EndlessTraining.Y, batchSize: 50, epochs: 4, verbose: 0, callbacks: [other, new LambdaCallback { TrainBegin = () => other.SetState(page.GetState()) }]);
        Assert.Equal(5, other.Record.Lines[BatchLoss].Points[0].X);
    }

    private static (int From, string[] Points) Points(byte[] json)
    {
        var line = JsonDocument.Parse(json).RootElement.GetProperty("lines").EnumerateArray().Single();
        return (line.GetProperty("from").GetInt32(), [.. line.GetProperty("points").EnumerateArray().Select(p => p.GetRawText())]);
    }
}
