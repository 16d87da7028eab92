namespace Descent.Metrics;

/// <summary>Tells how many thresholds, taken in rising order, a prediction exceeds.</summary>
internal sealed class ThresholdLadder
{
    private readonly float[] _sorted;
    private readonly bool _isEven;
    private readonly bool _hasEnds;

    /// <summary>Creates a ladder.</summary>
    /// <param name="values">The thresholds, in any order.</param>
    /// <param name="isEven">Whether they divide [0, 1] evenly; then the step is calculated, with Keras' rounding.</param>
    /// <param name="hasEnds">Whether the outermost lie just outside [0, 1], so that every prediction exceeds the first and none the last.</param>
    public ThresholdLadder(IReadOnlyList<double> values, bool isEven, bool hasEnds = false)
    {
        Order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        _sorted = Array.ConvertAll(Order, i => (float)values[i]);
        (_isEven, _hasEnds) = (isEven, hasEnds);
    }

    /// <summary>The place of each threshold, taken in rising order, in the list as given.</summary>
    public int[] Order { get; }

    /// <summary>The number of thresholds.</summary>
    public int Count => _sorted.Length;

    /// <summary>The thresholds from 0 to 1 at equal distances.</summary>
    public static double[] Even(int count) => [.. Enumerable.Range(0, count).Select(i => (double)i / (count - 1))];

    /// <summary>Whether thresholds divide [0, 1] evenly, as far as float32 can tell.</summary>
    public static bool AreEven(IReadOnlyList<double> values)
    {
        if (values.Count < 3) return false;
        var even = Even(values.Count);
        return Enumerable.Range(0, even.Length).All(i => Math.Abs(values[i] - even[i]) <= KerasMath.Epsilon + 1e-5 * even[i]);
    }

    /// <summary>How many thresholds a prediction exceeds.</summary>
    public int Exceeded(float prediction)
    {
        if (_isEven)
        {
            var within = prediction >= 1f ? 1f : prediction > 0f ? prediction : 0f;
            return Math.Max((int)MathF.Ceiling(within * (Count - 1)), _hasEnds ? 1 : 0);
        }

        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (prediction > _sorted[middle]) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
