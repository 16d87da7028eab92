namespace Descent.Cli.Tests;

public class ScheduleSpecTests
{
    private const double Rate = 0.1;
    private const int StepsPerEpoch = 10;
    private const int Epochs = 20;

    [Theory]
    [InlineData("cosine", 0, 0.1)]
    [InlineData("cosine", 10, 0.05)]
    [InlineData("cosine", 20, 0)]
    [InlineData("cosine:0.2", 20, 0.02)]
    [InlineData("linear", 5, 0.075)]
    [InlineData("linear:0.5", 20, 0.05)]
    [InlineData("exponential:0.9", 2, 0.081)]
    [InlineData("inverse-time:0.5", 2, 0.05)]
    [InlineData("restarts:4", 2, 0.05)]
    [InlineData("restarts:4", 4, 0.1)]
    [InlineData("restarts:4,1,0.5", 4, 0.05)]
    [InlineData("steps:5=0.5,10=0.1", 4.9, 0.1)]
    [InlineData("steps:5=0.5,10=0.1", 5, 0.05)]
    [InlineData("steps:5=0.5,10=0.1", 10, 0.01)]
    [InlineData("""{"class_name": "ExponentialDecay", "config": {"initial_learning_rate": 0.2, "decay_steps": 10, "decay_rate": 0.5}}""", 1, 0.1)]
    public void Create_Form_CountsInEpochs(string form, double epoch, double rate)
    {
        var schedule = ScheduleSpec.Parse(form).Create(Rate, StepsPerEpoch, Epochs)!;

        Assert.Equal(rate, schedule.At((long)Math.Round(epoch * StepsPerEpoch)), 1e-6);
    }

    [Fact]
    public void Create_Constant_GivesNone() => Assert.Null(ScheduleSpec.Parse("constant").Create(Rate, StepsPerEpoch, Epochs));
}
