using Descent;
using Descent.Callbacks;
using Descent.Layers;
using Descent.Tests.Data;

// Outside of Descent's namespaces, as a user's program is.
namespace UsingFiles;

/// <summary>The C# of docs/saving.md, compiled and run. SavingPageTests compares the page with this file. The page's files lie in the current folder, which belongs to the process.</summary>
[Collection(nameof(Descent.Tests.Training.ThreadsTests))]
public sealed class SavingExamples : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly Tensor _x = Tensor.From([.. Enumerable.Range(0, 40).Select(i => MathF.Sin(i))], [20, 2]);
    private readonly Tensor _y = Tensor.From([.. Enumerable.Range(0, 20).Select(i => i % 2)], [20]);

    public SavingExamples() => Directory.SetCurrentDirectory(_folder.Root);

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_before);
        _folder.Dispose();
    }

    [Fact]
    public void Model_SavedAndLoaded_IsTheSame()
    {
        var model = Make("model", 2);
        model.Save("model.keras");
        var loaded = Model.Load("model.keras");
        Assert.Equal(model.Predict(_x).ToArray(), loaded.Predict(_x).ToArray());
    }

    [Fact]
    public void Weights_SavedAndLoaded_AreTheSame()
    {
        var (model, other, newTask) = (Make("model", 2), Make("other", 2), Make("task", 3));
        model.SaveWeights("model.weights.h5");
        LoadReport report = other.LoadWeights("model.weights.h5");
        Console.WriteLine(report);
        Assert.Equal(model.Predict(_x).ToArray(), other.Predict(_x).ToArray());

        report = newTask.LoadWeights("model.weights.h5", new LoadOptions { ByName = true, Strict = false, Skip = ["^head/"] });
        Assert.Equal((2, 2, 0), (report.Matched.Count, report.Skipped.Count, report.Unexpected.Count));
    }

    [Fact]
    public void Training_WithCallbacks_LeavesTheFilesOfThePage()
    {
        var (model, x, y) = (Make("model", 2), _x, _y);
        model.Fit(x, y, epochs: 3, validationSplit: 0.2, verbose: 0, callbacks:
        [
            new ModelCheckpoint("best.keras", monitor: "val_loss") { SaveBestOnly = true },
            new ModelCheckpoint("epoch{epoch:02d}.weights.h5") { SaveWeightsOnly = true, Keep = 2 },
        ]);
        Assert.Equal(["best.keras", "epoch02.weights.h5", "epoch03.weights.h5"], Directory.GetFiles(".").Select(f => Path.GetFileName(f)).Order());

        var backup = new BackupAndRestore("backup") { SaveFreq = 100, DeleteCheckpoint = false };
        model.Fit(x, y, epochs: 3, verbose: 0, callbacks: [backup]);
        model.Save("model.keras");
        backup.Delete();   // not before the result is safe
        Assert.False(Directory.Exists("backup"));
    }

    [Fact]
    public void StepCounter_OfATrainingThatGoesOn_CountsAllSteps()
    {
        var counters = new List<StepCounter>();
        for (var epochs = 1; epochs <= 3; epochs += 2)
        {
            counters.Add(new StepCounter());
            Make("model", 2).Fit(_x, _y, batchSize: 5, epochs: epochs, verbose: 0, callbacks: [new BackupAndRestore("backup") { DeleteCheckpoint = false }, counters[^1]]);
        }

        Assert.Equal([4, 12], counters.Select(c => c.GetState().Values["steps"]!.GetValue<int>()));
    }

    private static Sequential Make(string name, int classes)
    {
        var model = new Sequential([new Dense(4, "relu") { Name = "body", InputShape = [2] }, new Dense(classes, "softmax") { Name = "head" }], name);
        model.Compile("adam", "sparse_categorical_crossentropy");
        return model;
    }

    public sealed class StepCounter : Callback
    {
        private int _steps;

        public override void OnTrainBatchEnd(int batch, Logs logs) => _steps++;

        public override TrainingState GetState() => new() { Values = { ["steps"] = _steps } };

        public override void SetState(TrainingState state) => _steps = state.Values["steps"]!.GetValue<int>();
    }
}
