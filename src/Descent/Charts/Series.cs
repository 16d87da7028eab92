namespace Descent.Charts;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="X">Where its points lie, ascending.</param>
/// <param name="Y">One value per point. One that has no place on the axis, such as NaN, is a gap.</param>
internal sealed record Series(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Whether the line stands back behind the others: raw values beside smoothed ones.</summary>
    public bool IsFaint { get; init; }

    /// <summary>A line whose points are numbered.</summary>
    /// <param name="name">What the legend calls it.</param>
    /// <param name="y">The values.</param>
    /// <param name="first">The number of the first.</param>
    public static Series Numbered(string name, IReadOnlyList<double> y, int first = 0) =>
        new(name, [.. Enumerable.Range(first, y.Count).Select(i => (double)i)], y);
}
