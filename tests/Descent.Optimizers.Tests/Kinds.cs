using System.Text.Json.Nodes;
using CustomOptimizer;
using Descent.Optimizers;

namespace Descent.Tests;

/// <summary>Every optimizer there is that wraps no other, found by reflection: the contract tests run over all of them, a new one needs no new test.</summary>
public static class Kinds
{
    private static readonly Type[] Types = [.. typeof(Optimizer).Assembly.GetTypes().Concat(typeof(Kinds).Assembly.GetTypes())
        .Where(t => t.IsSubclassOf(typeof(Optimizer)) && t is { IsAbstract: false, IsPublic: true } && t != typeof(LossScaleOptimizer))];

    // Options that make another rule or other slots of an optimizer.
    private static readonly string[] Variants =
    [
        """SGD {"momentum":0.9}""", """SGD {"momentum":0.9,"nesterov":true}""", """CustomSGD {"momentum":0.9,"nesterov":true}""",
        """RMSprop {"centered":true}""", """RMSprop {"momentum":0.9}""", """RMSprop {"momentum":0.9,"centered":true}""", """Adam {"amsgrad":true}""",
    ];

    static Kinds()
    {
        Optimizer.Register<CustomSGD>("Samples");
        Optimizer.Register<Signum>("Samples");
    }

    /// <summary>Class names, some with options of their own behind them, as <see cref="Create"/> takes them.</summary>
    public static IEnumerable<string> Names => [.. Types.Select(t => t.Name), .. Variants];

    /// <summary>The names for MemberData.</summary>
    public static TheoryData<string> All() => [.. Names];

    /// <summary>Those that move weights from where they are; FTRL and the schedule-free Adam compute them anew from their state.</summary>
    public static TheoryData<string> Incremental() => [.. Names.Where(kind => kind is not ("Ftrl" or "ScheduleFreeAdamW"))];

    /// <summary>Those whose weight decay has one rate and shows in the weights at once; Muon has two rates.</summary>
    public static TheoryData<string> Decaying() => [.. Names.Where(kind => kind is not ("Ftrl" or "ScheduleFreeAdamW" or "Muon"))];

    /// <summary>Those that treat each element by itself; the others look at norms, rows and columns, or whole matrices.</summary>
    public static TheoryData<string> Elementwise() => [.. Names.Where(kind => kind is not ("Lamb" or "Adafactor" or "Muon"))];

    /// <summary>Those whose step is one pass of a rule.</summary>
    public static TheoryData<string> Rules() => [.. Names.Where(kind => Create(kind) is RuleOptimizer)];

    /// <summary>Makes an optimizer with further options under Keras' names; without weight decay unless it is among them.</summary>
    public static Optimizer Create(string kind, double rate = 0.01, JsonObject? options = null)
    {
        var name = kind.Split(' ')[0];
        var type = Types.Single(t => t.Name == name);
        var json = ((Optimizer)type.GetConstructors().Single().Invoke([null])).Serialize();
        var config = json["config"]!.AsObject();
        config["learning_rate"] = rate;
        if (name is "AdamW" or "Muon") config["weight_decay"] = 0.0;
        if (name == "Muon") config["adam_weight_decay"] = 0.0;
        foreach (var (key, value) in (kind.Length > name.Length ? JsonNode.Parse(kind[name.Length..])!.AsObject() : []).Concat(options ?? []))
            config[key] = value?.DeepClone();
        return Optimizer.Deserialize(json);
    }

    /// <summary>A variable of its own for each array.</summary>
    public static Variable[] Variables(params float[][] values) =>
        [.. values.Select((v, i) => new Variable($"layer_{i}/kernel", Tensor.From(v)))];

    /// <summary>Numbers in (-1, 1) that are the same every time.</summary>
    public static float[] Numbers(int count, int seed = 1)
    {
        var random = new System.Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];
    }

    /// <summary>Asserts the same bits, NaN included.</summary>
    public static void AssertSameBits(float[] expected, float[] actual, string what = "values")
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"{what}[{i}]: expected {expected[i]:R}, actual {actual[i]:R}.");
    }

    /// <summary>Asserts the same bits in every variable of two optimizers or models, learning rates and iterations included.</summary>
    public static void AssertSameBits(IEnumerable<Variable> expected, IEnumerable<Variable> actual)
    {
        var (a, b) = (expected.ToArray(), actual.ToArray());
        Assert.Equal(a.Select(v => v.Path), b.Select(v => v.Path));
        for (var i = 0; i < a.Length; i++) AssertSameBits(Cells(a[i]), Cells(b[i]), a[i].Path);
    }

    /// <summary>A copy of all values, for a comparison after something that must not change them.</summary>
    public static float[][] Snapshot(params IEnumerable<Variable>[] variables) => [.. variables.SelectMany(v => v).Select(Cells)];

    private static float[] Cells(Variable variable) => variable.View.Cells.ToArray();
}
