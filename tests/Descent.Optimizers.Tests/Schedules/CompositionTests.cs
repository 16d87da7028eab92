using Descent.Optimizers;
using Descent.Optimizers.Schedules;
using FsCheck;
using FsCheck.Fluent;

namespace Descent.Tests.Schedules;

/// <summary>Schedules that are made of others.</summary>
public class CompositionTests
{
    [Fact]
    public void Warmup_OfASchedule_RisesToItsFirstRateAndStartsItsClock()
    {
        var inner = new ExponentialDecay(0.1, decaySteps: 10, decayRate: 0.5);
        var schedule = new Warmup(inner, steps: 4) { InitialLearningRate = 0.02 };
        double[] rise = [0.02, 0.04, 0.06, 0.08];
        for (int step = 0; step < 4; step++)
            Assert.Equal(rise[step], schedule.At(step), 1e-8);
        for (int step = 0; step < 100; step++)
            Assert.Equal(inner.At(step), schedule.At(4 + step));
    }

    [Fact]
    public void Warmup_ThenCosine_IsKerasCosineDecayWithAWarmup()
    {
        var schedule = new Warmup(new CosineDecay(0.1, decaySteps: 50), steps: 10);
        var keras = new CosineDecay(0, decaySteps: 50) { WarmupTarget = 0.1, WarmupSteps = 10 };
        for (int step = 0; step < 100; step++)
            Assert.Equal(keras.At(step), schedule.At(step), 1e-8);
    }

    [Fact]
    public void Warmup_OfNoSteps_IsTheScheduleItself() => Assert.Equal(0.25, new Warmup(0.25, steps: 0).At(0));

    [Fact]
    public void Warmup_OfAnyLength_MeetsItsScheduleExactlyAndRisesSteadily() => Prop.ForAll(
        ArbMap.Default.ArbFor<uint>(),
        ArbMap.Default.ArbFor<PositiveInt>(),
        (length, size) =>
        {
            long steps = 1 + length * 1000L;
            double rate = size.Get * 1e-4;
            var schedule = new Warmup(rate, steps);
            Assert.Equal((float)rate, schedule.At(steps));
            Assert.Equal(0, schedule.At(0));
            long step = steps / 2;
            Assert.InRange(schedule.At(step + 1) - schedule.At(step), 0, rate / steps + rate * 1e-7);
            Assert.True(schedule.At(steps - 1) <= schedule.At(steps));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Sequential_EachPart_IsAskedWithItsOwnSteps()
    {
        var schedule = new SequentialSchedule([new Probe(), new Probe(), new Probe()], boundaries: [3, 5]);
        Assert.Equal([0, 1, 2, 0, 1, 0, 1, 2], Enumerable.Range(0, 8).Select(step => schedule.At(step)));
        Assert.Equal(7_999_999_995, schedule.At(8_000_000_000));
    }

    [Fact]
    public void Sequential_OfPiecesOfOneLine_IsTheLine()
    {
        var whole = new PolynomialDecay(1, 64) { EndLearningRate = 0 };
        var pieces = new SequentialSchedule(
            [new PolynomialDecay(1, 16) { EndLearningRate = 0.75 }, new PolynomialDecay(0.75, 16) { EndLearningRate = 0.5 }, new PolynomialDecay(0.5, 32) { EndLearningRate = 0 }],
            boundaries: [16, 32]);
        for (int step = 0; step < 80; step++)
            Assert.Equal(whole.At(step), pieces.At(step), 1e-7);
    }

    [Fact]
    public void Sequential_Nested_IsTheSameAsFlat()
    {
        var flat = new SequentialSchedule([0.5, new Probe(), 0.25], boundaries: [2, 7]);
        var nested = new SequentialSchedule([0.5, new SequentialSchedule([new Probe(), 0.25], boundaries: [5])], boundaries: [2]);
        Assert.Equal(Enumerable.Range(0, 20).Select(step => flat.At(step)), Enumerable.Range(0, 20).Select(step => nested.At(step)));
    }

    [Fact]
    public void Sequential_NumbersDoNotFit_NamesBoth()
    {
        var error = Assert.Throws<ArgumentException>(() => new SequentialSchedule([0.1, 0.2], boundaries: [1, 2]));
        Assert.StartsWith("The number of Boundaries must be 1 less than the number of Schedules. Received: 2 boundaries and 2 schedules.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new SequentialSchedule([], []));
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(5, 4)]
    [InlineData(0, 4)]
    [InlineData(-1, 4)]
    public void Sequential_BoundariesDoNotAscendFromAboveZero_NamesThem(long first, long second)
    {
        var error = Assert.Throws<ArgumentException>(() => new SequentialSchedule([0.1, 0.2, 0.3], boundaries: [first, second]));
        Assert.StartsWith($"Boundaries must ascend and be above 0. Received: [{first},{second}].", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Part_ThatSetsCounts_IsRejectedWithTheRemedy()
    {
        var part = new CosineDecay(0.1, 10) { Counts = StepCount.Updates };
        var error = Assert.Throws<ArgumentException>(() => new Warmup(part, 5));
        Assert.StartsWith(
            "A part of Warmup is asked with the steps of the whole and must not set Counts. Received: Counts=Updates on 'CosineDecay'. Set it on the Warmup.",
            error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new SequentialSchedule([0.1, part], [5]));

        var json = new Warmup(new CosineDecay(0.1, 10), 5).Serialize();
        json["config"]!["schedule"] = part.Serialize();
        Assert.StartsWith("A part of Warmup", Assert.Throws<ArgumentException>(() => LearningRateSchedule.Deserialize(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Part_ThatIsNull_IsRejected()
    {
        Assert.Throws<ArgumentNullException>(() => new Warmup((LearningRateSchedule)null!, 5));
        Assert.Throws<ArgumentNullException>(() => new SequentialSchedule([0.1, (LearningRateSchedule)null!], [5]));
    }

    [Fact]
    public void Part_ThatIsAFunction_IsRejectedWithTheRemedy() => Assert.StartsWith(
        "A part of Warmup must be a schedule or a number. Received: a function. Derive a class from LearningRateSchedule instead.",
        Assert.Throws<ArgumentException>(() => new Warmup(LearningRate.From(() => 0.1), 5)).Message, StringComparison.Ordinal);

    [Fact]
    public void Part_ThatIsNoObject_IsNamed()
    {
        var json = new SequentialSchedule([0.1, 0.2], [5]).Serialize();
        json["config"]!["schedules"]![1] = 0.2;
        var error = Assert.Throws<ArgumentException>(() => LearningRateSchedule.Deserialize(json));
        Assert.Equal("Each of the 'schedules' must be a serialized schedule. Received: 0.2.", error.Message);
    }

    [Fact]
    public void Constructor_BadArguments_NamesThem()
    {
        Assert.StartsWith("Steps must be 0 or more. Received: -1.", Message(() => new Warmup(0.1, -1)), StringComparison.Ordinal);
        Assert.StartsWith("InitialLearningRate must be a finite number. Received: NaN.", Message(() => new Warmup(0.1, 5) { InitialLearningRate = double.NaN }), StringComparison.Ordinal);
        Assert.StartsWith("LearningRate must be a finite number. Received: Infinity.", Message(() => new Constant(double.PositiveInfinity)), StringComparison.Ordinal);
    }

    [Fact]
    public void Number_AsAPart_IsAConstant()
    {
        Assert.Equal(0.25, Assert.IsType<Constant>(new Warmup(0.25, 5).Schedule).LearningRate);
        Assert.Equal(0.25, Assert.IsType<Constant>(new SequentialSchedule([0.5, 0.25], [5]).Schedules[1]).LearningRate);
    }

    private static string Message(Func<LearningRateSchedule> make) => Assert.Throws<ArgumentOutOfRangeException>(make).Message;

    /// <summary>Gives the step it is asked with.</summary>
    private sealed class Probe : LearningRateSchedule
    {
        public override double At(long step) => step;

        public override System.Text.Json.Nodes.JsonObject GetConfig() => [];
    }
}
