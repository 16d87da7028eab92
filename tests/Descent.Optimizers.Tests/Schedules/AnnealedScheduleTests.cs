using System.Text.Json.Nodes;
using Descent.Optimizers.Schedules;

namespace Descent.Tests.Schedules;

/// <summary>One-cycle, and warm-up, stable, decay.</summary>
public class AnnealedScheduleTests
{
    private const string File = "torch/one_cycle";

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void OneCycle_RecordedSteps_GivesPyTorchsRates(GoldenCase golden)
    {
        JsonObject json = golden.Json;
        var schedule = LearningRateSchedule.Deserialize(new JsonObject { ["class_name"] = "OneCycle", ["config"] = json["constructor"]!.DeepClone() });
        int[] steps = Golden.Ints(json["steps"]);
        double[] rates = [.. json["values"]!.AsArray().Select(Golden.Number)];
        for (int i = 0; i < steps.Length; i++)
        {
            // PyTorch calculates in double too; near the end its cosine has lost a few digits more than float32 has.
            double rate = schedule.At(steps[i]);
            Assert.True(Math.Abs(rate - rates[i]) <= 1e-7 * rates[i] + 1e-17, $"step {steps[i]}: expected {rates[i]:R}, actual {rate:R}.");
        }
    }

    [Fact]
    public void OneCycle_AfterTheEnd_StaysAtTheLastRate()
    {
        var schedule = new OneCycle(0.5, totalSteps: 10);
        Assert.Equal((float)(0.5 / 25 / 1e4), schedule.At(9));
        Assert.Equal(schedule.At(9), schedule.At(10));
        Assert.Equal(schedule.At(9), schedule.At(long.MaxValue));
    }

    [Theory]
    [InlineData(10, 0.1)]
    [InlineData(1, 1.0)]
    public void OneCycle_RiseOfOneStep_BeginsAtTheMaximum(long totalSteps, double part) =>
        Assert.Equal(0.5, new OneCycle(0.5, totalSteps) { PctStart = part }.At(0));

    [Theory]
    [InlineData(Annealing.Linear)]
    [InlineData(Annealing.Cosine)]
    [InlineData(Annealing.OneMinusSqrt)]
    public void OneCycle_OfManySteps_RisesToThePeakAndFallsWithoutJumps(Annealing annealing)
    {
        const int Total = 10_000;
        var schedule = new OneCycle(1, Total) { Annealing = annealing };
        double[] rates = [.. Enumerable.Range(0, Total).Select(step => schedule.At(step))];
        int peak = Array.IndexOf(rates, rates.Max());
        Assert.Equal((Total * 3 / 10) - 1, peak);
        Assert.Equal(1, rates[peak]);
        for (int step = 1; step < Total; step++)
        {
            Assert.True(step <= peak ? rates[step] >= rates[step - 1] : rates[step] <= rates[step - 1], $"{step}");
            Assert.InRange(Math.Abs(rates[step] - rates[step - 1]), 0, 0.02);
        }
    }

    [Theory]
    [InlineData(Annealing.Linear, 0.5)]
    [InlineData(Annealing.Cosine, 0.8535534)]
    [InlineData(Annealing.OneMinusSqrt, 0.2928932)]
    public void WarmupStableDecay_EachPart_FollowsItsFormula(Annealing annealing, double middle)
    {
        var schedule = new WarmupStableDecay(0.8, warmupSteps: 4, stableSteps: 6, decaySteps: 8) { InitialLearningRate = 0.4, Alpha = 0.25, Annealing = annealing };
        Assert.Equal([0.4f, 0.5f, 0.6f, 0.7f, 0.8f], Enumerable.Range(0, 5).Select(step => (float)schedule.At(step)));
        Assert.All(Enumerable.Range(4, 7), step => Assert.Equal(0.8f, schedule.At(step)));

        // A quarter of the way for the cosine, half of it for the others.
        int step = annealing == Annealing.Cosine ? 12 : 14;
        Assert.Equal(0.2 + 0.6 * middle, schedule.At(step), 1e-6);
        Assert.Equal(0.2f, schedule.At(18));
        Assert.Equal(0.2f, schedule.At(long.MaxValue));
    }

    [Fact]
    public void WarmupStableDecay_IsTheCompositionOfItsParts()
    {
        var schedule = new WarmupStableDecay(0.1, warmupSteps: 10, stableSteps: 20, decaySteps: 30) { Annealing = Annealing.Cosine, Alpha = 0.1 };
        var parts = new Warmup(new SequentialSchedule([0.1, new CosineDecay(0.1, 30) { Alpha = 0.1 }], boundaries: [20]), steps: 10);
        for (int step = 0; step < 100; step++)
            Assert.Equal(parts.At(step), schedule.At(step), 3e-8); // Keras' cosine is calculated in float32
    }

    [Fact]
    public void WarmupStableDecay_WithoutWarmupAndStablePart_DecaysFromTheStart() =>
        Assert.Equal([1, 0.75, 0.5, 0.25, 0, 0], Enumerable.Range(0, 6).Select(step => new WarmupStableDecay(1, 0, 0, 4).At(step)));

    [Fact]
    public void Constructor_BadArguments_NamesThem()
    {
        AssertRejects("TotalSteps must be 1 or more. Received: 0.", () => new OneCycle(0.1, 0));
        AssertRejects("MaxLearningRate must be a finite number. Received: NaN.", () => new OneCycle(double.NaN, 10));
        AssertRejects("PctStart must be in [0, 1]. Received: 1.5.", () => new OneCycle(0.1, 10) { PctStart = 1.5 });
        AssertRejects("DivFactor must be positive and finite. Received: 0.", () => new OneCycle(0.1, 10) { DivFactor = 0 });
        AssertRejects("FinalDivFactor must be positive and finite. Received: -1.", () => new OneCycle(0.1, 10) { FinalDivFactor = -1 });
        AssertRejects("WarmupSteps must be 0 or more. Received: -1.", () => new WarmupStableDecay(0.1, -1, 0, 1));
        AssertRejects("StableSteps must be 0 or more. Received: -2.", () => new WarmupStableDecay(0.1, 0, -2, 1));
        AssertRejects("DecaySteps must be 1 or more. Received: 0.", () => new WarmupStableDecay(0.1, 0, 0, 0));
        AssertRejects("Alpha must be in [0, 1]. Received: 2.", () => new WarmupStableDecay(0.1, 0, 0, 1) { Alpha = 2 });

        static void AssertRejects(string message, Func<LearningRateSchedule> make) =>
            Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(make).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deserialize_UnknownAnnealing_NamesThoseThereAre()
    {
        var json = new OneCycle(0.1, 10).Serialize();
        json["config"]!["annealing"] = "cos";
        Assert.Equal(
            "Argument 'annealing' of OneCycle must be one of 'linear', 'cosine', 'one_minus_sqrt'. Received: 'cos'.",
            Assert.Throws<ArgumentException>(() => LearningRateSchedule.Deserialize(json)).Message);
    }
}
