namespace Descent.Monitoring;

/// <summary>Counts values in buckets of one width, as TensorBoard's histograms have them.</summary>
internal static class HistogramBuckets
{
    /// <summary>The buckets of a histogram of different values.</summary>
    public const int Count = 30;

    /// <summary>Counts the finite values.</summary>
    /// <returns>Left edge, right edge and count of each bucket; one bucket around a value that is alone, none without values.</returns>
    public static double[] Of(ReadOnlySpan<float> values)
    {
        var (min, max, finite) = (float.PositiveInfinity, float.NegativeInfinity, 0);
        foreach (var value in values)
        {
            if (!float.IsFinite(value)) continue;
            (min, max, finite) = (Math.Min(min, value), Math.Max(max, value), finite + 1);
        }

        if (finite == 0) return [];
        if (min == max) return [min - 0.5, min + 0.5, finite];
        var width = ((double)max - min) / Count;
        var buckets = new double[3 * Count];
        for (var i = 0; i < Count; i++) (buckets[3 * i], buckets[3 * i + 1]) = (min + width * i, i == Count - 1 ? max : min + width * (i + 1));
        foreach (var value in values)
            if (float.IsFinite(value)) buckets[3 * Math.Min((int)(((double)value - min) / width), Count - 1) + 2]++;
        return buckets;
    }
}
