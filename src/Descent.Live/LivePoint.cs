namespace Descent.Live;

/// <summary>One or more values that are drawn as one: their mean, and the band between the least and the greatest.</summary>
/// <param name="X">The step; of several the mean.</param>
/// <param name="Mean">The mean. NaN or infinite: a gap.</param>
/// <param name="Low">The least value.</param>
/// <param name="High">The greatest value.</param>
/// <param name="Count">How many values.</param>
internal readonly record struct LivePoint(double X, double Mean, double Low, double High, long Count)
{
    /// <summary>One value.</summary>
    public LivePoint(double x, double value)
        : this(x, value, value, value, 1)
    {
    }

    /// <summary>Both as one. What is no finite number leaves no mark on what is.</summary>
    public LivePoint With(in LivePoint other)
    {
        if (Count == 0 || !double.IsFinite(Mean)) return other;
        if (other.Count == 0 || !double.IsFinite(other.Mean)) return this;
        var (count, share) = (Count + other.Count, other.Count / (double)(Count + other.Count));
        return new LivePoint(X + (other.X - X) * share, Mean + (other.Mean - Mean) * share, Math.Min(Low, other.Low), Math.Max(High, other.High), count);
    }
}
