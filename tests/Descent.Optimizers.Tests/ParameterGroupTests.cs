using System.Text.Json.Nodes;
using Descent.Optimizers;

namespace Descent.Tests;

/// <summary>A variable in a group is treated as by an optimizer with the group's options alone.</summary>
public class ParameterGroupTests
{
    private static readonly float[] W = Kinds.Numbers(12), V = Kinds.Numbers(12, 2);

    public static TheoryData<string> All() => Kinds.All();

    [Theory]
    [MemberData(nameof(All))]
    public void LearningRateMultiplier_OfAGroup_IsThatOfAnOptimizerWithThisRate(string kind)
    {
        var options = new JsonObject { ["weight_decay"] = 0.1, [Kinds.HasKeras3Options(kind) ? "clipnorm" : "clipvalue"] = 0.5 }; // of the old ones it is over all variables
        var (grouped, whole, half) = (With(Kinds.Create(kind, 0.01, options), new ParameterGroup("^head/") { LearningRateMultiplier = 0.5 }), Kinds.Create(kind, 0.01, options), Kinds.Create(kind, 0.005, options));
        var (both, body, head) = (Variables(), Variables()[0], Variables()[1]);
        for (var step = 0; step < 4; step++)
        {
            Tensor g = Gradient(step), h = Gradient(step + 10);
            grouped.Apply([g, h], both);
            whole.Apply([g], [body]);
            half.Apply([h], [head]);
        }

        Kinds.AssertSameBits([body, head], both);
    }

    [Theory]
    [MemberData(nameof(Kinds.Decaying), MemberType = typeof(Kinds))]
    public void WeightDecay_OfAGroup_ReplacesTheOptimizers(string kind)
    {
        var grouped = With(Kinds.Create(kind, options: new() { ["weight_decay"] = 0.5 }), new ParameterGroup("^head/") { WeightDecay = 0 });
        var (decaying, plain) = (Kinds.Create(kind, options: new() { ["weight_decay"] = 0.5 }), Kinds.Create(kind));
        AssertLikeAlone(grouped, decaying, plain);
        AssertLikeAlone(With(Kinds.Create(kind), new ParameterGroup("^body/") { WeightDecay = 0.5 }), Kinds.Create(kind, options: new() { ["weight_decay"] = 0.5 }), Kinds.Create(kind));
    }

    [Fact]
    public void WeightDecay_OfAnExcludedVariable_StaysNone()
    {
        var grouped = new SGD { ParameterGroups = [new("kernel") { WeightDecay = 0.5 }] };
        grouped.ExcludeFromWeightDecay(names: ["kernel"]);
        AssertLikeAlone(grouped, new SGD(), new SGD());
    }

    [Fact]
    public void Clipping_OfAGroup_ReplacesTheOptimizers()
    {
        AssertLikeAlone(new SGD { ClipNorm = 0.1, ParameterGroups = [new("^head/") { ClipValue = 0.2 }] }, new SGD { ClipNorm = 0.1 }, new SGD { ClipValue = 0.2 });
        AssertLikeAlone(new SGD { ClipValue = 0.1, ParameterGroups = [new("^head/") { ClipNorm = 0 }] }, new SGD { ClipValue = 0.1 }, new SGD());
        AssertLikeAlone(new SGD { ClipValue = 0.1, ParameterGroups = [new("^head/") { ClipNorm = 0.2 }] }, new SGD { ClipValue = 0.1 }, new SGD { ClipNorm = 0.2 });
    }

    [Fact]
    public void GlobalClipNorm_OfAGroup_IsOverItsVariablesAlone()
    {
        // 3, 4 and 12: the group's norm is 5, that of the rest 12.
        var variables = Enumerable.Range(0, 3).Select(i => new Variable($"layer_{i}/w", 0f)).ToArray();
        var sgd = new SGD(learningRate: 1) { GlobalClipNorm = 6, ParameterGroups = [new("layer_[01]") { GlobalClipNorm = 1 }] };
        sgd.Apply([3f, 4f, 12f], variables);
        Assert.Equal([-0.6f, -0.8f, -6f], variables.Select(v => v.Value.Item()), (a, b) => Math.Abs(a - b) < 1e-6);

        // A NaN stays within its group.
        sgd.Apply([float.NaN, 4f, 12f], variables);
        Assert.Equal([true, true, false], variables.Select(v => float.IsNaN(v.Value.Item())));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Frozen_Group_KeepsItsVariablesAndTheirState(string kind)
    {
        var options = new JsonObject { ["use_ema"] = true, ["ema_overwrite_frequency"] = 2, ["weight_decay"] = 0.1 };
        var optimizer = With(Kinds.Create(kind, options: options), new ParameterGroup("^head/") { Frozen = true });
        var variables = Variables();
        optimizer.Build(variables);
        var before = Kinds.Snapshot(OfHead());
        for (var step = 0; step < 3; step++) optimizer.Apply([Gradient(step), Gradient(step)], variables);
        optimizer.FinalizeVariableValues(variables);
        Assert.Equal(before, Kinds.Snapshot(OfHead()));
        Assert.NotEqual(W, variables[0].ToArray());
        Assert.Equal(Kinds.CountsSteps(kind) ? 3 : 0, optimizer.Iterations);

        IEnumerable<Variable> OfHead() => optimizer.Variables.Where(v => v.Path.Contains("head", StringComparison.Ordinal) || v.Path.EndsWith("_1", StringComparison.Ordinal)).Append(variables[1]);
    }

    [Fact]
    public void Groups_SeveralMatch_TheFirstCounts()
    {
        var sgd = new SGD(learningRate: 1) { ParameterGroups = [new("kernel$") { LearningRateMultiplier = 0.5 }, new("head") { Frozen = true }] };
        Variable[] variables = [new("head/kernel", 1f), new("head/bias", 1f), new("body/bias", 1f)];
        sgd.Apply([1f, 1f, 1f], variables);
        Assert.Equal([0.5f, 1f, 0f], variables.Select(v => v.Value.Item()));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Serialize_Groups_StandBesideKerasKeys(string kind)
    {
        var optimizer = With(
            Kinds.Create(kind),
            new("^head/") { LearningRateMultiplier = 0.5, WeightDecay = 0.25, GlobalClipNorm = 2 },
            new("a") { ClipNorm = 3 },
            new("b") { ClipValue = 4 },
            new("bias$") { Frozen = true });
        var json = optimizer.Serialize();
        Golden.AssertSameJson(Kinds.Create(kind).Serialize()["config"], json["config"]);
        Golden.AssertSameJson(
            JsonNode.Parse("""{"pattern": "^head/", "learning_rate_multiplier": 0.5, "weight_decay": 0.25, "clipnorm": null, "global_clipnorm": 2.0, "clipvalue": null, "frozen": false}"""),
            json["descent"]!["parameter_groups"]![0]);
        var same = Optimizer.Deserialize(JsonNode.Parse(json.ToJsonString())!.AsObject());
        Golden.AssertSameJson(json, same.Serialize());
        Assert.Equal(["^head/", "a", "b", "bias$"], same.ParameterGroups.Select(g => g.Pattern));
    }

    [Fact]
    public void Deserialize_InnerOptimizerWithGroups_KeepsThem()
    {
        var wrapped = new LossScaleOptimizer(new Adam { ParameterGroups = [new("kernel") { Frozen = true }] });
        var same = (LossScaleOptimizer)Optimizer.Deserialize(wrapped.Serialize());
        Assert.True(Assert.Single(same.InnerOptimizer.ParameterGroups).Frozen);
    }

    [Theory]
    [InlineData("dense/.*", "ParameterGroup 'dense/.*' must match the path of a variable. Received: 'body/kernel', 'head/kernel'.")]
    [InlineData("head", "ParameterGroup 'head' must have a variable. Received: groups before it that take all it matches. Put it before them.")]
    public void Build_GroupWithoutVariables_SaysWhy(string pattern, string message)
    {
        var sgd = new SGD { ParameterGroups = [new("kernel"), new(pattern)] };
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => sgd.Build(Variables())).Message);
        Assert.False(sgd.IsBuilt);
    }

    [Fact]
    public void Group_BadOptions_SaysWhatIsWrong()
    {
        Assert.StartsWith("The pattern of a ParameterGroup must be a valid regular expression. Received: 'dense/(':", Assert.Throws<ArgumentException>(() => new ParameterGroup("dense/(")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ParameterGroup(""));
        Assert.StartsWith("LearningRateMultiplier must be positive and finite. Received: -1.", Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterGroup("a") { LearningRateMultiplier = -1 }).Message, StringComparison.Ordinal);
        Assert.StartsWith("LearningRateMultiplier must be positive and finite. Received: 0. Use Frozen instead.", Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterGroup("a") { LearningRateMultiplier = 0 }).Message, StringComparison.Ordinal);
        Assert.StartsWith("WeightDecay must be a finite number. Received: NaN.", Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterGroup("a") { WeightDecay = double.NaN }).Message, StringComparison.Ordinal);
        Assert.Equal(
            "Only one of ClipNorm, ClipValue and GlobalClipNorm can be set on ParameterGroup 'a'. Received: ClipNorm=1, ClipValue=2.",
            Assert.Throws<ArgumentException>(() => new SGD { ParameterGroups = [new("a") { ClipNorm = 1, ClipValue = 2 }] }.GetConfig()).Message);
        var json = new SGD { ParameterGroups = [new("a")] }.Serialize();
        json["descent"]!["parameter_groups"]![0]!.AsObject()["learning_rate_multiplyer"] = 2.0;
        Assert.Contains("learning_rate_multiplier", Assert.Throws<ArgumentException>(() => Optimizer.Deserialize(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Update_RulesOfDifferentTypes_ThrowsAndChangesNothing()
    {
        var variables = Variables();
        var fickle = new Fickle { ParameterGroups = [new("head") { LearningRateMultiplier = 0.1 }] };
        Assert.StartsWith("The rules of one step must be of one type", Assert.Throws<InvalidOperationException>(() => fickle.Apply([Gradient(1), Gradient(2)], variables)).Message, StringComparison.Ordinal);
        Assert.Equal(W, variables[0].ToArray());
    }

    // Groups as a user sets them, on an optimizer made by its kind: through the same JSON.
    private static Optimizer With(Optimizer optimizer, params ParameterGroup[] groups)
    {
        var json = optimizer.Serialize();
        json["descent"] = new SGD { ParameterGroups = groups }.Serialize()["descent"]!.DeepClone();
        return Optimizer.Deserialize(json);
    }

    private static void AssertLikeAlone(Optimizer grouped, Optimizer ofBody, Optimizer ofHead)
    {
        var (both, body, head) = (Variables(), Variables()[0], Variables()[1]);
        for (var step = 0; step < 3; step++)
        {
            grouped.Apply([Gradient(step), Gradient(step + 10)], both);
            ofBody.Apply([Gradient(step)], [body]);
            ofHead.Apply([Gradient(step + 10)], [head]);
        }

        Kinds.AssertSameBits([body, head], both);
    }

    // Matrices, so that those that look at rows and columns have some.
    private static Variable[] Variables() => [new("body/kernel", Tensor.From(W, [3, 4])), new("head/kernel", Tensor.From(V, [3, 4]))];

    private static Tensor Gradient(int seed) => Tensor.From(Kinds.Numbers(12, 100 + seed), [3, 4]);

    private sealed class Fickle() : RuleOptimizer(0.01)
    {
        protected override void BuildSlots()
        {
        }

        protected override void Update(RuleRunner runner, double learningRate, int step)
        {
            if (learningRate < 0.005) runner.Run(new SGDRule(0.1f));
            else runner.Run(new SignRule());
        }
    }

    private readonly struct SignRule : IUpdateRule
    {
        public void Update<L>(ref L w, L g, ref L s0, ref L s1, ref L s2) where L : struct, ILane<L> => w -= g;
    }
}
