using System.Text.Json.Nodes;
using Descent.Optimizers;

namespace Descent.Tests;

/// <summary>What the options of the base do to every optimizer, bit for bit, compared with a twin that has them done by hand.</summary>
public class OptionContractTests
{
    private const int Size = 37;
    private const int Steps = 5;

    public static TheoryData<string> All() => Kinds.All();

    [Theory]
    [MemberData(nameof(Kinds.WithWrappers), MemberType = typeof(Kinds))]
    public void ClipValue_LargeElements_LimitsEach(string kind) => AssertTwin(
        kind, new() { ["clipvalue"] = 0.5 }, (_, gradients) => [.. gradients.Select(g => Map(g, x => Math.Clamp(x, -0.5f, 0.5f)))]);

    [Theory]
    [MemberData(nameof(Kinds.WithWrappersBut), "Keras", MemberType = typeof(Kinds))]
    public void ClipNorm_LongGradient_ShrinksItsVariableOnly(string kind) => AssertTwin(
        kind, new() { ["clipnorm"] = 1.0 }, (_, gradients) => [Map(gradients[0], x => x * 0.2f), gradients[1]], [Sparse(3, 4), Sparse(0.5f, 0.5f)]);

    [Theory]
    [MemberData(nameof(Kinds.WithWrappers), MemberType = typeof(Kinds))]
    public void GlobalClipNorm_LongGradients_ShrinksAllAlike(string kind) => AssertTwin(
        kind, new() { [Kinds.HasKeras3Options(kind) ? "global_clipnorm" : "clipnorm"] = 1.0 }, (_, gradients) => [.. gradients.Select(g => Map(g, x => x * 0.2f))], [Sparse(3, 0), Sparse(0, 4)]);

    [Theory]
    [MemberData(nameof(Kinds.WithWrappers), MemberType = typeof(Kinds))]
    public void ClipNorm_ShortOrNoLimit_DoesNothing(string kind)
    {
        foreach (var (key, limit) in new[] { ("clipnorm", 1e3), ("global_clipnorm", 1e3), ("clipvalue", 1e3), ("clipnorm", 0.0), ("global_clipnorm", -1.0), ("clipvalue", 0.0) })
            AssertTwin(kind, new() { [key] = limit }, (_, gradients) => gradients);
    }

    [Theory]
    [MemberData(nameof(Kinds.Decaying), MemberType = typeof(Kinds))]
    public void WeightDecay_BeforeTheRule_TakesItsShareOfTheWeights(string kind) => AssertTwin(
        kind, new() { ["weight_decay"] = 0.5 }, (variables, gradients) =>
        {
            foreach (var variable in variables) Decay(variable);
            return gradients;
        });

    [Theory]
    [MemberData(nameof(Kinds.Decaying), MemberType = typeof(Kinds))]
    public void WeightDecay_ExcludedByVariableOrName_PassesThemBy(string kind)
    {
        Variable[] twins = [.. Enumerable.Range(0, 4).Select(i => new Variable($"bias_{i}/{(i == 2 ? "bias" : "kernel")}", Kinds.Numbers(Size, i)))];
        Variable[] variables = [.. twins.Select(v => new Variable(v.Path, v))];
        var optimizer = Kinds.Create(kind, options: new() { ["weight_decay"] = 0.5 });
        optimizer.ExcludeFromWeightDecay(variables: [variables[1]], names: ["^b", "nothing"]);
        Tensor[] gradients = [.. variables.Select((_, i) => (Tensor)Kinds.Numbers(Size, 10 + i))];
        optimizer.Apply(gradients, variables);

        Decay(twins[0]);
        Decay(twins[3]);
        Kinds.Create(kind).Apply(gradients, twins);
        Kinds.AssertSameBits(twins, variables);
    }

    [Fact]
    public void ExcludeFromWeightDecay_OptionsInOneName_DoNotReachIntoTheNext()
    {
        Variable[] variables = [.. ((string[])["a/BIAS", "a/gamma", "a/Gamma"]).Select(path => new Variable(path, Tensor.Ones([2])))];
        var sgd = new SGD(learningRate: 0.5) { WeightDecay = 1.0 };
        sgd.ExcludeFromWeightDecay(names: ["(?i)bias", "Gamma"]);
        sgd.Apply([.. variables.Select(_ => Tensor.Zeros([2]))], variables);
        Assert.Equal([1f, 0.5f, 1f], variables.Select(v => v.ToArray()[0]));
        Assert.ThrowsAny<ArgumentException>(() => new SGD().ExcludeFromWeightDecay(names: ["a)(b"]));
    }

    [Fact]
    public void WeightDecay_Exclusions_SurviveSerialization()
    {
        var variables = Kinds.Variables(Kinds.Numbers(Size), Kinds.Numbers(Size), Kinds.Numbers(Size));
        var optimizer = new AdamW();
        optimizer.ExcludeFromWeightDecay(variables: [variables[1]], names: ["bias", "^gamma$"]);
        var json = optimizer.Serialize();
        Assert.Equal("""{"exclude_from_weight_decay":{"variables":["layer_1/kernel"],"names":["bias","^gamma$"]}}""", json["descent"]!.ToJsonString());

        var same = Optimizer.Deserialize(JsonNode.Parse(json.ToJsonString())!.AsObject());
        Golden.AssertSameJson(json, same.Serialize());
        same.Apply([.. variables.Select(_ => Tensor.Zeros([Size]))], variables);
        Kinds.AssertSameBits(Kinds.Numbers(Size), variables[1].ToArray());
        Assert.NotEqual(Kinds.Numbers(Size), variables[0].ToArray());
        Assert.NotEqual(Kinds.Numbers(Size), variables[2].ToArray());

        json["descent"] = new JsonObject { ["parameter_group"] = new JsonArray() };
        Assert.Contains("Argument(s) not recognized: 'parameter_group'. 'descent' of optimizer 'adam_w' knows: 'exclude_from_weight_decay', 'lazy_updates', 'parameter_groups'.", Assert.Throws<ArgumentException>(() => Optimizer.Deserialize(json)).Message, StringComparison.Ordinal);
        json["descent"] = 5;
        Assert.Contains("'descent' of optimizer 'adam_w' must be an object. Received: 5.", Assert.Throws<ArgumentException>(() => Optimizer.Deserialize(json)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds.WithWrappersBut), "Keras|LossScaleOptimizer|MultiOptimizer", MemberType = typeof(Kinds))]
    public void LossScaleFactor_ScaledGradients_AreDividedByIt(string kind)
    {
        // A power of two, so that scaling is exact.
        var scaled = Kinds.Create(kind, options: new() { ["loss_scale_factor"] = 8.0, ["clipvalue"] = 0.5 });
        var plain = Kinds.Create(kind, options: new() { ["clipvalue"] = 0.5 });
        var (variables, twins) = (Kinds.Variables(Kinds.Numbers(Size)), Kinds.Variables(Kinds.Numbers(Size)));
        for (var step = 0; step < Steps; step++)
        {
            scaled.Apply([Map(Kinds.Numbers(Size, step), x => 8 * x)], variables);
            plain.Apply([Kinds.Numbers(Size, step)], twins);
        }

        Kinds.AssertSameBits(twins, variables);
    }

    [Theory]
    [MemberData(nameof(Kinds.WithWrappersBut), "Keras|MultiOptimizer", MemberType = typeof(Kinds))]
    public void GradientAccumulation_EverySecondCall_StepsByTheMean(string kind)
    {
        var optimizer = Kinds.Create(kind, options: new() { ["gradient_accumulation_steps"] = 2, ["clipvalue"] = 0.3 });
        var plain = Kinds.Create(kind, options: new() { ["clipvalue"] = 0.3 });
        var (variables, twins) = (Kinds.Variables(Kinds.Numbers(Size)), Kinds.Variables(Kinds.Numbers(Size)));
        for (var step = 0; step < Steps; step++)
        {
            var (first, second) = (Kinds.Numbers(Size, 2 * step), Kinds.Numbers(Size, 2 * step + 1));
            optimizer.Apply([first], variables);
            Kinds.AssertSameBits(twins, variables);
            Assert.Equal(step, optimizer.Iterations);
            optimizer.Apply([second], variables);
            plain.Apply([first.Zip(second, (a, b) => (a + b) * 0.5f).ToArray()], twins);
            Kinds.AssertSameBits(twins, variables);
            Assert.Equal(step + 1, optimizer.Iterations);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds.WithWrappersBut), "Keras|Lookahead|StochasticWeightAveraging", MemberType = typeof(Kinds))]
    public void Ema_OfTheWeights_OverwritesThemNowAndThenAndAtTheEnd(string kind)
    {
        var optimizer = Kinds.Create(kind, options: new() { ["use_ema"] = true, ["ema_momentum"] = 0.75, ["ema_overwrite_frequency"] = 3 });
        var plain = Kinds.Create(kind);
        var (variables, twins) = (Kinds.Variables(Kinds.Numbers(Size), Kinds.Numbers(3)), Kinds.Variables(Kinds.Numbers(Size), Kinds.Numbers(3)));
        float[][] averages = [new float[Size], new float[3]];
        for (var step = 0; step < 5; step++)
        {
            Tensor?[] gradients = [Kinds.Numbers(Size, step), step == 1 ? null : Tensor.From(Kinds.Numbers(3, step))]; // a variable left out is averaged, too
            optimizer.Apply(gradients, variables);
            plain.Apply(gradients, twins);
            for (var v = 0; v < 2; v++)
            {
                var momentum = step == 0 ? 0 : 0.75f;
                averages[v] = [.. averages[v].Zip(twins[v].ToArray(), (e, w) => e * momentum + w * (1 - momentum))];
                if (step == 2) twins[v].Assign(averages[v]);
            }

            Kinds.AssertSameBits(twins, variables);
            foreach (var (average, variable) in averages.Zip(optimizer.Variables.Where(v => v.Name.EndsWith("_average", StringComparison.Ordinal))))
                Kinds.AssertSameBits(average, variable.ToArray());
        }

        optimizer.FinalizeVariableValues(variables);
        for (var v = 0; v < 2; v++) Kinds.AssertSameBits(averages[v], variables[v].ToArray());
        Assert.NotEqual(twins[0].ToArray(), variables[0].ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds.WithWrappersBut), "Lookahead", MemberType = typeof(Kinds))]
    public void Constraint_AfterTheUpdate_HoldsForTheWeights(string kind)
    {
        var (variables, twins) = (Kinds.Variables(Kinds.Numbers(Size)), Kinds.Variables(Kinds.Numbers(Size)));
        variables[0].Constraint = w => Ops.Maximum(w, 0f);
        var (optimizer, plain) = (Kinds.Create(kind, 0.5), Kinds.Create(kind, 0.5));
        for (var step = 0; step < Steps; step++)
        {
            optimizer.Apply([Kinds.Numbers(Size, step)], variables);
            plain.Apply([Kinds.Numbers(Size, step)], twins);
            twins[0].Assign(Ops.Maximum(twins[0], 0f));
            Kinds.AssertSameBits(twins, variables);
        }

        Assert.Contains(0f, variables[0].ToArray());
    }

    private static void AssertTwin(string kind, JsonObject options, Func<Variable[], Tensor[], Tensor[]> byHand, Tensor[]? given = null)
    {
        var (optimizer, plain) = (Kinds.Create(kind, options: options), Kinds.Create(kind));
        var (variables, twins) = (Kinds.Variables(Kinds.Numbers(Size), Kinds.Numbers(Size, 3)), Kinds.Variables(Kinds.Numbers(Size), Kinds.Numbers(Size, 3)));
        for (var step = 0; step < Steps; step++)
        {
            Tensor[] gradients = given ?? [Kinds.Numbers(Size, 10 + step), Kinds.Numbers(Size, 20 + step)];
            optimizer.Apply(gradients, variables);
            plain.Apply(byHand(twins, gradients), twins);
            Kinds.AssertSameBits(twins, variables);
        }
    }

    // At the rate of Kinds.Create, kept in float32.
    private static void Decay(Variable variable)
    {
        var share = (float)(0.5 * 0.01f);
        variable.Assign(Map(variable, w => w - w * share));
    }

    private static Tensor Map(Tensor tensor, Func<float, float> function) => Tensor.From([.. tensor.AsSpan().ToArray().Select(function)], tensor.Shape);

    private static Tensor Sparse(float first, float last)
    {
        var values = new float[Size];
        (values[0], values[^1]) = (first, last);
        return values;
    }
}
