using System.Text.Json.Nodes;
using Descent.Optimizers.Schedules;

namespace Descent.Tests.Schedules;

public class ScheduleTests
{
    [Fact]
    public void Constructor_DecayStepsNotPositive_NamesArgumentAndValue()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialDecay(0.1, decaySteps: -5, 0.9));
        Assert.StartsWith("DecaySteps must be positive and finite. Received: -5.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineDecay(0.1, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PolynomialDecay(0.1, double.PositiveInfinity));
    }

    [Fact]
    public void Property_NotFinite_NamesArgumentAndValue()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new CosineDecay(0.1, 10) { Alpha = double.NaN });
        Assert.StartsWith("Alpha must be a finite number. Received: NaN.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PiecewiseConstantDecay_LengthsDoNotFit_NamesBoth()
    {
        var error = Assert.Throws<ArgumentException>(() => new PiecewiseConstantDecay([1, 2], [0.1, 0.2]));
        Assert.StartsWith(
            "The length of Boundaries must be 1 less than the length of Values. Received: 2 boundaries and 2 values.",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PiecewiseConstantDecay_BoundariesDecrease_NamesThem()
    {
        var error = Assert.Throws<ArgumentException>(() => new PiecewiseConstantDecay([10, 2.5], [0.1, 0.2, 0.3]));
        Assert.StartsWith("Boundaries must be in increasing order. Received: [10,2.5].", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PiecewiseConstantDecay_CallersArraysChange_StaysAsMade()
    {
        double[] values = [0.1, 0.2];
        var schedule = new PiecewiseConstantDecay([5], values);
        values[0] = 9;
        Assert.Equal(0.1f, schedule.At(0));
    }

    [Fact]
    public void CosineDecayRestarts_PeriodsShrink_StaysAtTheLowestRateAfterTheLast()
    {
        // Periods of 10, 5, 2.5, … steps are over after 20.
        var schedule = new CosineDecayRestarts(0.1, 10) { TMul = 0.5, Alpha = 0.25 };
        Assert.Equal(0.1f, schedule.At(10));
        Assert.Equal(0.025f, schedule.At(20));
        Assert.Equal(0.025f, schedule.At(1000));
    }

    [Fact]
    public void Deserialize_NameIsNull_GivesTheDefaultName()
    {
        var json = (JsonObject)JsonNode.Parse(
            """{"class_name": "PolynomialDecay", "config": {"initial_learning_rate": 0.01, "decay_steps": 10000, "name": null}}""")!;
        Assert.Equal("PolynomialDecay", LearningRateSchedule.Deserialize(json).Name);
    }
}
