namespace Descent.Layers;

/// <summary>Numbers in ascending order, each standing for a share of a larger set: what Keras learns the boundaries of bins from, step by step.</summary>
internal sealed record QuantileSummary(double[] Values, double[] Weights)
{
    /// <summary>Every so many of the sorted numbers, about 1 / epsilon of them.</summary>
    public static QuantileSummary Of(float[] values, double epsilon)
    {
        Array.Sort(values);
        var step = Math.Max(values.Length * epsilon, 1);
        var stride = (int)step;
        var kept = new List<double>();
        for (var i = (int)(step - 1); i < values.Length; i += stride) kept.Add(values[i]);
        return new QuantileSummary([.. kept], [.. Enumerable.Repeat(step, kept.Count)]);
    }

    /// <summary>A summary of 1 / epsilon numbers, at even shares of the weight; the same one if it is as short already.</summary>
    public QuantileSummary Compressed(double epsilon)
    {
        if (Values.Length * epsilon < 1) return this;
        var sums = new double[Weights.Length];
        var sum = 0.0;
        for (var i = 0; i < sums.Length; i++) sums[i] = sum += Weights[i];
        double[] shares = [.. sums.Select(s => s / sum)];
        var count = (int)Math.Ceiling(1 / epsilon);
        var (values, weights, before) = (new double[count], new double[count], 0.0);
        for (var i = 0; i < count; i++)
        {
            var share = epsilon + i * epsilon;
            values[i] = (float)Interpolate(share, shares, Values);
            var reached = Interpolate(share, shares, sums);
            weights[i] = (float)(reached - before);
            before = reached;
        }

        return new QuantileSummary(values, weights);
    }

    // The value at a place between the points (x, y); beyond their ends that of the nearest.
    private static double Interpolate(double place, double[] x, double[] y)
    {
        if (place <= x[0]) return y[0];
        if (place >= x[^1]) return y[^1];
        var after = Array.FindIndex(x, v => v > place);
        return y[after - 1] + (place - x[after - 1]) * (y[after] - y[after - 1]) / (x[after] - x[after - 1]);
    }
}
