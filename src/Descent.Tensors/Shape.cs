using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Descent;

/// <summary>
/// The dimensions of a tensor, row-major. A dimension of <c>-1</c> is unknown: it appears only in shapes that
/// describe layers (the batch dimension) and in the target of a reshape, never on a tensor.
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public sealed class Shape : IReadOnlyList<int>, IEquatable<Shape>
{
    // More than anybody needs, and few enough for the stack.
    private const int MaxRank = 32;

    // Shapes of tensors come again with every step. A place holds the shape that was made last of all that fall on it: who finds another makes his own.
    private const int KnownPlaces = 1024;
    private static readonly Shape?[] Known = new Shape?[KnownPlaces];

    private readonly int[] _dimensions;

    private Shape(int[] dimensions, int size)
    {
        _dimensions = dimensions;
        Size = size;
    }

    /// <summary>The shape of a scalar: no dimensions, one element.</summary>
    public static Shape Scalar { get; } = new([], 1);

    /// <summary>Creates a shape from its dimensions, outermost first.</summary>
    /// <param name="dimensions">Each 0 or more, or -1 for unknown.</param>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is below -1, there are more than 32, or the number of elements exceeds 2^31 - 1.</exception>
    public static Shape Create(params ReadOnlySpan<int> dimensions)
    {
        if (dimensions.IsEmpty) return Scalar;
        ref var known = ref Known[Place(dimensions)];
        if (known is { } shape && dimensions.SequenceEqual(shape._dimensions)) return shape;
        return known = New(dimensions);
    }

    private static Shape New(ReadOnlySpan<int> dimensions)
    {
        if (dimensions.Length > MaxRank)
            throw new ArgumentOutOfRangeException(nameof(dimensions), $"A tensor can have at most {MaxRank} dimensions. Received: {dimensions.Length}.");
        long size = 1;
        foreach (var dimension in dimensions)
        {
            if (dimension < -1)
                throw new ArgumentOutOfRangeException(nameof(dimensions), $"A dimension must be 0 or more, or -1 for unknown. Received: {Format(dimensions)}.");
            size = dimension < 0 || size < 0 ? -1 : size * dimension;
            if (size > int.MaxValue)
                throw new ArgumentOutOfRangeException(nameof(dimensions), $"A tensor can hold at most {int.MaxValue} elements. Received shape {Format(dimensions)}.");
        }

        return new Shape(dimensions.ToArray(), (int)size);
    }

    private static int Place(ReadOnlySpan<int> dimensions)
    {
        // Multiplied by the golden ratio, neighbouring sizes fall far apart.
        var hash = 0u;
        foreach (var dimension in dimensions) hash = (hash ^ (uint)dimension) * 2654435769u;
        return (int)(hash >> 22);
    }

    /// <summary>The number of elements; -1 if a dimension is unknown.</summary>
    public int Size { get; }

    /// <summary>The number of dimensions; 0 for a scalar.</summary>
    public int Rank => _dimensions.Length;

    /// <summary>Whether no dimension is unknown.</summary>
    public bool IsKnown => Size >= 0;

    /// <summary>The number of dimensions, as of any list: the same as <see cref="Rank"/>.</summary>
    public int Count => Rank;

    /// <summary>One dimension; an index from the end (<c>^1</c>) works too.</summary>
    /// <param name="axis">From 0 to <see cref="Rank"/> - 1.</param>
    public int this[int axis] => _dimensions[axis];

    /// <summary>One dimension, counted from either end.</summary>
    /// <param name="axis">The axis; <c>^1</c> is the last.</param>
    public int this[Index axis] => _dimensions[axis];

    /// <summary>The dimensions as a span.</summary>
    public ReadOnlySpan<int> Dimensions => _dimensions;

    /// <summary>Part of this shape.</summary>
    /// <param name="range">The axes to keep.</param>
    public Shape this[Range range] => Create(_dimensions.AsSpan(range));

    /// <summary>The dimensions as a new array.</summary>
    public int[] ToArray() => [.. _dimensions];

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && (ReferenceEquals(this, other) || _dimensions.AsSpan().SequenceEqual(other._dimensions));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var dimension in _dimensions) hash.Add(dimension);
        return hash.ToHashCode();
    }

    /// <summary>Whether two shapes have the same dimensions.</summary>
    /// <param name="left">A shape.</param>
    /// <param name="right">Another shape.</param>
    public static bool operator ==(Shape? left, Shape? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two shapes differ.</summary>
    /// <param name="left">A shape.</param>
    /// <param name="right">Another shape.</param>
    public static bool operator !=(Shape? left, Shape? right) => !(left == right);

    /// <summary>Converts an array of dimensions.</summary>
    /// <param name="dimensions">The dimensions, outermost first.</param>
    public static implicit operator Shape(int[] dimensions)
    {
        ArgumentNullException.ThrowIfNull(dimensions);
        return Create(dimensions);
    }

    /// <summary>The shape as Python writes it: <c>(2, 3)</c>, <c>(5,)</c>, <c>()</c>; unknown dimensions as <c>None</c>.</summary>
    public override string ToString() => Format(_dimensions);

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_dimensions).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The axis counted from 0, from one that may count from the end.</summary>
    internal int Axis(int axis, string parameter = "axis") => Axis(axis, Rank, parameter);

    /// <summary>The same for a rank that is not that of this shape, such as that of a result.</summary>
    internal int Axis(int axis, int rank, string parameter = "axis")
    {
        if (axis < -rank || axis >= rank)
            throw new ArgumentOutOfRangeException(parameter, $"An axis of shape {this} must be in [{-rank}, {rank}). Received: {axis}.");
        return axis < 0 ? axis + rank : axis;
    }

    /// <summary>The shape that two operands broadcast to, by NumPy's rule; a dimension that is not known may be any.</summary>
    internal static Shape Broadcast(Shape x, Shape y)
    {
        if (ReferenceEquals(x, y) || x.Equals(y)) return x;
        if (y.Rank == 0) return x;
        if (x.Rank == 0) return y;
        var rank = Math.Max(x.Rank, y.Rank);
        Span<int> result = stackalloc int[rank];
        for (var i = 1; i <= rank; i++)
        {
            var a = i <= x.Rank ? x._dimensions[^i] : 1;
            var b = i <= y.Rank ? y._dimensions[^i] : 1;
            if (a != b && a != 1 && b != 1 && a >= 0 && b >= 0)
                throw new ArgumentException($"Shapes must be equal, or 1, in every trailing dimension to be broadcast together. Received: {x} and {y}.");
            result[rank - i] = a == 1 || a < 0 && b != 1 ? b : a;
        }

        var dimensions = (ReadOnlySpan<int>)result;
        return dimensions.SequenceEqual(x._dimensions) ? x : dimensions.SequenceEqual(y._dimensions) ? y : Create(dimensions);
    }

    private static string Format(ReadOnlySpan<int> dimensions)
    {
        if (dimensions.Length == 0) return "()";
        var parts = new string[dimensions.Length];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = dimensions[i] < 0 ? "None" : dimensions[i].ToString(CultureInfo.InvariantCulture);
        return parts.Length == 1 ? $"({parts[0]},)" : $"({string.Join(", ", parts)})";
    }
}
