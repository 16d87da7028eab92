namespace Descent.Data;

/// <summary>How a <see cref="TableEncoder"/> turns one column of a table into one or more features.</summary>
/// <param name="Name">The name of the column in the table.</param>
public abstract record EncodedColumn(string Name)
{
    /// <summary>Gets the names of the features, one for each column of the encoded array.</summary>
    public abstract IReadOnlyList<string> FeatureNames { get; }

    /// <summary>Writes the features of some rows into the columns of <paramref name="target"/> from <paramref name="offset"/> on.</summary>
    internal abstract void Write(CsvColumn column, int[] rows, float[,] target, int offset);
}

/// <summary>A column of numbers, standardised: <c>(number - Mean) / StandardDeviation</c>; one feature.</summary>
/// <param name="Name">The name of the column in the table.</param>
/// <param name="Mean">The mean over the training rows.</param>
/// <param name="StandardDeviation">The standard deviation of the training rows (divided by their number); 0 for a constant column, which is encoded as 0.</param>
public sealed record StandardizedColumn(string Name, double Mean, double StandardDeviation) : EncodedColumn(Name)
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> FeatureNames => [Name];

    internal static StandardizedColumn Fit(CsvColumn column, int[] rows)
    {
        var first = column.Numbers[rows[0]];
        // Asked of the numbers themselves: the rounded mean of equal numbers may leave a tiny deviation to divide by.
        if (rows.All(row => column.Numbers[row] == first))
            return new StandardizedColumn(column.Name, first, 0);
        var mean = rows.Average(row => column.Numbers[row]);
        var variance = rows.Average(row => (column.Numbers[row] - mean) * (column.Numbers[row] - mean));
        return new StandardizedColumn(column.Name, mean, Math.Sqrt(variance));
    }

    internal override void Write(CsvColumn column, int[] rows, float[,] target, int offset)
    {
        var numbers = column.Numbers;
        var scale = StandardDeviation > 0 ? 1 / StandardDeviation : 0;
        for (var i = 0; i < rows.Length; i++)
            target[i, offset] = (float)((numbers[rows[i]] - Mean) * scale);
    }
}

/// <summary>A column of text, one-hot: a feature per category, 1 where the row has it; all zeros for a category that is not listed.</summary>
/// <param name="Name">The name of the column in the table.</param>
/// <param name="Categories">The categories of the training rows, in ordinal order.</param>
public sealed record OneHotColumn(string Name, IReadOnlyList<string> Categories) : EncodedColumn(Name)
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> FeatureNames => [.. Categories.Select(category => $"{Name}={category}")];

    internal override void Write(CsvColumn column, int[] rows, float[,] target, int offset)
    {
        var codes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var category in Categories)
            codes.Add(category, codes.Count);
        for (var i = 0; i < rows.Length; i++)
        {
            if (codes.TryGetValue(column.Texts[rows[i]], out var code))
                target[i, offset + code] = 1;
        }
    }
}
