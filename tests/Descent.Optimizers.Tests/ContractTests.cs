using System.Text.Json;
using System.Text.Json.Nodes;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

namespace Descent.Tests;

/// <summary>What every optimizer must do, the samples' own ones included.</summary>
public class ContractTests
{
    public static TheoryData<string> All() => Kinds.All();

    [Fact]
    public void Kinds_Found_AreAllThatTheTableKnowsAndTheSamples() => Assert.Equal(
        [
            "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "CustomSGD", "Ftrl",
            "Keras1.Adadelta", "Keras1.Adagrad", "Keras1.Adam", "Keras1.Adamax", "Keras1.Nadam", "Keras1.RMSprop", "Keras1.SGD",
            "Keras2.Adadelta", "Keras2.Adagrad", "Keras2.Adam", "Keras2.Adamax", "Keras2.Nadam", "Keras2.RMSprop", "Keras2.SGD",
            "Lamb", "Lion", "Muon", "Nadam", "RMSprop", "SGD", "ScheduleFreeAdamW", "Signum",
        ],
        Kinds.Names.Where(kind => !kind.Contains(' ')).Order(StringComparer.Ordinal));

    [Fact]
    public void Kinds_Wrappers_AreAllThereAre() => Assert.Equal(
        typeof(Optimizer).Assembly.GetTypes().Where(t => t is { IsAbstract: false } && t.IsSubclassOf(typeof(WrapperOptimizer))).Select(t => t.Name).Append(nameof(MultiOptimizer)).Order(),
        Kinds.WrappedNames.Select(kind => kind.Split('(')[0]).Distinct().Order());

    [Theory]
    [MemberData(nameof(Kinds.WithKeras3Options), MemberType = typeof(Kinds))]
    public void LearningRate_OfZeroAtFirst_MovesNothingAndThenTrains(string kind)
    {
        var optimizer = Kinds.Create(kind, options: new() { ["learning_rate"] = new Warmup(0.01, steps: 3).Serialize() });
        var variables = Kinds.Variables(Kinds.Numbers(20));
        if (kind is not ("Ftrl" or "ScheduleFreeAdamW"))
        {
            optimizer.Apply([Kinds.Numbers(20, 2)], variables);
            Kinds.AssertSameBits(Kinds.Numbers(20), variables[0].ToArray());
        }

        for (var step = 0; step < 5; step++) optimizer.Apply([Kinds.Numbers(20, 2)], variables);
        Assert.All(variables[0].ToArray(), x => Assert.True(float.IsFinite(x)));
        Assert.NotEqual(Kinds.Numbers(20), variables[0].ToArray());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Extend_FurtherVariables_KeepsTheStateOfTheOthers(string kind)
    {
        var (extended, whole) = (Kinds.Create(kind), Kinds.Create(kind));
        var (first, second) = (Kinds.Variables(Kinds.Numbers(20)), Kinds.Variables(Kinds.Numbers(20)));
        Variable[] both = [first[0], new("more/kernel", Tensor.From(Kinds.Numbers(7)))];
        extended.Build(first);
        for (var step = 0; step < 4; step++)
        {
            if (step == 2) extended.Extend(both);
            extended.Apply(step < 2 ? [Kinds.Numbers(20, step)] : [Kinds.Numbers(20, step), Kinds.Numbers(7, step)]);
            whole.Apply([Kinds.Numbers(20, step)], second);
        }

        Kinds.AssertSameBits(second[0].ToArray(), first[0].ToArray());
        Assert.NotEqual(Kinds.Numbers(7), both[1].ToArray());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Config_OfUnusualOptions_MakesTheSameOptimizer(string kind)
    {
        var config = Kinds.Create(kind).GetConfig();
        var common = !Kinds.HasKeras3Options(kind) ? new JsonObject { ["clipnorm"] = 2.5, ["clipvalue"] = 0.5 } : new JsonObject
        {
            ["name"] = "other",
            ["weight_decay"] = 0.25,
            ["global_clipnorm"] = 2.5,
            ["use_ema"] = true,
            ["ema_momentum"] = 0.5,
            ["ema_overwrite_frequency"] = 3,
            ["loss_scale_factor"] = 8.5,
            ["gradient_accumulation_steps"] = 2,
            ["learning_rate"] = new CosineDecay(initialLearningRate: 0.1, decaySteps: 10).Serialize(),
        };
        foreach (var (key, value) in common)
            if (config.ContainsKey(key) || !Kinds.HasKeras3Options(kind))
                config[key] = value!.DeepClone();
        foreach (var (key, value) in config.ToArray())
        {
            if (common.ContainsKey(key)) continue;
            if (value?.GetValueKind() == JsonValueKind.Number) config[key] = Other(value);
            else if (value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False) config[key] = true;
        }

        // Every option is read, and written as it was read.
        var optimizer = Kinds.Create(kind, options: config);
        Golden.AssertSameJson(config, optimizer.GetConfig());
        var json = JsonNode.Parse(optimizer.Serialize().ToJsonString())!.AsObject();
        var same = Optimizer.Deserialize(json);
        Assert.Equal(optimizer.GetType(), same.GetType());
        Golden.AssertSameJson(json, same.Serialize());
        if (!Kinds.HasKeras3Options(kind)) return;
        Assert.Equal(("other", 0.25, 2.5, 3, 8.5, 2), (same.Name, same.WeightDecay, same.GlobalClipNorm, same.EmaOverwriteFrequency, same.LossScaleFactor, same.GradientAccumulationSteps));
        Assert.Equal((true, 0.5), (same.UseEma, same.EmaMomentum));
        Assert.IsType<CosineDecay>(same.LearningRate.Schedule);
    }

    [Theory]
    [MemberData(nameof(Kinds.WithWrappers), MemberType = typeof(Kinds))]
    public void State_SavedAndRestored_ContinuesBitForBit(string kind)
    {
        // Three calls end in the middle of an accumulation.
        var options = new JsonObject { ["use_ema"] = true, ["gradient_accumulation_steps"] = 2, ["weight_decay"] = 0.1, ["clipnorm"] = 0.5 };
        if (!Kinds.HasKeras3Options(kind)) options["decay"] = 0.1;
        var optimizer = Kinds.Create(kind, options: options);
        var variables = Kinds.Variables(Kinds.Numbers(37), Kinds.Numbers(5));
        for (var step = 0; step < 3; step++) Step(optimizer, variables, step);

        var restored = Optimizer.Deserialize(optimizer.Serialize());
        Variable[] copies = [.. variables.Select(v => new Variable(v.Path, v))];
        restored.Build(copies);
        restored.LoadState(optimizer.Variables);
        for (var step = 3; step < 8; step++)
        {
            Step(optimizer, variables, step);
            Step(restored, copies, step);
        }

        Kinds.AssertSameBits(variables, copies);
        Kinds.AssertSameBits(optimizer.Variables, restored.Variables);

        static void Step(Optimizer optimizer, Variable[] variables, int step) =>
            optimizer.Apply([Kinds.Numbers(37, 10 + step), Kinds.Numbers(5, 20 + step)], variables);
    }

    [Theory]
    [MemberData(nameof(Kinds.Incremental), MemberType = typeof(Kinds))]
    public void Apply_ZeroGradient_LeavesWeightsAlone(string kind)
    {
        var optimizer = Kinds.Create(kind);
        var variables = Kinds.Variables(Kinds.Numbers(19));
        for (var step = 0; step < 3; step++) optimizer.Apply([Tensor.Zeros([19])], variables);
        Kinds.AssertSameBits(Kinds.Numbers(19), variables[0].ToArray());
        Assert.Equal(Kinds.CountsSteps(kind) ? 3 : 0, optimizer.Iterations);
    }

    [Theory]
    [MemberData(nameof(Kinds.WithWrappers), MemberType = typeof(Kinds))]
    public void Apply_OnAParabola_Descends(string kind)
    {
        var optimizer = Kinds.Create(kind, Kinds.ClassOf(kind) == "Adadelta" ? 10 : 0.05);
        var w = new Variable("w", Tensor.From([3f, -2f, 1f]));
        for (var step = 0; step < 1000; step++) optimizer.Apply([w.Value], [w]);
        Assert.All(w.ToArray(), x => Assert.InRange(x, -1f, 1f));
        Assert.InRange(w.ToArray().Sum(x => x * x), 0, 1);
    }

    [Theory]
    [MemberData(nameof(Kinds.WithWrappers), MemberType = typeof(Kinds))]
    public void Apply_OnRosenbrocksValley_Descends(string kind)
    {
        double rate = Kinds.ClassOf(kind) switch { "Adadelta" => 10, "Adagrad" => 0.5, "SGD" or "CustomSGD" => 2e-4, _ => 0.002 };
        var optimizer = Kinds.Create(kind, rate);
        var x = new Variable("x", -1.2f);
        var y = new Variable("y", 1f);
        for (var step = 0; step < 3000; step++)
        {
            using var tape = new GradientTape();
            var loss = Rosenbrock(x, y);
            optimizer.Apply(tape.Gradient(loss, [x, y]), [x, y]);
        }

        // From 24.2 at the start; the bottom of the valley, where x² = y, is long and flat.
        Assert.InRange(Rosenbrock(x, y).Item(), 0, 5);

        static Tensor Rosenbrock(Tensor x, Tensor y) => Ops.Square(1f - x) + 100f * Ops.Square(y - x * x);
    }

    [Theory]
    [MemberData(nameof(Kinds.WithWrappers), MemberType = typeof(Kinds))]
    public void Apply_VariablesOfManyRanksAndWithoutElements_UpdatesAllThatHaveAny(string kind)
    {
        Shape[] shapes = [Shape.Scalar, [3], [0], [2, 3], [3, 2], [0, 3], [3, 0], [2, 1, 3], [3, 0, 2], [2, 2, 1, 2]];
        Variable[] variables = [.. shapes.Select((s, i) => new Variable($"v{i}", Tensor.Full(s, 0.5f)))];
        var optimizer = Kinds.Create(kind, options: new() { ["global_clipnorm"] = 1.0, ["use_ema"] = true });
        for (var step = 0; step < 3; step++) optimizer.Apply([.. shapes.Select((s, i) => Tensor.Full(s, 1 + i))], variables);
        foreach (var variable in variables)
            Assert.All(variable.ToArray(), x => Assert.True(float.IsFinite(x) && x != 0.5f, $"{variable.Path}: {x}"));
    }

    [Theory]
    [MemberData(nameof(Kinds.Elementwise), MemberType = typeof(Kinds))]
    public void Apply_VariablesOfManyRanks_DoesTheSameAsOnOneFlatVariable(string kind)
    {
        Shape[] shapes = [Shape.Scalar, [3], [0], [2, 3], [2, 1, 3], [3, 0, 2], [2, 2, 1, 2], [40, 1000]];
        var total = shapes.Sum(s => s.Size);
        var (values, gradient) = (Kinds.Numbers(total), Kinds.Numbers(total, 2));
        Variable[] variables = [.. Cut(values).Select((v, i) => new Variable($"v{i}", v))];
        var flat = new Variable("flat", Tensor.From(values));
        var (many, one) = (Kinds.Create(kind), Kinds.Create(kind));
        for (var step = 0; step < 3; step++)
        {
            many.Apply(Cut(gradient), variables);
            one.Apply([Tensor.From(gradient)], [flat]);
        }

        Kinds.AssertSameBits(flat.ToArray(), [.. variables.SelectMany(v => v.ToArray())]);
        Assert.False(flat.ToArray().AsSpan().SequenceEqual(values));

        Tensor[] Cut(float[] numbers)
        {
            var start = 0;
            return [.. shapes.Select(s => Tensor.From(numbers.AsSpan((start += s.Size) - s.Size, s.Size), s))];
        }
    }

    [Theory]
    [MemberData(nameof(Kinds.WithWrappersBut), "Keras2|Lookahead|StochasticWeightAveraging", MemberType = typeof(Kinds))]
    public void Apply_NullGradient_LeavesTheVariableAndItsStateAlone(string kind)
    {
        var optimizer = Kinds.Create(kind, options: new() { ["weight_decay"] = 0.1 });
        var variables = Kinds.Variables(Kinds.Numbers(20), Kinds.Numbers(20));
        optimizer.Apply([Kinds.Numbers(20, 2), Kinds.Numbers(20, 2)], variables);
        var before = Kinds.Snapshot(OfSecond());
        optimizer.Apply([Kinds.Numbers(20, 3), null], variables);
        optimizer.Apply([null, null, Kinds.Numbers(20, 3)], [variables[1], variables[1], variables[0]]);
        Assert.Equal(before, Kinds.Snapshot(OfSecond()));
        Assert.NotEqual(variables[0].ToArray(), variables[1].ToArray());

        IEnumerable<Variable> OfSecond() => optimizer.Variables.Where(v => v.Path.Contains("layer_1", StringComparison.Ordinal) || v.Path.EndsWith("_1", StringComparison.Ordinal)).Append(variables[1]);
    }

    [Theory]
    [MemberData(nameof(Kinds.Elementwise), MemberType = typeof(Kinds))]
    public void Apply_NaNInAGradient_SpreadsToItsElementOnly(string kind)
    {
        const int Place = 11;
        var optimizer = Kinds.Create(kind);
        var variables = Kinds.Variables(Kinds.Numbers(20));
        var gradient = Kinds.Numbers(20, 2);
        gradient[Place] = float.NaN;
        optimizer.Apply([gradient], variables);
        float[][] columns = [variables[0].ToArray(), .. optimizer.Variables.Where(v => v.Shape.Size == 20).Select(v => v.ToArray())];
        for (var i = 0; i < 20; i++)
            Assert.Equal(i == Place, columns.Any(c => float.IsNaN(c[i])));
    }

    [Theory]
    [MemberData(nameof(Kinds.WithWrappers), MemberType = typeof(Kinds))]
    public void Apply_OnWrappedMemory_UpdatesItInPlace(string kind)
    {
        var memory = Kinds.Numbers(30);
        var w = Variable.Wrap("w", memory.AsMemory(3, 20), [4, 5]);
        var twin = new Variable("w", w.Value);
        Kinds.Create(kind).Apply([Tensor.Ones([4, 5])], [w]);
        Kinds.Create(kind).Apply([Tensor.Ones([4, 5])], [twin]);
        Kinds.AssertSameBits([.. Kinds.Numbers(30)[..3], .. twin.ToArray(), .. Kinds.Numbers(30)[23..]], memory);
        Assert.NotEqual(Kinds.Numbers(30), memory);
    }

    [Theory]
    [MemberData(nameof(Kinds.WithWrappersBut), "Keras|MultiOptimizer", MemberType = typeof(Kinds))]
    public void LearningRate_NumberScheduleOrFunction_GivesTheSameSteps(string kind)
    {
        double[] rates = [0.5, 0.5, 0.25];
        var call = 0;
        var schedule = new PiecewiseConstantDecay(boundaries: [1], values: [0.5, 0.25]);
        var byNumber = Kinds.Create(kind);
        var bySchedule = Kinds.Create(kind, options: new() { ["learning_rate"] = schedule.Serialize() });
        var byFunction = Kinds.Create(kind);
        byFunction.LearningRate = LearningRate.From(() => rates[call]);
        Variable[][] variables = [.. Enumerable.Range(0, 3).Select(_ => Kinds.Variables(Kinds.Numbers(20)))];
        for (; call < 3; call++)
        {
            byNumber.LearningRate = rates[call];
            Assert.Equal(rates[call], byNumber.LearningRate.Value);
            Assert.Equal(rates[call], bySchedule.LearningRate.Value);
            byNumber.Apply([Kinds.Numbers(20, call)], variables[0]);
            bySchedule.Apply([Kinds.Numbers(20, call)], variables[1]);
            byFunction.Apply([Kinds.Numbers(20, call)], variables[2]);
            Kinds.AssertSameBits(variables[0], variables[1]);
            Kinds.AssertSameBits(variables[0], variables[2]);
        }
    }

    // A number that is not the default, of its sign and kind.
    private static JsonNode Other(JsonNode number) => number.ToJsonString() is var text && text.Contains('.') || text.Contains('e')
        ? (text.StartsWith('-') ? -0.125 : 0.125)
        : 3;
}
