using Descent.Hdf5;
using Descent.Layers;
using Descent.Optimizers;
using Descent.Tests.Data;

namespace Descent.Tests.Saving;

/// <summary>Optimizers inside a <see cref="LossScaleOptimizer"/>, of which Keras saves less than there is.</summary>
public class LossScaleStateTests
{
    // Recorded from Keras 3.16: the product of Nadam and the placeholders of Adafactor are missing.
    public static TheoryData<string, int[][], int> Layouts() => new()
    {
        { "Nadam", [[], [], [], [], [], [], [2, 3], [2, 3], [3], [3]], 1 },
        { "Adafactor", [[], [], [], [], [], [], [2], [3], [2, 3], [3]], 2 },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void SaveWeights_WritesWhatKerasListsAndTheRestBeside(string name, int[][] expected, int others)
    {
        using var folder = new TemporaryFolder();
        var model = Trained(name);
        model.SaveWeights(folder["m.weights.h5"]);
        using var file = Hdf5File.Open(folder["m.weights.h5"]);
        Assert.Equal(expected, Shapes("optimizer/vars"));
        Assert.Equal(expected[4..], Shapes("optimizer/inner_optimizer/vars"));
        Assert.Equal(others, Shapes("optimizer/descent/vars").Length);

        int[][] Shapes(string group) => [.. Enumerable.Range(0, file.Root.Group(group).Names.Count).Select(i => file.Root.Dataset($"{group}/{i}").Dimensions.Select(d => (int)d).ToArray())];
    }

    [Theory]
    [InlineData("Nadam", ".weights.h5")]
    [InlineData("Adafactor", ".weights.h5")]
    [InlineData("Nadam", ".h5")]
    public void Load_OfWhatKerasSaves_WorksOutTheRest(string name, string ending)
    {
        using var folder = new TemporaryFolder();
        var model = Trained(name);
        if (ending == ".h5") model.Save(folder["full.h5"]);
        else model.SaveWeights(folder["full.weights.h5"]);
        CopyWithoutOurOwn(folder["full" + ending], folder["m" + ending]);
        var loaded = Trained(name);
        var report = loaded.LoadWeights(folder["m" + ending], new LoadOptions { IncludeOptimizer = true });
        Assert.Contains(report.Notes, n => n.EndsWith("of the optimizer's variables, which Keras does not save, follow from the others", StringComparison.Ordinal));
        Assert.Equal(State(model), State(loaded));
        Assert.Equal(model.TrainOnBatch(X, Y)["loss"], loaded.TrainOnBatch(X, Y)["loss"]);
        Assert.Equal(State(model), State(loaded));
    }

    [Theory]
    [InlineData(".keras")]
    [InlineData(".h5")]
    public void Load_OfModelThatHasNotStepped_BeginsWithTheFirstScale(string ending)
    {
        using var folder = new TemporaryFolder();
        var model = new Sequential([new Dense(3) { InputShape = [2] }]);
        model.Compile(new LossScaleOptimizer(new Adam(0.25)) { InitialScale = 8 }, "mse");
        model.Save(folder["m" + ending]);
        var loaded = Model.Load(folder["m" + ending], out var report);
        Assert.Contains("the optimizer was saved before its first step", report.Notes);
        Assert.Equal(8, Assert.IsType<LossScaleOptimizer>(loaded.Optimizer).DynamicScale);
        Assert.Equal(0.25, loaded.Optimizer.LearningRate.Value);
    }

    private static Tensor X => Tensor.From([1f, 2, 3, 4], [2, 2]);

    private static Tensor Y => Tensor.Ones([2, 3]);

    private static Sequential Trained(string name)
    {
        var model = new Sequential([new Dense(3) { InputShape = [2], KernelInitializer = "ones" }]);
        model.Compile(new LossScaleOptimizer(name) { InitialScale = 2 }, "mse");
        for (var i = 0; i < 5; i++) model.TrainOnBatch(X, Y);
        return model;
    }

    private static int[] State(Model model) => [.. model.Weights.Concat(model.Optimizer!.Variables).SelectMany(w => w.View.Cells.ToArray()).Select(BitConverter.SingleToInt32Bits)];

    private static void CopyWithoutOurOwn(string from, string to)
    {
        using var source = Hdf5File.Open(from);
        var writer = new Hdf5Writer();
        Copy(source.Root, writer.Root);
        using var file = File.Create(to);
        writer.Save(file);
    }

    private static void Copy(Hdf5Group from, Hdf5GroupBuilder to)
    {
        foreach (var name in new[] { "keras_version", "backend" })
            if (from.Attributes.TryGetString(name, out var text)) to.SetAttribute(name, text);
        foreach (var name in new[] { "layer_names", "weight_names" })
        {
            if (!from.Attributes.Contains(name)) continue;
            if (from.Attributes.Kind(name) == Hdf5Kind.String) to.SetAttribute(name, from.Attributes.GetStrings(name));
            else to.SetAttribute(name, ReadOnlyMemory<double>.Empty);
        }

        foreach (var name in from.Names.Where(n => n != "descent"))
        {
            if (from[name] is Hdf5Group group)
            {
                Copy(group, to.CreateGroup(name));
                continue;
            }

            var dataset = from.Dataset(name);
            long[] dimensions = [.. dataset.Dimensions];
            if (dataset.Kind == Hdf5Kind.Float32) to.CreateDataset(name, dimensions, Read<float>((d, cells) => d.Read(cells)));
            else to.CreateDataset(name, dimensions, Read<int>((d, cells) => d.Read(cells)));

            Memory<T> Read<T>(Action<Hdf5Dataset, T[]> read)
            {
                var cells = new T[dataset.Length];
                read(dataset, cells);
                return cells;
            }
        }
    }
}
