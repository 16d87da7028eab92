using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>The same elements under another shape; storage is shared.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="shape">The new dimensions; one may be -1: it is worked out.</param>
    /// <exception cref="ArgumentException">The number of elements does not fit.</exception>
    public static Tensor Reshape(Tensor x, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(shape);
        if (x.Shape == shape) return x;
        return Record(x.View(ResolveShape(shape, x.Length, x.Shape)), x, static n => Reshape(n.Gradient, n.XShape));
    }

    /// <summary>The same tensor as another object; storage is shared.</summary>
    internal static Tensor Alias(Tensor x) => Record(x.View(x.Shape), x, static n => n.Gradient);

    /// <summary>Replaces the dimension of -1 by what the number of elements leaves for it.</summary>
    internal static Shape ResolveShape(Shape shape, int length, Shape from)
    {
        var known = 1L;
        var unknown = -1;
        for (var i = 0; i < shape.Rank; i++)
        {
            if (shape[i] >= 0) known *= shape[i];
            else if (unknown >= 0) throw new ArgumentException($"Only one dimension of a new shape can be -1. Received: [{string.Join(", ", shape)}].");
            else unknown = i;
        }

        if (unknown < 0 ? known != length : known == 0 || length % known != 0)
            throw new ArgumentException($"A tensor of shape {from} has {length} elements and cannot take shape [{string.Join(", ", shape)}].");
        if (unknown < 0) return shape;
        var dimensions = shape.ToArray();
        dimensions[unknown] = (int)(length / known);
        return Shape.Create(dimensions);
    }

    /// <summary>Repeats a tensor along axes of size 1, and new leading ones, up to a shape.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="shape">A shape that it broadcasts to.</param>
    /// <exception cref="ArgumentException">The tensor does not broadcast to the shape.</exception>
    public static Tensor BroadcastTo(Tensor x, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(shape);
        if (x.Shape == shape) return x;
        if (Shape.Broadcast(x.Shape, shape) != shape)
            throw new ArgumentException($"A tensor of shape {x.Shape} cannot be broadcast to {shape}.");
        return Record(Stretch(x, shape), x, static n => n.Gradient);
    }

    // Broadcasting reads an axis of size 1 again and again.
    private static Tensor Stretch(Tensor x, Shape shape)
    {
        if (x.Shape == shape) return x;
        if (x is { Length: 1, DType: DType.Float32 }) return Tensor.Full(shape, x.Floats[0]);
        var result = Tensor.New(shape, x.DType);
        Span<int> own = stackalloc int[x.Rank];
        Strides(x.Shape, own);
        Span<int> from = stackalloc int[shape.Rank];
        from.Clear();
        var added = shape.Rank - x.Rank;
        for (var i = 0; i < x.Rank; i++) from[added + i] = x.Shape[i] == 1 ? 0 : own[i];
        Span<int> to = stackalloc int[shape.Rank];
        Strides(shape, to);
        Copy(x, 0, from, result, 0, to, shape);
        return result;
    }

    /// <summary>How far apart neighbours along each axis lie, in elements.</summary>
    private static void Strides(Shape shape, Span<int> strides)
    {
        var stride = 1;
        for (var i = shape.Rank - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }
    }

    private static unsafe void Copy(Tensor x, int xStart, ReadOnlySpan<int> from, Tensor y, int yStart, ReadOnlySpan<int> to, Shape box)
    {
        if (box.Size == 0) return;
        var copy = new StridedCopy(box.Dimensions, from, to);
        fixed (float* px = x.Cells, py = y.Cells)
        {
            if (x.DType == DType.Bool) copy.Run((byte*)px + xStart, (byte*)py + yStart);
            else copy.Run(px + xStart, py + yStart);
        }
    }

    /// <summary>Reorders the axes.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="axes">For each axis of the result the axis of <paramref name="x"/> that it shows; reversed when absent.</param>
    /// <exception cref="ArgumentException">The axes are no permutation.</exception>
    public static Tensor Transpose(Tensor x, int[]? axes = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        axes ??= [.. Enumerable.Range(0, x.Rank).Reverse()];
        var order = Array.ConvertAll(axes, axis => x.Shape.Axis(axis, nameof(axes)));
        if (order.Length != x.Rank || order.Distinct().Count() != order.Length)
            throw new ArgumentException($"Transpose needs each of the {x.Rank} axes of shape {x.Shape} once. Received: [{string.Join(", ", axes)}].", nameof(axes));
        var inverse = Inverse(order);
        return Record(Permute(x, order), x, n => Transpose(n.Gradient, inverse));
    }

    /// <summary>The order that undoes an order of axes.</summary>
    internal static int[] Inverse(int[] order)
    {
        var inverse = new int[order.Length];
        for (var i = 0; i < order.Length; i++) inverse[order[i]] = i;
        return inverse;
    }

    private static Tensor Permute(Tensor x, int[] order)
    {
        var shape = Shape.Create([.. order.Select(axis => x.Shape[axis])]);
        var result = Tensor.New(shape, x.DType);
        Span<int> own = stackalloc int[x.Rank];
        Span<int> from = stackalloc int[x.Rank];
        Span<int> to = stackalloc int[x.Rank];
        Strides(x.Shape, own);
        Strides(shape, to);
        for (var i = 0; i < order.Length; i++) from[i] = own[order[i]];
        Copy(x, 0, from, result, 0, to, shape);
        return result;
    }

    /// <summary>Inserts an axis of size 1; storage is shared.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="axis">Its place in the result, also negative.</param>
    public static Tensor ExpandDims(Tensor x, int axis)
    {
        ArgumentNullException.ThrowIfNull(x);
        var place = x.Shape.Axis(axis, x.Rank + 1);
        return Reshape(x, Shape.Create([.. x.Shape.Dimensions[..place], 1, .. x.Shape.Dimensions[place..]]));
    }

    /// <summary>Removes axes of size 1; storage is shared.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="axes">Which, also negative; all of size 1 when absent.</param>
    /// <exception cref="ArgumentException">An axis to be removed has another size.</exception>
    public static Tensor Squeeze(Tensor x, int[]? axes = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        var removed = axes is null
            ? [.. Enumerable.Range(0, x.Rank).Where(axis => x.Shape[axis] == 1)]
            : Array.ConvertAll(axes, axis => x.Shape.Axis(axis, nameof(axes)));
        foreach (var axis in removed)
            if (x.Shape[axis] != 1)
                throw new ArgumentException($"Only axes of size 1 can be removed. Received: axis {axis} of shape {x.Shape}.", nameof(axes));
        return Reshape(x, Shape.Create([.. Enumerable.Range(0, x.Rank).Except(removed).Select(axis => x.Shape[axis])]));
    }

    /// <summary>Repeats a whole tensor along its axes.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="repeats">How often along each axis; leading axes are added to the shorter of shape and repeats.</param>
    public static Tensor Tile(Tensor x, params int[] repeats)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(repeats);
        var rank = Math.Max(x.Rank, repeats.Length);
        int[] shape = [.. Enumerable.Repeat(1, rank - x.Rank), .. x.Shape.Dimensions];
        int[] counts = [.. Enumerable.Repeat(1, rank - repeats.Length), .. repeats];
        var pairs = Enumerable.Range(0, rank);
        var stretched = BroadcastTo(
            Reshape(x, Shape.Create([.. pairs.SelectMany(i => (int[])[1, shape[i]])])),
            Shape.Create([.. pairs.SelectMany(i => (int[])[counts[i], shape[i]])]));
        return Reshape(stretched, Shape.Create([.. pairs.Select(i => counts[i] * shape[i])]));
    }

    /// <summary>Repeats each element along an axis.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="repeats">How often, 0 or more.</param>
    /// <param name="axis">The axis, also negative; absent: the elements row-major on one axis.</param>
    public static Tensor Repeat(Tensor x, int repeats, int? axis = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (axis is null) return Repeat(Reshape(x, [-1]), repeats, 0);
        var place = x.Shape.Axis(axis.Value);
        var shape = x.Shape.Dimensions;
        var stretched = BroadcastTo(ExpandDims(x, place + 1), Shape.Create([.. shape[..(place + 1)], repeats, .. shape[(place + 1)..]]));
        return Reshape(stretched, Shape.Create([.. shape[..place], shape[place] * repeats, .. shape[(place + 1)..]]));
    }
}
