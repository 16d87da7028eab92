using System.Globalization;

namespace Descent.Optimizers;

/// <summary>How gradients are clipped: each variable's norm or that of all together, then each element. Null, 0 and less are no limit.</summary>
internal readonly record struct Clipping(double? Norm, double? GlobalNorm, double? Value)
{
    /// <summary>Whether gradients stay as they are if their common norm is NaN, as before Keras 3; there they all become NaN.</summary>
    public bool IsLegacy { get; init; }

    /// <summary>Whether gradients are measured before the step.</summary>
    public bool NeedsNorms => Norm is > 0 || GlobalNorm is > 0;

    /// <summary>Keras 3 takes one kind of clipping at a time.</summary>
    /// <param name="where">Added to the message: " on …"; nothing for an optimizer's own.</param>
    /// <exception cref="ArgumentException">There are several.</exception>
    public void Validate(string where = "")
    {
        string[] given = [.. new[] { ("ClipNorm", Norm), ("ClipValue", Value), ("GlobalClipNorm", GlobalNorm) }
            .Where(o => o.Item2 is not null).Select(o => string.Create(CultureInfo.InvariantCulture, $"{o.Item1}={o.Item2}"))];
        if (given.Length > 1)
            throw new ArgumentException($"Only one of ClipNorm, ClipValue and GlobalClipNorm can be set{where}. Received: {string.Join(", ", given)}.");
    }

    /// <summary>What gradients of these sums of squares are multiplied with.</summary>
    /// <param name="members">The variables that are clipped together.</param>
    /// <param name="sums">Σ g² of every variable.</param>
    /// <param name="scale">Of every variable; multiplied with the outcome.</param>
    public void Apply(ReadOnlySpan<int> members, ReadOnlySpan<float> sums, Span<float> scale)
    {
        if (Norm is > 0)
            foreach (var i in members) scale[i] *= Shrink(Math.Sqrt(sums[i]), Norm.Value);
        if (GlobalNorm is not > 0) return;
        var sum = 0.0;
        foreach (var i in members) sum += sums[i];
        var norm = Math.Sqrt(sum);
        var shrink = IsLegacy
            ? norm >= GlobalNorm ? (float)(GlobalNorm.Value / norm) : 1f
            : double.IsFinite(norm) ? Shrink(norm, GlobalNorm.Value) : float.NaN;
        foreach (var i in members) scale[i] *= shrink;
    }

    private static float Shrink(double norm, double limit) => (float)(limit / Math.Max(norm, limit));
}
