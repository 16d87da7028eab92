using Descent.Cli.Measuring;

namespace Descent.Cli.Tests.Measuring;

public class TimingTests
{
    [Fact]
    public void Least_SeveralWorks_AreWarmedUpAndThenMeasuredInTurn()
    {
        var calls = "";
        // A call takes more than the time of all rounds, so a round is one call.
        var seconds = new Timing(Rounds: 3, Seconds: 1e-9) { WarmUp = 0 }.Least(() => calls += "a", () => calls += "b");

        Assert.StartsWith("aabb", calls, StringComparison.Ordinal);
        Assert.Equal("abab", calls[4..]); // the time is used up: the least number of rounds, two
        Assert.All(seconds, value => Assert.True(value > 0));
    }

    [Fact]
    public void BeforeRound_SeveralWorks_PreparesEachBeforeItsWarmUpAndItsRounds()
    {
        var calls = "";
        new Timing(Rounds: 2, Seconds: 1e-9) { WarmUp = 0, BeforeRound = work => calls += work }.Least(() => calls += "a", () => calls += "b");

        Assert.Equal("0aa1bb0a1b0a1b", calls);
    }

    [Fact]
    public void MedianRatio_RoundsThatDiffer_GivesTheTwoOfOneRound()
    {
        Assert.Equal((6, 3), Timing.MedianRatio([(8, 1), (6, 3), (1, 1)])); // neither has its least
        Assert.Equal((2, 1), Timing.MedianRatio([(2, 1), (1, 1)]));
    }

    [Fact]
    public void Least_ShortCalls_AreRepeatedInARound()
    {
        var calls = 0;
        var seconds = new Timing(Rounds: 1, Seconds: 0.02) { WarmUp = 0.01 }.Least(() => calls++)[0];

        Assert.True(calls > 100, $"{calls} calls of {seconds} s");
    }
}
