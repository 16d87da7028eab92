using Descent.Layers;
using Descent.Optimizers;

namespace Descent.Tests.Training;

/// <summary>The patterns that the pages and the documentation of classes show match the paths of a model, whose first part is the model's name.</summary>
public class PathExamplesTests
{
    private static readonly Tensor X = FitTests.X;

    [Fact]
    public void ParameterGroups_AsThePageShowsThem_FindTheirVariablesInFit()
    {
        var model = Model();
        var adam = new AdamW(learningRate: 0.01)
        {
            ParameterGroups =
            [
                new("(^|/)encoder/") { LearningRateMultiplier = 0.1, GlobalClipNorm = 1.0 },
                new("/bias$") { WeightDecay = 0 },
                new("(^|/)embedding/") { Frozen = true },
            ],
        };
        AssertShown("docs/optimizers.md", "new(\"(^|/)encoder/\")", "new(\"/bias$\")", "new(\"(^|/)embedding/\")");
        AssertShown("src/Descent.Optimizers/ParameterGroup.cs", "new(\"(^|/)encoder/\")", "new(\"/bias$\")", "new(\"(^|/)embedding/\")");

        model.Compile(adam, "mse");
        model.Build([-1, 4]);
        var before = model.GetWeights().Select(w => w.ToArray()).ToArray();
        model.Fit(X, X, batchSize: 100, verbose: 0); // one step, which is as long as the rate
        Assert.Equal(
            ["sequential/embedding/kernel", "sequential/encoder/kernel", "sequential/encoder/bias", "sequential/head/kernel", "sequential/head/bias"], model.Weights.Select(v => v.Path));
        var moves = model.Weights.Select((w, i) => w.ToArray().Zip(before[i], (a, b) => Math.Abs(a - b)).Max()).ToArray();
        Assert.Equal(0, moves[0]);
        Assert.All(moves[1..3], move => Assert.Equal(0.001, move, 1e-4));
        Assert.All(moves[3..], move => Assert.Equal(0.01, move, 1e-3));
    }

    [Fact]
    public void OptimizerMap_AsThePagesShowIt_FindsItsVariablesInFit()
    {
        using var trace = new TraceRecorder();
        AssertOptimizers([1, 2, 1, 1], new OptimizerMap(defaultOptimizer: new Adam(0.01))
        {
            [".*/embedding/.*"] = new Adagrad(0.1),
            [".*/bias"] = new SGD(0.05),
            ["sequential/head/kernel"] = new SGD(0.5),
        });
        AssertShown("docs/wrappers.md", "[\".*/embedding/.*\"] = new Adagrad(0.1),", "[\".*/bias\"] = new SGD(0.05),", "[\"sequential/head/kernel\"] = new SGD(0.5),");
        AssertOptimizers([1, 4], new OptimizerMap(defaultOptimizer: new SGD(0.1)) { [".*/embedding/.*"] = new Adam(0.02) });
        AssertShown("src/Descent.Optimizers/Wrappers/MultiOptimizer.cs", "new OptimizerMap(defaultOptimizer: new SGD(0.1)) { [\".*/embedding/.*\"] = new Adam(0.02) }");
        AssertOptimizers([1, 2, 2], new OptimizerMap(defaultOptimizer: new SGD(0.1)) { [".*/embedding/.*"] = new Adagrad(0.01), [".*/bias"] = new SGD(0.2) });
        AssertShown("src/Descent.Optimizers/Wrappers/OptimizerMap.cs", "new OptimizerMap(defaultOptimizer: new SGD(0.1)) { [\".*/embedding/.*\"] = new Adagrad(0.01), [\".*/bias\"] = new SGD(0.2) }");
        Assert.Empty(trace.Warnings);
    }

    [Fact]
    public void OptimizerMap_KeyOfALayerThatIsOff_GivesNoWarning()
    {
        using var trace = new TraceRecorder();
        var model = Model();
        model.GetLayer(0).Trainable = false;
        model.Compile(new MultiOptimizer(new OptimizerMap(new SGD()) { [".*/embedding/.*"] = new Adam(), ["embedding/.*"] = new Adam() }), "mse");
        model.Fit(X, X, verbose: 0);
        Assert.Contains("fits the key(s) 'embedding/.*' of its OptimizerMap. The paths are: 'sequential/", Assert.Single(trace.Warnings), StringComparison.Ordinal);
    }

    private static void AssertOptimizers(int[] variables, OptimizerMap map)
    {
        var (model, optimizer) = (Model(), new MultiOptimizer(map));
        model.Compile(optimizer, "mse");
        model.Fit(X, X, verbose: 0);
        Assert.Equal(variables, optimizer.Optimizers.Select(o => o.TrainableVariables.Count));
    }

    private static Sequential Model() => new([new Dense(3) { Name = "embedding", UseBias = false }, new Dense(3) { Name = "encoder" }, new Dense(4) { Name = "head" }]);

    private static void AssertShown(string file, params string[] code)
    {
        var text = File.ReadAllText(Path.Combine(Golden.Root, file));
        Assert.All(code, line => Assert.Contains(line, text, StringComparison.Ordinal));
    }
}
