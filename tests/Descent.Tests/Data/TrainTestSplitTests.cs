using Descent.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Descent.Tests.Data;

public class TrainTestSplitTests
{
    [Fact]
    public void Random_Seed_GivesTheSameSplitOnEveryMachine()
    {
        var (train, test) = TrainTestSplit.Random(10, testFraction: 0.3, seed: 1);

        Assert.Equal([5, 6, 1], test);
        Assert.Equal([8, 7, 4, 3, 9, 0, 2], train);
        Assert.NotEqual(test, TrainTestSplit.Random(10, testFraction: 0.3, seed: 2).Test);
    }

    [Fact]
    public void Random_AnyCount_DealsEveryRowOnce() => Prop.ForAll(
        Gen.Choose(2, 300).ToArbitrary(), Gen.Choose(1, 99).ToArbitrary(), Gen.Choose(-5, 5).ToArbitrary(), (count, percent, seed) =>
        {
            var (train, test) = TrainTestSplit.Random(count, percent / 100.0, seed);
            Assert.Equal(Enumerable.Range(0, count), train.Concat(test).Order());
            Assert.InRange(test.Length, Math.Max(1, count * percent / 100.0 - 1), Math.Min(count - 1, count * percent / 100.0 + 1));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Stratified_AnyLabels_GivesEachClassItsShare() => Prop.ForAll(
        Gen.Choose(-2, 5).ArrayOf().Where(labels => labels.Length > 6 && labels.CountBy(label => label).Any(pair => pair.Value > 1)).ToArbitrary(), Gen.Choose(5, 60).ToArbitrary(), (labels, percent) =>
        {
            if (labels.Length * percent < 200)
                return; // Less than two rows to deal.
            var (train, test) = TrainTestSplit.Stratified(labels, percent / 100.0, seed: 3);
            Assert.Equal(Enumerable.Range(0, labels.Length), train.Concat(test).Order());
            foreach (var (label, count) in labels.CountBy(label => label))
            {
                Assert.InRange(Math.Abs(test.Count(row => labels[row] == label) - count * percent / 100.0), 0, 1);
                Assert.Contains(train, row => labels[row] == label);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Stratified_BalancedClasses_SplitsExactlyAndShuffles()
    {
        int[] labels = [.. Enumerable.Range(0, 150).Select(row => row / 50)];

        var (train, test) = TrainTestSplit.Stratified(labels, testFraction: 0.2, seed: 1);

        Assert.Equal([10, 10, 10], Enumerable.Range(0, 3).Select(label => test.Count(row => labels[row] == label)));
        Assert.NotEqual(train.Order(), train);
        Assert.NotEqual(test.Select(row => labels[row]).Order(), test.Select(row => labels[row]));
    }

    [Fact]
    public void Stratified_ClassOfOneRow_IsTrainedOn()
    {
        var (train, test) = TrainTestSplit.Stratified([0, 0, 0, 0, 0, 9], testFraction: 0.5);

        Assert.Contains(5, train);
        Assert.NotEmpty(test);
        var error = Assert.Throws<ArgumentException>(() => TrainTestSplit.Stratified([1, 2, 3]));
        Assert.StartsWith("A stratified split must have a class of 2 rows or more.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(1.0, "1")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(double.NaN, "NaN")]
    public void Split_FractionOutOfRange_Throws(double fraction, string received)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => TrainTestSplit.Random(10, fraction));

        Assert.StartsWith($"testFraction must be in (0, 1). Received: {received}.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => TrainTestSplit.Stratified([0, 0, 1, 1], fraction));
    }

    [Fact]
    public void Split_OneRow_Throws()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => TrainTestSplit.Random(1));

        Assert.StartsWith("A split must have at least 2 rows to divide. Received: 1.", error.Message, StringComparison.Ordinal);
    }
}
