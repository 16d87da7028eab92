namespace Descent.Charts;

/// <summary>Places things on a line, in their order, as near as can be to where they would like to be.</summary>
internal static class Spacing
{
    /// <summary>Minimises the sum of squared distances to the wishes, neighbours being a least distance apart.</summary>
    /// <remarks>With the distances subtracted this is isotonic regression: neighbours that are out of order are pooled at their mean.</remarks>
    /// <param name="wishes">Where each would like to be.</param>
    /// <param name="gaps">The least distance of each to the next; one fewer.</param>
    public static double[] Solve(IReadOnlyList<double> wishes, IReadOnlyList<double> gaps)
    {
        var offsets = new double[wishes.Count];
        for (var i = 1; i < offsets.Length; i++) offsets[i] = offsets[i - 1] + gaps[i - 1];
        var pools = new Stack<(double Place, int Count)>();
        for (var i = 0; i < offsets.Length; i++)
        {
            var pool = (Place: wishes[i] - offsets[i], Count: 1);
            while (pools.TryPeek(out var last) && last.Place >= pool.Place)
            {
                pools.Pop();
                var count = last.Count + pool.Count;
                pool = ((last.Place * last.Count + pool.Place * pool.Count) / count, count);
            }

            pools.Push(pool);
        }

        var places = new double[offsets.Length];
        var end = places.Length;
        foreach (var pool in pools) // the last first
            for (var i = 0; i < pool.Count; i++) places[--end] = pool.Place + offsets[end];
        return places;
    }
}
