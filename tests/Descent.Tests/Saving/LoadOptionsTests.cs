using System.IO.Compression;
using Descent.Layers;
using Descent.Tests.Data;

namespace Descent.Tests.Saving;

public class LoadOptionsTests
{
    public static TheoryData<string> Endings() => [".weights.h5", ".safetensors", ".npz"];

    [Theory]
    [MemberData(nameof(Endings))]
    public void LoadWeights_OfOtherModel_SaysAllThatIsWrongAndChangesNothing(string ending)
    {
        using var folder = new TemporaryFolder();
        var path = folder["m" + ending];
        Make(("body", 4), ("old", 3)).SaveWeights(path);
        var model = Make(("body", 4), ("old", 2), ("more", 2));
        var before = Values(model);
        var message = Assert.Throws<InvalidDataException>(() => model.LoadWeights(path)).Message;
        Assert.Contains("sequential/more/kernel; sequential/more/bias", message, StringComparison.Ordinal);
        Assert.Contains("sequential/old/bias: float32 of shape (2,) in the model", message, StringComparison.Ordinal);
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Equal(before, Values(model));
    }

    [Fact]
    public void LoadWeights_NpzWithTextBesideTheWeights_SaysSoOrPassesOver()
    {
        using var folder = new TemporaryFolder();
        var (path, saved, model) = (folder["m.npz"], Make(("body", 4)), Make(("body", 4)));
        saved.SaveWeights(path);
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Update))
        using (var entry = archive.CreateEntry("classes.npy").Open())
            entry.Write([0x93, .. "NUMPY"u8, 1, 0, 59, 0, .. "{'descr': '<U1', 'fortran_order': False, 'shape': (2,), } \n"u8, .. "a\0\0\0b\0\0\0"u8]);

        Assert.Contains("Unexpected in the file: classes", Assert.Throws<InvalidDataException>(() => model.LoadWeights(path)).Message, StringComparison.Ordinal);
        Assert.Equal(["classes"], model.LoadWeights(path, new LoadOptions { Strict = false }).Unexpected);
        Assert.Equal(Values(saved), Values(model));
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public void LoadWeights_IntoModelWithAnotherHead_TakesTheRest(string ending)
    {
        using var folder = new TemporaryFolder();
        var path = folder["m" + ending];
        var saved = Make(("body", 4), ("head", 3));
        saved.SaveWeights(path);
        var model = Make(("body", 4), ("head", 2));
        var head = model.Weights[3].ToArray();
        var report = model.LoadWeights(path, new LoadOptions { Strict = false, Skip = ["^head/"] });
        Assert.Equal(["sequential/body/kernel", "sequential/body/bias"], report.Matched);
        Assert.Equal(["sequential/head/kernel", "sequential/head/bias"], report.Skipped);
        Assert.Empty(report.WrongShape);
        Assert.Equal(saved.Weights[0].ToArray(), model.Weights[0].ToArray());
        Assert.Equal(head, model.Weights[3].ToArray());
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public void LoadWeights_WithRename_FindsLayersByTheirNewNames(string ending)
    {
        using var folder = new TemporaryFolder();
        var path = folder["m" + ending];
        var saved = Make(("encoder", 4), ("head", 3));
        saved.SaveWeights(path);

        // The layers stand in another order, so that their places say nothing.
        var model = Make(("other", 2), ("backbone", 4));
        var narrow = new Sequential([new Dense(4) { Name = "backbone", InputShape = [2] }], "m");
        var report = narrow.LoadWeights(path, new LoadOptions { Strict = false, Rename = [("^encoder/", "backbone/")] });
        Assert.Equal(["m/backbone/kernel", "m/backbone/bias"], report.Matched);
        Assert.Equal(2, report.Unexpected.Count);
        Assert.Equal(saved.Weights[0].ToArray(), narrow.Weights[0].ToArray());
        Assert.Empty(model.LoadWeights(path, new LoadOptions { Strict = false, ByName = true }).Matched);
    }

    [Fact]
    public void LoadWeights_ByPlace_DoesNotAskForNames()
    {
        using var folder = new TemporaryFolder();
        var path = folder["m.weights.h5"];
        var saved = Make(("a", 4), ("b", 3));
        saved.SaveWeights(path);
        var model = Make(("c", 4), ("d", 3));
        Assert.True(model.LoadWeights(path).IsComplete);
        Assert.Equal(Values(saved), Values(model));
        Assert.Throws<InvalidDataException>(() => model.LoadWeights(path, new LoadOptions { ByName = true }));
    }

    [Theory]
    [InlineData("m.txt")]
    [InlineData("m")]
    public void LoadWeights_OfUnknownEnding_ListsTheKnownOnes(string path)
    {
        var message = Assert.Throws<ArgumentException>(() => Make(("a", 1)).LoadWeights(path)).Message;
        Assert.StartsWith($"A file of weights must end in .keras or .weights.h5 or .h5 or .safetensors or .npz. Received: '{path}'.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadWeights_WithOptimizerIntoModelWithout_Throws()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => Make(("a", 1)).LoadWeights("m.keras", new LoadOptions { IncludeOptimizer = true }));
        Assert.Contains("must be compiled", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadWeights_WithOptimizerThatTheFileLacks_KeepsTheOneThatHasStepped()
    {
        using var folder = new TemporaryFolder();
        Make(("a", 1)).SaveWeights(folder["m.safetensors"]);
        var model = Make(("a", 1));
        model.Compile("adam", "mse");
        model.TrainOnBatch(Tensor.Ones([4, 2]), Tensor.Ones([4, 1]));
        var before = Values(model);
        var exception = Assert.Throws<InvalidDataException>(() => model.LoadWeights(folder["m.safetensors"], new LoadOptions { IncludeOptimizer = true }));
        Assert.Contains("must have the whole state of optimizer 'adam', which has stepped already. Received: 0 of", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, Values(model));
        Assert.Equal(1, model.Optimizer!.Iterations);
    }

    [Fact]
    public void LoadWeights_OfOptimizerWithoutVariables_SaysThatTheFileIsDamaged()
    {
        using var folder = new TemporaryFolder();
        var model = Make(("a", 1));
        model.Compile("adam", "mse");
        var writer = Descent.Saving.KerasWeights.Write(model, includeOptimizer: false);
        writer.Root.CreateGroup("optimizer/varz");
        using (var file = File.Create(folder["m.weights.h5"])) writer.Save(file);
        var exception = Assert.Throws<InvalidDataException>(() => model.LoadWeights(folder["m.weights.h5"], new LoadOptions { IncludeOptimizer = true }));
        Assert.Contains("must have a group 'vars'. Received: varz.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SaveWeights_OfModelThatIsNotBuilt_Throws() =>
        Assert.Contains("must be built", Assert.Throws<InvalidOperationException>(() => new Sequential([new Dense(1)]).SaveWeights("m.npz")).Message, StringComparison.Ordinal);

    [Fact]
    public void LoadWeights_WithPatternsThatFitNothing_NotesEach()
    {
        using var folder = new TemporaryFolder();
        Make(("a", 4), ("b", 3)).SaveWeights(folder["m.weights.h5"]);

        // The first pattern takes the paths away that the second was written for.
        var report = Make(("c", 4), ("b", 3)).LoadWeights(folder["m.weights.h5"], new LoadOptions { Rename = [("^a/", "c/"), ("^a/", "d/")], Skip = ["kernel$", "^hed/"] });
        Assert.Equal(["Rename '^a/' fits no tensor of the file", "Skip '^hed/' fits no weight of the model"], report.Notes);
        Assert.Equal(2, report.Skipped.Count);
    }

    [Fact]
    public void Patterns_OfNull_SayWhichOption()
    {
        Assert.Contains("Rename", Assert.Throws<ArgumentNullException>(() => new LoadOptions { Rename = null! }).Message, StringComparison.Ordinal);
        Assert.Contains("Skip", Assert.Throws<ArgumentNullException>(() => new LoadOptions { Skip = null! }).Message, StringComparison.Ordinal);
        Assert.StartsWith("Each pattern of Rename must be a regular expression. Received: null.", Assert.Throws<ArgumentException>(() => new LoadOptions { Rename = [(null!, "a")] }).Message, StringComparison.Ordinal);
        Assert.StartsWith("Each pattern of Rename must have a replacement. Received: null for '^a'.", Assert.Throws<ArgumentException>(() => new LoadOptions { Rename = [("^a", null!)] }).Message, StringComparison.Ordinal);
        Assert.StartsWith("Each pattern of Skip must be a regular expression. Received: null.", Assert.Throws<ArgumentException>(() => new LoadOptions { Skip = [null!] }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rename_OfBadPattern_Throws() => Assert.ThrowsAny<ArgumentException>(() => new LoadOptions { Rename = [("(", "")] });

    private static Sequential Make(params (string Name, int Units)[] layers) =>
        new(layers.Select((l, i) => new Dense(l.Units) { Name = l.Name, BiasInitializer = "random_normal", InputShape = i == 0 ? [2] : null }), "sequential");

    private static float[] Values(Model model) => [.. model.Weights.SelectMany(w => w.ToArray())];
}
