using Descent.Layers;
using Descent.Tests.Data;

namespace Descent.Tests.Saving;

/// <summary>Training that was saved in between ends with the same bits, whatever the optimizer.</summary>
public class OptimizerContractTests
{
    public static TheoryData<string> Optimizers() => Kinds.WithWrappers();

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Fit_SavedAndLoadedInBetween_EndsAsIfUndisturbed(string name)
    {
        using var folder = new TemporaryFolder();
        var undisturbed = new Sequential([new Dense(3, "tanh") { InputShape = [4] }, new Dropout(0.3), new BatchNormalization(), new Dense(1)]);
        undisturbed.Compile(Kinds.Create(name), "mse");
        Train(undisturbed);
        undisturbed.Save(folder["m.keras"]);
        undisturbed.Save(folder["m.h5"]);
        var loaded = Model.Load(folder["m.keras"], out var report);
        Assert.True(report.IsComplete);
        Assert.Empty(report.Notes);
        AssertSame(undisturbed, loaded);
        AssertSame(undisturbed, Model.Load(folder["m.h5"], out report));
        Assert.Empty(report.Notes);
        foreach (var model in new[] { undisturbed, loaded }) Train(model);
        AssertSame(undisturbed, loaded);
        Golden.AssertSameJson(undisturbed.Optimizer!.Serialize(), loaded.Optimizer!.Serialize());
    }

    // An odd number of steps: in the middle of what takes several.
    private static void Train(Model model)
    {
        var x = Tensor.From([.. Enumerable.Range(0, 40).Select(i => MathF.Sin(i))], [10, 4]);
        model.Fit(x, Ops.Sum(x, [1], keepDimensions: true), epochs: 1, batchSize: 2, shuffle: false, verbose: 0);
    }

    private static void AssertSame(Model expected, Model actual)
    {
        Assert.Equal(expected.Optimizer!.Iterations, actual.Optimizer!.Iterations);
        foreach (var (one, other) in All(expected).Zip(All(actual)))
        {
            Assert.Equal(one.Path, other.Path);
            Assert.Equal(one.View.Cells.ToArray().Select(BitConverter.SingleToInt32Bits), other.View.Cells.ToArray().Select(BitConverter.SingleToInt32Bits));
        }

        static Variable[] All(Model model) => [.. model.Weights, .. model.Optimizer!.Variables];
    }
}
