using System.Text.Json.Nodes;
using Descent.Optimizers;
using Descent.Optimizers.Schedules;

namespace Descent.Tests.Schedules;

/// <summary>What counts as a step while gradients are accumulated.</summary>
public class StepCountTests
{
    [Theory]
    [InlineData(StepCount.Calls, new double[] { 0, 1, 2, 3, 4, 5, 6 })]
    [InlineData(StepCount.Updates, new double[] { 0, 0, 0, 1, 1, 1, 2 })]
    public void Optimizer_AccumulatingThree_AsksItsSchedule(StepCount counts, double[] expected)
    {
        var optimizer = new SGD(new Line { Counts = counts }) { GradientAccumulationSteps = 3 };
        Assert.Equal(expected, RatesOfCalls(optimizer, optimizer));
        var inner = new SGD(new Line { Counts = counts }) { GradientAccumulationSteps = 3 };
        Assert.Equal(expected, RatesOfCalls(new LossScaleOptimizer(inner), inner));
    }

    [Theory]
    [InlineData(StepCount.Calls, -5 - 2)]
    [InlineData(StepCount.Updates, -1 - 0)]
    public void Optimizer_AccumulatingThree_UpdatesWithTheRateItShows(StepCount counts, float expected)
    {
        // Two updates with a gradient of 1: at calls 2 and 5, which are updates 0 and 1.
        var optimizer = new SGD(new Line { Counts = counts }) { GradientAccumulationSteps = 3 };
        var w = new Variable("w", Tensor.From([0f]));
        for (var call = 0; call < 6; call++) optimizer.Apply([Tensor.From([1f])], [w]);
        Assert.Equal([expected], w.ToArray());
    }

    [Fact]
    public void Optimizer_WithoutAccumulation_CountsTheSameEitherWay()
    {
        var optimizer = new SGD(new Line { Counts = StepCount.Updates });
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], RatesOfCalls(optimizer, optimizer));
    }

    [Fact]
    public void Deserialize_OfAScheduleOfTheUsers_KeepsWhatItCounts()
    {
        KerasRegistry.Register<Line>("StepCountTests");
        var optimizer = new SGD(new Line { Counts = StepCount.Updates });
        var same = Optimizer.Deserialize(JsonNode.Parse(optimizer.Serialize().ToJsonString())!.AsObject());
        Assert.Equal(StepCount.Updates, Assert.IsType<Line>(same.LearningRate.Schedule).Counts);
    }

    [Fact]
    public void Deserialize_OddStatements_SaysWhatIsKnown()
    {
        AssertRejects("'descent' of schedule 'CosineDecay' must be an object. Received: \"updates\".", "updates");
        AssertRejects("Argument 'counts' of 'descent' of schedule 'CosineDecay' must be one of 'calls', 'updates'. Received: 'epochs'.", new JsonObject { ["counts"] = "epochs" });
        AssertRejects("Argument(s) not recognized: 'count'. 'descent' of schedule 'CosineDecay' knows: 'counts'. Did you mean 'counts'?", new JsonObject { ["count"] = "calls" });

        static void AssertRejects(string message, JsonNode own)
        {
            var json = new CosineDecay(0.1, 10).Serialize();
            json["descent"] = own;
            Assert.Equal(message, Assert.Throws<ArgumentException>(() => LearningRateSchedule.Deserialize(json)).Message);
        }
    }

    private static double[] RatesOfCalls(Optimizer optimizer, Optimizer inner)
    {
        var w = new Variable("w", Tensor.From([0f]));
        var rates = new List<double>();
        for (var call = 0; call < 7; call++)
        {
            rates.Add(optimizer.LearningRate.Value);
            Assert.Equal(inner.LearningRate.Value, rates[^1]);
            optimizer.Apply([Tensor.From([1f])], [w]);
        }

        return [.. rates];
    }

    /// <summary>A rate that is the step, written by a user.</summary>
    private sealed class Line : LearningRateSchedule
    {
        public override double At(long step) => step;

        public override JsonObject GetConfig() => [];

        public static Line FromConfig(JsonObject config) => new();
    }
}
