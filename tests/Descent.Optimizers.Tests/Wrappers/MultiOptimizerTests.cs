using System.Text.Json.Nodes;
using Descent.Optimizers;
using Keras1 = Descent.Optimizers.Keras1;
using Keras2 = Descent.Optimizers.Keras2;

namespace Descent.Tests.Wrappers;

public class MultiOptimizerTests
{
    private readonly Variable[] _variables =
        [new("embedding/table", Tensor.From([1f, 2f])), new("dense/kernel", Tensor.From([3f, 4f])), new("dense/bias", Tensor.From([5f]))];

    private static Tensor[] Gradients => [Tensor.From([3f, 4f]), Tensor.From([3f, 0f]), Tensor.From([4f])];

    [Fact]
    public void Apply_GroupsByPath_StepsEachWithItsOwnOptimizer()
    {
        var optimizer = new MultiOptimizer(new OptimizerMap(new SGD(0.5)) { ["dense/.*"] = new SGD(1.0) { GlobalClipNorm = 1 }, ["dense/bias"] = new SGD(0.25) });
        optimizer.Apply(Gradients, _variables);
        Golden.AssertClose([-0.5f, 0f], _variables[0].ToArray(), 1e-6);
        Golden.AssertClose([2f, 4f], _variables[1].ToArray(), 1e-6); // clipped with its group, in which the bias is not
        Golden.AssertClose([4f], _variables[2].ToArray(), 1e-6);
        Assert.Equal(1, optimizer.Iterations);
        Assert.All(optimizer.Optimizers, o => Assert.Equal(1, o.Iterations));
    }

    [Fact]
    public void Apply_ChosenByAFunction_StepsEachWithItsOwnOptimizer()
    {
        SGD fast = new(1.0), slow = new(0.5);
        var optimizer = new MultiOptimizer(v => v.Name == "kernel" ? fast : slow) { LossScaleFactor = 2 };
        Assert.Empty(optimizer.Optimizers);
        optimizer.Apply([.. Gradients.Select(g => g * 2f)], _variables);
        Assert.Equal([slow, fast], optimizer.Optimizers);
        Assert.Equal(["sgd", "sgd_1"], optimizer.Optimizers.Select(o => o.Name));
        Assert.Equal([0f, 4f, 3f], [_variables[1].ToArray()[0], _variables[1].ToArray()[1], _variables[2].ToArray()[0]]);
        Assert.StartsWith(
            "The optimizers of 'multi_optimizer' are chosen by a function, which a config cannot hold. Use an OptimizerMap instead.",
            Assert.Throws<InvalidOperationException>(optimizer.GetConfig).Message, StringComparison.Ordinal);
        AssertThrows("The function of a MultiOptimizer must give an optimizer for each variable. Received: null for 'embedding/table'.", () => new MultiOptimizer(_ => null!).Build(_variables));
        AssertThrows("must not be, or wrap, a MultiOptimizer. Received: 'multi_optimizer', a MultiOptimizer.", () => new MultiOptimizer(_ => new MultiOptimizer(_ => slow)).Build(_variables));
    }

    [Theory]
    [InlineData("dense/kernel", "dense/kernel", true)]
    [InlineData("dense/.*", "dense/kernel", true)]
    [InlineData("d|dense/kernel", "dense/kernel", true)] // the first alternative would leave a rest
    [InlineData("dense/kernel$", "dense/kernel", true)]
    [InlineData("a+b", "a+b", true)] // an equal key is no expression
    [InlineData("dense", "dense/kernel", false)]
    [InlineData("kernel", "dense/kernel", false)]
    [InlineData("DENSE/.*", "dense/kernel", false)]
    [InlineData("dense/kernel", "dense/kernel\n", false)]
    public void OptimizerMap_Key_MatchesTheWholePath(string key, string path, bool matches)
    {
        var adam = new Adam();
        var map = new OptimizerMap(new SGD()) { [key] = adam };
        Assert.Same(matches ? adam : map.DefaultOptimizer, map[path]);
        Assert.Equal([KeyValuePair.Create<string, Optimizer>(key, adam)], map);
    }

    [Theory]
    [InlineData("dense/(")]
    [InlineData("a)(b")]
    [InlineData("[")]
    public void OptimizerMap_InvalidPattern_Throws(string pattern) =>
        AssertThrows($"A key of an OptimizerMap must be a valid regular expression. Received: '{pattern}': ", () => _ = new OptimizerMap(new SGD()) { [pattern] = new Adam() });

    [Fact]
    public void OptimizerMap_InUse_CannotChange()
    {
        var map = new OptimizerMap(new SGD());
        _ = new MultiOptimizer(map);
        Assert.Contains(
            "cannot change once a MultiOptimizer uses it. Received: the key 'a'. Add all keys first.",
            Assert.Throws<InvalidOperationException>(() => map["a"] = new Adam()).Message, StringComparison.Ordinal);
        AssertThrows("An optimizer can be wrapped once. Received: 'sgd', which belongs to 'multi_optimizer' already.", () => _ = new MultiOptimizer(map));
    }

    [Fact]
    public void Build_TwoKeysMatch_NamesThemAndBuildsNothing()
    {
        var map = new OptimizerMap(new SGD()) { [".*/bias"] = new Adam(), ["dense/.*"] = new RMSprop() };
        var optimizer = new MultiOptimizer(map);
        AssertThrows("At most one key of an OptimizerMap can match a path. Received: '.*/bias' and 'dense/.*', which match 'dense/bias'.", () => optimizer.Build(_variables));
        Assert.All(optimizer.Optimizers.Append(optimizer), o => Assert.False(o.IsBuilt));
        optimizer.Build(_variables[..2]);
        Assert.True(optimizer.IsBuilt);
        Assert.Contains("'multi_optimizer' is built already", Assert.Throws<InvalidOperationException>(() => optimizer.Build(_variables[..2])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_BadOptionsOrVariables_BuildsNothing()
    {
        var inner = new Adam { ClipNorm = 1, ClipValue = 1 };
        var optimizer = new MultiOptimizer(new OptimizerMap(inner) { ["embedding/.*"] = new SGD() });
        AssertThrows("Only one of ClipNorm, ClipValue and GlobalClipNorm can be set.", () => optimizer.Build(_variables));
        AssertUnbuilt(optimizer);

        var map = new OptimizerMap(new SGD()) { ["embedding/.*"] = new Adam() };
        optimizer = new MultiOptimizer(map);
        AssertThrows("Each variable can be given once. Received: 'dense/bias' twice.", () => optimizer.Build([.. _variables, _variables[2]]));
        AssertUnbuilt(optimizer);

        optimizer = new MultiOptimizer(new OptimizerMap(new SGD { ParameterGroups = [new("^nothing$")] }) { ["embedding/.*"] = new Adam() });
        AssertThrows("ParameterGroup '^nothing$' must match the path of a variable. Received: 'dense/kernel', 'dense/bias'.", () => optimizer.Build(_variables));
        AssertUnbuilt(optimizer);

        map = new OptimizerMap(new SGD());
        optimizer = new MultiOptimizer(map);
        map.DefaultOptimizer.Build(_variables);
        AssertThrows("An optimizer must be wrapped before it is built. Received: 'sgd', built on 3 variable(s).", () => optimizer.Build(_variables));
        Assert.False(optimizer.IsBuilt);

        static void AssertUnbuilt(MultiOptimizer optimizer) => Assert.All(optimizer.Optimizers.Append(optimizer), o => Assert.False(o.IsBuilt));
    }

    [Fact]
    public void Apply_OneInnerStepFails_TakesAllBack()
    {
        var rate = 0.5;
        var map = new OptimizerMap(new Adam(LearningRate.From(() => rate))) { ["embedding/.*"] = new Adam() };
        var optimizer = new MultiOptimizer(map);
        optimizer.Apply(Gradients, _variables);
        var before = Kinds.Snapshot(_variables, optimizer.Variables);
        rate = double.NaN;
        Assert.ThrowsAny<ArgumentException>(() => optimizer.Apply(Gradients));
        Assert.Equal(before, Kinds.Snapshot(_variables, optimizer.Variables));
        rate = 0.5;
        _variables[2].Constraint = _ => throw new DivideByZeroException(); // of the second group, after the first has stepped
        Assert.Throws<DivideByZeroException>(() => optimizer.Apply(Gradients));
        Assert.Equal(before, Kinds.Snapshot(_variables, optimizer.Variables));
        _variables[2].Constraint = null;
        optimizer.Apply(Gradients);
        Assert.Equal(2, optimizer.Iterations);
    }

    [Fact]
    public void Apply_GroupWithoutGradients_IsLeftAlone()
    {
        var optimizer = new MultiOptimizer(new OptimizerMap(new Adam()) { ["embedding/.*"] = new Adam() });
        optimizer.Apply([null, .. Gradients[1..]], _variables);
        Assert.Equal([1f, 2f], _variables[0].ToArray());
        Assert.Equal([0, 1], optimizer.Optimizers.Select(o => o.Iterations));
        AssertThrows("No gradients provided for any variable of optimizer 'multi_optimizer'.", () => optimizer.Apply([null, null, null]));
        Assert.Equal(1, optimizer.Iterations);
    }

    [Fact]
    public void Optimizer_UnderSeveralKeys_HasOneStateAlsoWhenReadAgain()
    {
        var adam = new Adam();
        var optimizer = new MultiOptimizer(new OptimizerMap(new Adam()) { [".*/kernel"] = adam, [".*/bias"] = adam });
        Assert.Equal(["adam_1", "adam"], optimizer.Optimizers.Select(o => o.Name));
        optimizer.Build(_variables);

        var json = optimizer.Serialize();
        var restored = (MultiOptimizer)Optimizer.Deserialize(JsonNode.Parse(json.ToJsonString())!.AsObject());
        Golden.AssertSameJson(json, restored.Serialize());
        restored.Build(_variables);
        Assert.Equal(optimizer.Variables.Select(v => v.Path), restored.Variables.Select(v => v.Path));
        Assert.Equal(optimizer.Variables.Count, optimizer.Variables.Select(v => v.Path).Distinct().Count());
        Assert.Equal(2, restored.Optimizers.Count);
    }

    /// <summary>A config of Keras 1 or 2 has no name by which the optimizer could be known again.</summary>
    [Fact]
    public void OldOptimizer_UnderSeveralKeys_HasOneStateAlsoWhenReadAgain()
    {
        var sgd = new Keras2.SGD { Momentum = 0.9 };
        var optimizer = new MultiOptimizer(new OptimizerMap(new Keras2.SGD { Momentum = 0.9 }) { [".*/kernel"] = sgd, [".*/bias"] = sgd });
        var json = optimizer.Serialize();
        var restored = (MultiOptimizer)Optimizer.Deserialize(JsonNode.Parse(json.ToJsonString())!.AsObject());
        Golden.AssertSameJson(json, restored.Serialize());
        Assert.Equal(["sgd_1", "sgd"], restored.Optimizers.Select(o => o.Name));
        restored.Build(_variables);
        Assert.Equal([2, 1], restored.Optimizers.Select(o => o.TrainableVariables.Count));
    }

    [Fact]
    public void Variables_OfOldOptimizers_HavePathsOfTheirOwn()
    {
        var optimizer = new MultiOptimizer(new OptimizerMap(new Keras2.SGD()) { ["dense/kernel"] = new Keras2.SGD(), ["dense/bias"] = new Lookahead(new Keras1.Adam()) });
        optimizer.Build(_variables);
        Assert.Equal(
            [
                "multi_optimizer/iteration", "multi_optimizer/learning_rate", "sgd_1/iterations", "sgd_1/moment_0", "lookahead/iteration", "lookahead/learning_rate",
                "lookahead/dense_bias_slow", "adam/iterations", "lookahead/adam/m_0", "lookahead/adam/v_0", "sgd/iterations", "sgd/moment_0",
            ],
            optimizer.Variables.Select(v => v.Path));
    }

    [Fact]
    public void Name_GivenByTheUser_StaysAndOthersGoAround()
    {
        var map = new OptimizerMap(new SGD()) { ["a"] = new SGD(), ["b"] = new SGD { Name = "sgd_1" }, ["c"] = new SGD { Name = "mine" }, ["d"] = new Lookahead(new SGD()) };
        var optimizer = new MultiOptimizer(map);
        string[] names = ["sgd_2", "sgd_1", "mine", "lookahead", "sgd"];
        Assert.Equal(names, optimizer.Optimizers.Select(o => o.Name));
        Assert.Equal("sgd_3", ((Lookahead)map["d"]).InnerOptimizer.Name);
        optimizer.Build(_variables);
        Assert.Equal(names, ((MultiOptimizer)Optimizer.Deserialize(optimizer.Serialize())).Optimizers.Select(o => o.Name));
    }

    [Fact]
    public void Build_KeysThatFitNoVariable_WarnsOfThemOnce()
    {
        using var trace = new TraceRecorder();
        var optimizer = new MultiOptimizer(new OptimizerMap(new SGD()) { ["dense"] = new Adam(), ["dense/.*"] = new RMSprop(), ["dense/bias"] = new SGD(), ["encoder/.*"] = new Adam() });
        optimizer.Apply(Gradients, _variables);
        optimizer.Apply(Gradients, _variables);
        Assert.Equal(
            "No variable of 'multi_optimizer' fits the key(s) 'dense', 'encoder/.*' of its OptimizerMap. The paths are: 'embedding/table', 'dense/kernel', 'dense/bias'.",
            Assert.Single(trace.Warnings));
    }

    [Fact]
    public void Options_OfTheOuter_BelongToTheInnerOptimizers()
    {
        var map = new OptimizerMap(new SGD { LossScaleFactor = 4 });
        var optimizer = new MultiOptimizer(map) { ClipNorm = 1 };
        Assert.Null(map.DefaultOptimizer.LossScaleFactor);
        AssertThrows("Options of MultiOptimizer must be left to the inner optimizer. Received: ClipNorm. Set it there.", () => optimizer.Build(_variables));
        Assert.Equal(8, new MultiOptimizer(new OptimizerMap(new SGD())) { LossScaleFactor = 8 }.Optimizers[0].LossScaleFactor);
    }

    [Fact]
    public void LossScaleOptimizer_AroundAMultiOptimizer_DropsItsScale()
    {
        var inner = new SGD(1.0);
        var optimizer = new LossScaleOptimizer(new MultiOptimizer(new OptimizerMap(inner)) { LossScaleFactor = 8 }) { InitialScale = 2 };
        Assert.Null(inner.LossScaleFactor);
        optimizer.Apply([.. Gradients.Select(g => g * 2f)], _variables);
        Assert.Equal([-2f, -2f], _variables[0].ToArray());
    }

    [Fact]
    public void FinalizeVariableValues_GroupsWithAverages_TakeThem()
    {
        var optimizer = new MultiOptimizer(new OptimizerMap(new SGD(1.0)) { ["dense/.*"] = new SGD(1.0) { UseEma = true, EmaMomentum = 0.5 } });
        for (var step = 0; step < 2; step++) optimizer.Apply(Gradients, _variables);
        AssertThrows("There must be one variable for each of the 2 moving averages of optimizer 'sgd_1'. Received: 1.", () => optimizer.FinalizeVariableValues(_variables[..2]));
        optimizer.FinalizeVariableValues(_variables);
        Assert.Equal([-5f, -6f], _variables[0].ToArray());
        Assert.Equal([-1f], _variables[2].ToArray()); // the mean of 1 and -3
    }

    [Fact]
    public void FromConfig_BadMap_Throws()
    {
        AssertThrows("MultiOptimizer must be given the argument 'optimizer_map'.", () => Optimizer.Get("multi_optimizer"));
        AssertThrows("Argument 'default_optimizer' of OptimizerMap must be an object. Received: \"sgd\".", () => OptimizerMap.FromConfig(new() { ["default_optimizer"] = "sgd" }));
        AssertThrows(
            "Each value of 'optimizer_map' of OptimizerMap must be an object. Received: \"adam\" for 'a'.",
            () => OptimizerMap.FromConfig(new() { ["default_optimizer"] = new SGD().Serialize(), ["optimizer_map"] = new JsonObject { ["a"] = "adam" } }));
    }

    private static void AssertThrows(string message, Action action) =>
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
