using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CustomOptimizer;
using Descent.Optimizers;
using Descent.Optimizers.Legacy;

namespace Descent.Tests;

/// <summary>Every optimizer there is, found by reflection, and every wrapper around some: the contract tests run over all of them, a new one needs no new test.</summary>
public static class Kinds
{
    private static readonly Type[] Types = [.. typeof(Optimizer).Assembly.GetTypes().Concat(typeof(Kinds).Assembly.GetTypes())
        .Where(t => t.IsSubclassOf(typeof(Optimizer)) && t is { IsAbstract: false, IsPublic: true } && !t.IsSubclassOf(typeof(WrapperOptimizer)) && t != typeof(MultiOptimizer))];

    // Options that make another rule or other slots of an optimizer.
    private static readonly string[] Variants =
    [
        """SGD {"momentum":0.9}""", """SGD {"momentum":0.9,"nesterov":true}""", """CustomSGD {"momentum":0.9,"nesterov":true}""",
        """RMSprop {"centered":true}""", """RMSprop {"momentum":0.9}""", """RMSprop {"momentum":0.9,"centered":true}""", """Adam {"amsgrad":true}""",
        """Keras1.SGD {"momentum":0.9,"decay":1e-3}""", """Keras1.RMSprop {"decay":1e-3}""", """Keras2.SGD {"momentum":0.9,"nesterov":true}""", """Keras2.Adam {"amsgrad":true,"decay":1e-3}""",
    ];

    // Wrappers, named with what they wrap in parentheses.
    private static readonly Dictionary<string, Func<Optimizer, Optimizer>> Wrappers = new()
    {
        [nameof(LossScaleOptimizer)] = inner => new LossScaleOptimizer(inner) { InitialScale = 1 },
        [nameof(MultiOptimizer)] = inner => new MultiOptimizer(new OptimizerMap(inner)),
        [nameof(Lookahead)] = inner => new Lookahead(inner) { SyncPeriod = 2 },
        [nameof(SharpnessAwareMinimization)] = inner => new SharpnessAwareMinimization(inner),
        [nameof(StochasticWeightAveraging)] = inner => new StochasticWeightAveraging(inner) { Period = 2 },
    };

    static Kinds()
    {
        Optimizer.Register<CustomSGD>("Samples");
        Optimizer.Register<Signum>("Samples");
    }

    /// <summary>Class names, those of older generations with their namespace; some with options of their own behind them, as <see cref="Create"/> takes them.</summary>
    public static IEnumerable<string> Names => [.. Types.Select(NameOf), .. Variants];

    /// <summary>Wrappers around an optimizer that is one pass, one that has two, one on whole tensors, and one that does not count its steps; what Keras does not save whole; and a nest of them.</summary>
    public static IEnumerable<string> WrappedNames =>
    [
        .. Wrappers.Keys.SelectMany(_ => (string[])["Adam", "Lamb", "Keras1.SGD", """CustomSGD {"momentum":0.9,"nesterov":true}"""], (wrapper, inner) => $"{wrapper}({inner})"),
        "LossScaleOptimizer(Nadam)", "LossScaleOptimizer(MultiOptimizer(Adafactor))",
        "LossScaleOptimizer(StochasticWeightAveraging(Lookahead(MultiOptimizer(SharpnessAwareMinimization(Adam)))))",
    ];

    /// <summary>The names for MemberData.</summary>
    public static TheoryData<string> All() => [.. Names];

    /// <summary>Those that have the options of Keras 3; the older generations know clipping alone.</summary>
    public static TheoryData<string> WithKeras3Options() => [.. Names.Where(HasKeras3Options)];

    /// <summary>Those that leave a variable without a gradient alone; Keras 2 objects.</summary>
    public static TheoryData<string> TakingNullGradients() => [.. Names.Where(TakesNullGradients)];

    /// <summary>The wrappers, too.</summary>
    public static TheoryData<string> WithWrappers() => [.. Names, .. WrappedNames];

    /// <summary>The wrappers, too, without the kinds that match a regular expression: they do something of their own there.</summary>
    public static TheoryData<string> WithWrappersBut(string others) => [.. Names.Concat(WrappedNames).Where(kind => !Regex.IsMatch(kind, others))];

    /// <summary>Those that move weights from where they are; FTRL and the schedule-free Adam compute them anew from their state.</summary>
    public static TheoryData<string> Incremental() => [.. Names.Where(kind => kind is not ("Ftrl" or "ScheduleFreeAdamW"))];

    /// <summary>Those whose weight decay has one rate and shows in the weights at once; Muon has two rates.</summary>
    public static TheoryData<string> Decaying() => [.. Names.Where(kind => HasKeras3Options(kind) && kind is not ("Ftrl" or "ScheduleFreeAdamW" or "Muon"))];

    /// <summary>Those that treat each element by itself; the others look at norms, rows and columns, or whole matrices.</summary>
    public static TheoryData<string> Elementwise() => [.. Names.Where(kind => kind is not ("Lamb" or "Adafactor" or "Muon"))];

    /// <summary>Those whose step is one pass of a rule.</summary>
    public static TheoryData<string> Rules() => [.. Names.Where(kind => Create(kind) is RuleOptimizer)];

    /// <summary>Whether a kind has the options of Keras 3.</summary>
    public static bool HasKeras3Options(string kind) => !kind.Contains("Keras", StringComparison.Ordinal);

    /// <summary>Whether a kind leaves a variable without a gradient alone.</summary>
    public static bool TakesNullGradients(string kind) => !kind.Contains("Keras2", StringComparison.Ordinal);

    /// <summary>Whether a kind counts its steps: Keras 1 does where something depends on them.</summary>
    public static bool CountsSteps(string kind) => kind is not ("Keras1.SGD" or "Keras1.RMSprop" or "Keras1.Adagrad" or "Keras1.Adadelta");

    /// <summary>The name of a kind's class, without generation and options.</summary>
    public static string ClassOf(string kind) => kind.Split(' ')[0].Split('.')[^1];

    /// <summary>
    /// Makes an optimizer with further options under Keras' names, less those that its generation does not have; without weight decay unless it is among them.
    /// </summary>
    public static Optimizer Create(string kind, double rate = 0.01, JsonObject? options = null)
    {
        if (kind.EndsWith(')'))
        {
            var inner = kind.IndexOf('(', StringComparison.Ordinal);
            return Wrappers[kind[..inner]](Create(kind[(inner + 1)..^1], rate, options));
        }

        var name = kind.Split(' ')[0];
        var constructor = Types.Single(t => NameOf(t) == name).GetConstructors().Single();
        var json = ((Optimizer)constructor.Invoke(new object?[constructor.GetParameters().Length])).Serialize();
        var config = json["config"]!.AsObject();
        config[config.ContainsKey("lr") ? "lr" : "learning_rate"] = rate;
        options = new JsonObject((options ?? []).Where(o => HasKeras3Options(kind) || config.ContainsKey(o.Key) || o.Key is "clipnorm" or "clipvalue")
            .Select(o => KeyValuePair.Create(o.Key, o.Value?.DeepClone())));
        if (name is "AdamW" or "Muon") config["weight_decay"] = 0.0;
        if (name == "Muon") config["adam_weight_decay"] = 0.0;
        foreach (var (key, value) in (kind.Length > name.Length ? JsonNode.Parse(kind[name.Length..])!.AsObject() : []).Concat(options))
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

    private static string NameOf(Type type) => type.IsSubclassOf(typeof(LegacyOptimizer)) ? $"{type.Namespace!.Split('.')[^1]}.{type.Name}" : type.Name;

    private static float[] Cells(Variable variable) => variable.View.Cells.ToArray();
}
