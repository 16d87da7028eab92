namespace Descent.Data;

/// <summary>Splits rows at random into those to train on and those to test on; the same seed gives the same split on every machine.</summary>
public static class TrainTestSplit
{
    /// <summary>Splits rows without regard to their labels.</summary>
    /// <param name="count">The number of rows, 2 or more.</param>
    /// <param name="testFraction">The part of the rows to test on, in (0, 1); rounded to whole rows, at least one on each side. Default 0.2.</param>
    /// <param name="seed">The seed. Default 0.</param>
    /// <returns>The row indices of both parts, each shuffled.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static (int[] Train, int[] Test) Random(int count, double testFraction = 0.2, int seed = 0)
    {
        var order = Shuffled(count, seed);
        var test = TestCount(count, testFraction);
        return (order[test..], order[..test]);
    }

    /// <summary>
    /// Splits rows so that each class has its share in both parts, to within one row. A class never loses its last row to
    /// the test part, so a class of one row is trained on and not tested.
    /// </summary>
    /// <param name="labels">The class of each row: any integers, such as <see cref="CsvColumn.Codes"/>; 2 rows or more.</param>
    /// <param name="testFraction">The part of the rows to test on, in (0, 1). Default 0.2.</param>
    /// <param name="seed">The seed. Default 0.</param>
    /// <returns>The row indices of both parts, each shuffled.</returns>
    /// <exception cref="ArgumentException">Every class has a single row, so that none is left to test on.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 2 rows, or <paramref name="testFraction"/> is out of its range.</exception>
    public static (int[] Train, int[] Test) Stratified(int[] labels, double testFraction = 0.2, int seed = 0)
    {
        var order = Shuffled(labels.Length, seed);
        var quotas = TestQuotas(labels, testFraction);
        var train = new List<int>();
        var test = new List<int>();
        foreach (var row in order)
        {
            var toTest = quotas[labels[row]]-- > 0;
            (toTest ? test : train).Add(row);
        }
        return test.Count > 0 ? ([.. train], [.. test]) : throw new ArgumentException(
            "A stratified split must have a class of 2 rows or more. Received: one row for every class.", nameof(labels));
    }

    /// <summary>How many rows of each class go to the test part: whole shares first, then one more to the largest remainders.</summary>
    private static Dictionary<int, int> TestQuotas(int[] labels, double testFraction)
    {
        var wanted = TestCount(labels.Length, testFraction);
        var classes = labels.CountBy(label => label).OrderBy(pair => pair.Key).ToList();
        var quotas = classes.ToDictionary(pair => pair.Key, pair => Math.Min((int)(pair.Value * testFraction), pair.Value - 1));
        var further = classes
            .Where(pair => quotas[pair.Key] < pair.Value - 1)
            .OrderByDescending(pair => pair.Value * testFraction - quotas[pair.Key])
            .Take(Math.Max(0, wanted - quotas.Values.Sum()));
        foreach (var (label, _) in further)
            quotas[label]++;
        return quotas;
    }

    private static int TestCount(int count, double testFraction)
    {
        if (!(testFraction is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(testFraction), FormattableString.Invariant($"testFraction must be in (0, 1). Received: {testFraction}."));
        return Math.Clamp((int)Math.Round(count * testFraction), 1, count - 1);
    }

    private static int[] Shuffled(int count, int seed)
    {
        if (count < 2)
            throw new ArgumentOutOfRangeException(nameof(count), $"A split must have at least 2 rows to divide. Received: {count}.");
        int[] order = [.. Enumerable.Range(0, count)];
        new SplitMix64(seed).Shuffle(order);
        return order;
    }
}
