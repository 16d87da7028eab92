namespace Descent.Tests;

public sealed class RandomSeedTests
{
    // One test: the seed belongs to the process.
    [Fact]
    public void Next_AfterSet_RepeatsASequenceOfDifferentSeeds()
    {
        RandomSeed.Set(42);
        Assert.Equal(42, RandomSeed.Current);
        ulong[] first = [.. Enumerable.Range(0, 100).Select(_ => RandomSeed.Next())];
        RandomSeed.Set(42);
        Assert.Equal(first, Enumerable.Range(0, 100).Select(_ => RandomSeed.Next()));
        Assert.Equal(100, first.Distinct().Count());
        RandomSeed.Set(-1);
        Assert.NotEqual(first[0], RandomSeed.Next());
    }
}
