using System.Text.Json.Nodes;
using Descent.Layers;
using Descent.Optimizers;

namespace Descent.Tests.Training;

/// <summary>What every optimizer and wrapper must do inside Compile and Fit, the samples' own ones included.</summary>
public class FitContractTests
{
    private static readonly Tensor X = FitTests.X, Y = Tensor.From([.. Enumerable.Range(0, 100).Select(i => X.AsSpan()[4 * i] > 0 ? 1 : 0)]);

    public static TheoryData<string> All() => Kinds.WithWrappers();

    [Theory]
    [MemberData(nameof(All))]
    public void Fit_AnyOptimizer_LowersTheLoss(string kind)
    {
        double rate = Kinds.ClassOf(kind) switch { "Adadelta" => 5, "Ftrl" => 1, "SGD" or "CustomSGD" or "Adagrad" => 0.1, _ => 0.01 };
        var losses = Create(kind, rate).Fit(X, Y, batchSize: 20, epochs: 10, verbose: 0, shuffle: false)["loss"];
        Assert.True(losses[^1] < losses[0], $"{losses[0]} → {losses[^1]}");
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Fit_StateSavedAndRestored_ContinuesBitForBit(string kind)
    {
        var (model, restored) = (Create(kind), Create(kind));
        Fit(model, 1);
        restored.SetWeights(model.GetWeights());
        restored.Compile(Optimizer.Deserialize(JsonNode.Parse(model.Optimizer!.Serialize().ToJsonString())!.AsObject()), "binary_crossentropy");
        restored.Optimizer!.Build(restored.TrainableVariables);
        restored.Optimizer.LoadState(model.Optimizer.Variables);
        Fit(model, 2);
        Fit(restored, 2);
        Kinds.AssertSameBits(model.Weights, restored.Weights);
        Kinds.AssertSameBits(model.Optimizer.Variables, restored.Optimizer.Variables);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Fit_LayerTurnedOffAndOn_KeepsItsStateAndGoesOn(string kind)
    {
        var model = Create(kind);
        Fit(model, 1);
        model.GetLayer(0).Trainable = false;
        var (weights, state) = (Kinds.Snapshot(model.GetLayer(0).Weights), StateOfFirst());
        Fit(model, 2);
        Assert.Equal(weights, Kinds.Snapshot(model.GetLayer(0).Weights));
        Assert.Equal(state, StateOfFirst());
        model.GetLayer(0).Trainable = true;
        Fit(model, 1);
        Assert.NotEqual(weights, Kinds.Snapshot(model.GetLayer(0).Weights));

        // Old optimizers call their state by the index of the variable.
        float[][] StateOfFirst() => Kinds.Snapshot(model.Optimizer!.Variables.Where(v =>
            v.Shape.Rank > 0 && (v.Path.Contains("first", StringComparison.Ordinal) || v.Path.EndsWith("_0", StringComparison.Ordinal) || v.Path.EndsWith("_1", StringComparison.Ordinal))));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Fit_LayerTurnedOnLater_IsTrainedAndTheOthersKeepTheirState(string kind)
    {
        var model = Create(kind);
        model.GetLayer(0).Trainable = false;
        Fit(model, 1);
        var weights = Kinds.Snapshot(model.GetLayer(0).Weights);
        var (iterations, state) = (model.Optimizer!.Iterations, StateOfSecond());
        model.GetLayer(0).Trainable = true;
        Fit(model, 0);
        Assert.Equal(model.TrainableVariables, model.Optimizer.TrainableVariables);
        Assert.Equal(state, StateOfSecond());
        Assert.Equal(iterations, model.Optimizer.Iterations);
        Fit(model, 1);
        Assert.NotEqual(weights, Kinds.Snapshot(model.GetLayer(0).Weights));

        // Of the old optimizers, whose slots are numbered, those that have the shape of the second kernel.
        float[][] StateOfSecond() => Kinds.Snapshot(model.Optimizer!.Variables.Where(v => v.Path.Contains("second", StringComparison.Ordinal)
            || (!v.Path.Contains("first", StringComparison.Ordinal) && v.Shape == model.GetLayer(1).Weights[0].Shape)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Fit_StateSavedAfterALayerWasTurnedOn_IsThatOfAFreshModel(string kind)
    {
        var (model, fresh) = (Create(kind), Create(kind));
        model.GetLayer(0).Trainable = false;
        Fit(model, 1);
        model.GetLayer(0).Trainable = true;
        Fit(model, 1);
        fresh.SetWeights(model.GetWeights());
        fresh.Optimizer!.Build(fresh.TrainableVariables);
        fresh.Optimizer.LoadState(model.Optimizer!.Variables);
        Fit(model, 1);
        Fit(fresh, 1);
        Kinds.AssertSameBits(model.Weights, fresh.Weights);
    }

    // The same first weights each time.
    private static Sequential Create(string kind, double rate = 0.01)
    {
        var model = new Sequential([new Dense(5, "tanh") { Name = "first", InputShape = [4] }, new Dense(5, "tanh") { Name = "second" }, new Dense(1, "sigmoid") { Name = "third" }]);
        model.SetWeights([.. model.Weights.Select((w, i) => Tensor.From(Kinds.Numbers(w.Shape.Size, i + 1), w.Shape))]);
        model.Compile(Kinds.Create(kind, rate), "binary_crossentropy");
        return model;
    }

    private static void Fit(Sequential model, int epochs) => model.Fit(X, Y, batchSize: 30, epochs: epochs, verbose: 0, shuffle: false);
}
