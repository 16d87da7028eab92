using Descent.Data;
using Descent.Layers;

namespace Descent.Cli.Tables;

/// <summary>
/// Moves the standardisation of a table's numbers into the network, as a layer that Keras knows. Numbers whose standardisation needs more than the layer's float32
/// stay with the encoder, which computes in double: those that differ little for their size, that are very small or large, and constants.
/// </summary>
internal static class Standardization
{
    // Half of float32's 24 bits are left for the differences, and squares stay far from its limits and from the least deviation that Keras' layer knows.
    private const double MostOffset = 1 << 12;
    private const double LeastDeviation = 1e-6;
    private const double MostDeviation = 1e18;

    /// <summary>Whether float32 can standardise numbers of this mean and deviation, and take it back.</summary>
    public static bool FitsLayer(double mean, double deviation) =>
        deviation is >= LeastDeviation and <= MostDeviation && Math.Abs(mean) <= MostOffset * deviation;

    /// <summary>Splits an encoder.</summary>
    /// <param name="encoder">The encoder as it was fitted.</param>
    /// <returns>What is left for the encoder to do, and the layer that does the rest; the features are the same.</returns>
    public static (TableEncoder Encoder, Normalization Layer) Split(TableEncoder encoder)
    {
        var columns = new List<EncodedColumn>();
        var (mean, variance) = (new List<double>(), new List<double>());
        foreach (var column in encoder.Columns)
        {
            if (column is StandardizedColumn number && FitsLayer(number.Mean, number.StandardDeviation))
            {
                columns.Add(new StandardizedColumn(number.Name, Mean: 0, StandardDeviation: 1));
                mean.Add(number.Mean);
                variance.Add(number.StandardDeviation * number.StandardDeviation);
                continue;
            }

            columns.Add(column);
            mean.AddRange(column.FeatureNames.Select(_ => 0.0));
            variance.AddRange(column.FeatureNames.Select(_ => 1.0));
        }

        return (new TableEncoder(columns), new Normalization { Mean = mean, Variance = variance });
    }
}
