using System.Reflection;
using System.Text.Json.Nodes;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

namespace Descent.Tests.Schedules;

/// <summary>What must hold of every schedule, found by reflection: a new one needs an entry here and no further code.</summary>
public class ScheduleContractTests
{
    private const StepCount Updates = StepCount.Updates;

    // Arguments that are no defaults; the name too, since Keras keeps it.
    private static readonly Dictionary<Type, LearningRateSchedule> Unusual = new LearningRateSchedule[]
    {
        new ExponentialDecay(0.5, 7.5, 0.9) { Staircase = true, Name = "e", Counts = Updates },
        new PiecewiseConstantDecay([3, 6.5], [0.5, 0.25, 0.125]) { Name = "p", Counts = Updates },
        new PolynomialDecay(0.5, 10) { EndLearningRate = 0.25, Power = 2, Cycle = true, Name = "q", Counts = Updates },
        new InverseTimeDecay(0.5, 10, 0.5) { Staircase = true, Name = "i", Counts = Updates },
        new CosineDecay(0.5, 10) { Alpha = 0.25, WarmupTarget = 1, WarmupSteps = 4, Name = "c", Counts = Updates },
        new CosineDecayRestarts(0.5, 10) { Alpha = 0.25, MMul = 0.5, TMul = 3, Name = "r", Counts = Updates },
        new Constant(0.25) { Name = "k", Counts = Updates },
        new Warmup(new Warmup(new CosineDecay(0.5, 10), 2), 5) { InitialLearningRate = 0.125, Name = "w", Counts = Updates },
        new SequentialSchedule([0.5, new CosineDecay(0.5, 10), new SequentialSchedule([0.25], [])], [5, 3_000_000_000]) { Name = "s", Counts = Updates },
        new OneCycle(0.5, 20) { PctStart = 0.25, DivFactor = 5, FinalDivFactor = 50, Annealing = Annealing.Linear, Name = "o", Counts = Updates },
        new WarmupStableDecay(0.5, 4, 5, 6) { InitialLearningRate = 0.125, Alpha = 0.25, Annealing = Annealing.OneMinusSqrt, Name = "wsd", Counts = Updates },
    }.ToDictionary(s => s.GetType());

    private static readonly Type[] Types = [.. typeof(LearningRateSchedule).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(LearningRateSchedule)))];

    public static TheoryData<string> All() => [.. Types.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public void Class_IsSealedKnownAndMadeByItsFromConfig(string name)
    {
        Type type = Types.Single(t => t.Name == name);
        Assert.True(type.IsSealed);
        Assert.Equal(type, type.GetMethod("FromConfig", BindingFlags.Public | BindingFlags.Static)!.ReturnType);
        var error = Assert.Throws<ArgumentException>(() => LearningRateSchedule.Deserialize(new JsonObject { ["class_name"] = name }));
        Assert.StartsWith($"{name} must be given the argument", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Serialize_UnusualArguments_RoundTripsAloneAndInAnOptimizer(string name)
    {
        LearningRateSchedule schedule = Make(name);
        JsonObject json = schedule.Serialize();
        Assert.Equal("""{"counts":"updates"}""", json["descent"]!.ToJsonString());
        Assert.DoesNotContain("counts", schedule.GetConfig().Select(p => p.Key));
        AssertSame(schedule, LearningRateSchedule.Deserialize(Parse(json)));

        var optimizer = Optimizer.Deserialize(Parse(new Adam(schedule).Serialize()));
        AssertSame(schedule, optimizer.LearningRate.Schedule!);
        var wrapped = Optimizer.Deserialize(Parse(new LossScaleOptimizer(new Adam(schedule)).Serialize()));
        AssertSame(schedule, wrapped.LearningRate.Schedule!);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Serialize_CountingCalls_WritesWhatKerasKnowsAlone(string name)
    {
        var json = Make(name).Serialize();
        json.Remove("descent");
        var schedule = LearningRateSchedule.Deserialize(json);
        Assert.Equal(StepCount.Calls, schedule.Counts);
        Assert.Equal(["module", "class_name", "config", "registered_name"], schedule.Serialize().Select(p => p.Key));
        Assert.Equal(
            json["module"]!.GetValue<string>() == "keras.optimizers.schedules" ? null : $"Descent>{name}",
            json["registered_name"]?.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Deserialize_UnknownArgument_NamesIt(string name)
    {
        var json = Make(name).Serialize();
        json["config"]!["nmae"] = "x";
        var error = Assert.Throws<ArgumentException>(() => LearningRateSchedule.Deserialize(json));
        Assert.StartsWith("Argument(s) not recognized: 'nmae'.", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Did you mean 'name'?", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void At_AnyStep_IsAFiniteFloat32(string name)
    {
        LearningRateSchedule schedule = Make(name);
        foreach (var step in new[] { 0, 1, 2, 3, 5, 8, 13, 21, 1000, int.MaxValue, 1L << 40, long.MaxValue })
        {
            double rate = schedule.At(step);
            Assert.True(float.IsFinite((float)rate) && rate >= 0, $"step {step}: {rate}");
            Assert.Equal((float)rate, rate);
        }
    }

    private static LearningRateSchedule Make(string name) => Unusual[Types.Single(t => t.Name == name)];

    private static JsonObject Parse(JsonObject json) => JsonNode.Parse(json.ToJsonString())!.AsObject();

    private static void AssertSame(LearningRateSchedule expected, LearningRateSchedule actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equal(expected.Counts, actual.Counts);
        Golden.AssertSameJson(expected.Serialize(), actual.Serialize());
        for (long step = 0; step < 50; step++)
            Assert.Equal(expected.At(step), actual.At(step));
    }
}
