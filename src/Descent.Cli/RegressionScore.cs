namespace Descent.Cli;

/// <summary>How near predicted numbers come to the true ones.</summary>
/// <param name="MeanAbsoluteError">How far off they are on average.</param>
/// <param name="R2">The share of the variance that they explain.</param>
internal readonly record struct RegressionScore(double MeanAbsoluteError, double R2)
{
    /// <summary>Compares.</summary>
    /// <param name="predicted">One number per row.</param>
    /// <param name="actual">As many; at least one.</param>
    public static RegressionScore Of(IReadOnlyList<double> predicted, IReadOnlyList<double> actual)
    {
        var mean = actual.Average();
        double error = 0, square = 0, total = 0;
        for (var i = 0; i < actual.Count; i++)
        {
            var off = predicted[i] - actual[i];
            error += Math.Abs(off);
            square += off * off;
            total += (actual[i] - mean) * (actual[i] - mean);
        }

        // Without any variance there is none to explain: Keras and scikit-learn call that 1 if it was met and 0 if not.
        return new RegressionScore(error / actual.Count, total > 0 ? 1 - square / total : square == 0 ? 1 : 0);
    }
}
