using System.Text.Json.Nodes;
using Descent.Callbacks;
using Descent.Layers;

namespace Descent.Tests.Callbacks;

public sealed class ModelCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("descent").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Fit_EachEpoch_SavesModelsUnderTheirValuesAndKeepsTheLast()
    {
        var model = Fit(new ModelCheckpoint(In("new/model.{epoch:02d}-{watched:.1f}.keras")) { Keep = 2 }, 4, 3, 2);
        Assert.Equal(["model.02-3.0.keras", "model.03-2.0.keras"], Files("new"));
        Assert.Equal(model.Weights[0].ToArray(), Model.Load(In("new/model.03-2.0.keras")).Weights[0].ToArray());
    }

    [Fact]
    public void Fit_BestOnly_SavesWhatBeatsTheThresholdAndAllBefore()
    {
        Fit(new ModelCheckpoint(In("{epoch}.keras"), "watched") { SaveBestOnly = true, Mode = MonitorMode.Min, InitialValueThreshold = 3.5 }, 4, 3, 3.2, 2);
        Assert.Equal(["2.keras", "4.keras"], Files());
        Fit(new ModelCheckpoint(In("high{epoch}.keras"), "watched") { SaveBestOnly = true, Mode = MonitorMode.Max }, 4, 3, 5);
        Assert.Equal(["2.keras", "4.keras", "high1.keras", "high3.keras"], Files());
    }

    [Fact]
    public void Fit_ManyRunsWithBestOnly_RemembersTheBest()
    {
        var checkpoint = new ModelCheckpoint(In("{epoch}.keras"), "watched") { SaveBestOnly = true, Mode = MonitorMode.Min };
        Fit(checkpoint, 2);
        File.Delete(In("1.keras"));
        Fit(checkpoint, 3, 1);
        Assert.Equal(["2.keras"], Files());
    }

    [Fact]
    public void Fit_EverySomeSteps_CountsAcrossEpochs()
    {
        Fit(new ModelCheckpoint(In("{epoch}-{batch}.weights.h5")) { SaveFreq = 2, SaveWeightsOnly = true }, 1, 1);
        Assert.Equal(["1-2.weights.h5", "2-1.weights.h5", "2-3.weights.h5"], Files());
        var model = Fit(new ModelCheckpoint(In("last.weights.h5")) { SaveWeightsOnly = true }, 1);
        var other = Compiled();
        other.LoadWeights(In("last.weights.h5"));
        Assert.Equal(model.Weights[0].ToArray(), other.Weights[0].ToArray());
    }

    [Fact]
    public void Fit_ValueIsNotMeasured_WarnsAndSaves()
    {
        using var warnings = new TraceRecorder();
        Fit(new ModelCheckpoint(In("a.keras")) { SaveBestOnly = true }, 1, 1);
        Assert.Contains("monitors 'val_loss', which is not measured", Assert.Single(warnings.Warnings), StringComparison.Ordinal);
        Assert.Equal(["a.keras"], Files());
    }

    [Fact]
    public void SetState_NamingFilesOfOthers_DeletesItsOwnAlone()
    {
        Directory.CreateDirectory(In("m"));
        string[] others = [In("other.keras"), In("m/1.keras"), In("n1.keras")];
        foreach (var file in others.Append(In("m1.keras"))) File.WriteAllText(file, "");
        var checkpoint = new ModelCheckpoint(In("m{epoch}.keras")) { Keep = 1 };
        var state = checkpoint.GetState();
        state.Values["kept"] = new JsonArray([.. others.Append(In("m1.keras")).Select(f => (JsonNode)f)]);
        var restore = new LambdaCallback { EpochBegin = epoch => { if (epoch == 1) checkpoint.SetState(state); } };
        Compiled().Fit(Tensor.Ones([6, 2]), Tensor.Ones([6, 1]), epochs: 2, verbose: 0, callbacks: [restore, checkpoint]);
        Assert.All(others, file => Assert.True(File.Exists(file), file));
        Assert.Equal([In("m2.keras")], Directory.GetFiles(_folder, "m*.keras"));
    }

    [Fact]
    public void Fit_SavesThatWereKilled_LeaveNothing()
    {
        var leftover = In($"m1.keras.{Guid.NewGuid():N}.tmp");
        string[] others = [In($"other.keras.{Guid.NewGuid():N}.tmp"), In("m1.keras.tmp")];
        foreach (var file in others.Append(leftover)) File.WriteAllText(file, "");
        Fit(new ModelCheckpoint(In("m{epoch}.keras")), 1);
        Assert.False(File.Exists(leftover));
        Assert.All(others, file => Assert.True(File.Exists(file)));
    }

    [Theory]
    [InlineData("a.txt", false, "must save a model to a file that ends in .keras or .h5. Received: \"")]
    [InlineData("a.keras", true, "must save weights to a file that ends in .weights.h5 or .safetensors or .npz")]
    public void Fit_FileOfAnotherEnding_IsRefused(string file, bool weights, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => Fit(new ModelCheckpoint(In(file)) { SaveWeightsOnly = weights }, 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void Fit_FileIsAFolder_IsRefused()
    {
        Directory.CreateDirectory(In("a.keras"));
        Assert.Contains("which is a folder", Assert.Throws<IOException>(() => Fit(new ModelCheckpoint(In("a.keras")), 1)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m{epoch}.keras", "m7.keras")]
    [InlineData("m{epoch:03d}{epoch:4d}.keras", "m007   7.keras")]
    [InlineData("{loss:.2f}-{loss:08.3f}-{loss:.1e}-{loss:f}", "-1.23--001.234--1.2e+00--1.234500")]
    [InlineData("{loss}{{epoch}}", "-1.2345{epoch}")]
    public void Fill_PythonsForms_AreThoseOfPython(string template, string expected)
    {
        var filled = PathTemplate.Fill(template, new Dictionary<string, double> { ["epoch"] = 7, ["loss"] = -1.2345 });
        Assert.Equal(expected, filled);
        Assert.Matches(PathTemplate.PatternOf(template), filled);
    }

    [Theory]
    [InlineData("{los}", "'los', which is not measured. Did you mean 'loss'?")]
    [InlineData("{loss:02d}", "which is no integer")]
    [InlineData("{loss:>3}", "whose form is not that of Python's")]
    [InlineData("{loss", "whose form is not that of Python's")]
    [InlineData("{loss:.2}", "which must say d, e or f")]
    public void Fill_UnknownNameOrForm_IsRefused(string template, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => PathTemplate.Fill(template, new Dictionary<string, double> { ["loss"] = 1.5 })).Message, StringComparison.Ordinal);

    private static Sequential Compiled()
    {
        var model = new Sequential([new Dense(1) { InputShape = [2] }]);
        model.Compile("sgd", "mse");
        return model;
    }

    // An epoch of 3 steps for each value of "watched".
    private static Sequential Fit(ModelCheckpoint checkpoint, params double[] watched)
    {
        var model = Compiled();
        var watch = new LambdaCallback { EpochEnd = (epoch, logs) => logs["watched"] = watched[epoch] };
        model.Fit(Tensor.Ones([6, 2]), Tensor.Ones([6, 1]), batchSize: 2, epochs: watched.Length, verbose: 0, callbacks: [watch, checkpoint]);
        return model;
    }

    private string In(string file) => Path.Combine(_folder, file);

    private IEnumerable<string> Files(string folder = "") => Directory.GetFiles(In(folder)).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);
}
