namespace Descent;

public static partial class Ops
{
    // A window is a box of a tensor: taking it out and putting it into a larger tensor are each other's gradient. Slices, splits,
    // reversal, padding and concatenation are windows.
    private sealed record Window(int[] Start, int[] Step, Shape Size);

    private static Tensor Cut(Tensor x, Window window)
    {
        var result = Tensor.New(window.Size, x.DType);
        Span<int> strides = stackalloc int[x.Rank];
        Span<int> to = stackalloc int[x.Rank];
        Strides(window.Size, to);
        var start = Place(x.Shape, window, strides);
        Copy(x, start, strides, result, 0, to, window.Size);
        return Record(result, x, n => CutGradient(n, window));
    }

    // Zeros around the gradient. That of many cuts of one tensor, such as the steps of a sequence, is one tensor, which is not read and written whole for each.
    private static Tensor CutGradient(Node n, Window window)
    {
        if (Recording.Current is not null || n[0].Parent is not { } parent) return Paste(n.Gradient, window, n.XShape, 0f);
        if (parent.Pasted is not { } sum || !ReferenceEquals(sum, parent.Incoming)) return parent.Pasted = Paste(n.Gradient, window, n.XShape, 0f);
        PasteInto(sum, Cut(sum, window) + n.Gradient, window);
        return sum;
    }

    private static Tensor Paste(Tensor x, Window window, Shape shape, float around)
    {
        var result = Tensor.New(shape, x.DType);
        if (x.DType == DType.Float32) result.Floats.Fill(around);
        else if (x.DType == DType.Int32) result.Ints.Fill((int)around);
        else result.Bools.Fill(around != 0f);
        PasteInto(result, x, window);
        return Record(result, x, n => Cut(n.Gradient, window));
    }

    private static void PasteInto(Tensor result, Tensor x, Window window)
    {
        Span<int> from = stackalloc int[x.Rank];
        Span<int> strides = stackalloc int[x.Rank];
        Strides(x.Shape, from);
        var start = Place(result.Shape, window, strides);
        Copy(x, 0, from, result, start, strides, x.Shape);
    }

    // The strides of a window within a tensor, and the position of its first element.
    private static int Place(Shape shape, Window window, Span<int> strides)
    {
        Strides(shape, strides);
        var start = 0;
        for (var i = 0; i < strides.Length; i++)
        {
            start += window.Start[i] * strides[i];
            strides[i] *= window.Step[i];
        }

        return start;
    }

    private static Window Along(Shape shape, int axis, int start, int length, int step = 1)
    {
        var (starts, steps, size) = (new int[shape.Rank], new int[shape.Rank], shape.ToArray());
        Array.Fill(steps, 1);
        (starts[axis], steps[axis], size[axis]) = (start, step, length);
        return new Window(starts, steps, Shape.Create(size));
    }

    /// <summary>Takes a box out of a tensor.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="startIndices">Where it begins: one index per axis, negative ones from the end.</param>
    /// <param name="shape">Its size; -1 for all that follows.</param>
    /// <param name="steps">How far apart its elements lie, 1 or more; 1 when absent.</param>
    /// <exception cref="ArgumentException">The numbers are not one per axis, or the box leaves the tensor.</exception>
    public static Tensor Slice(Tensor x, int[] startIndices, int[] shape, int[]? steps = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(startIndices);
        ArgumentNullException.ThrowIfNull(shape);
        steps ??= [.. Enumerable.Repeat(1, x.Rank)];
        if (startIndices.Length != x.Rank || shape.Length != x.Rank || steps.Length != x.Rank)
            throw new ArgumentException($"Slice needs one start, size and step for each axis of shape {x.Shape}. Received: {startIndices.Length} starts, {shape.Length} sizes, {steps.Length} steps.");
        var (starts, sizes) = (new int[x.Rank], new int[x.Rank]);
        for (var i = 0; i < x.Rank; i++)
        {
            var (step, bound) = (steps[i], x.Shape[i]);
            if (step < 1)
                throw new ArgumentOutOfRangeException(nameof(steps), $"A step of a slice must be 1 or more. Received: {step} for axis {i}.");
            starts[i] = startIndices[i] < 0 ? startIndices[i] + bound : startIndices[i];
            sizes[i] = shape[i] != -1 ? shape[i] : starts[i] < bound ? (bound - 1 - starts[i]) / step + 1 : 0;
            if (starts[i] < 0 || starts[i] > bound || sizes[i] < 0 || (sizes[i] > 0 && starts[i] + (sizes[i] - 1L) * step >= bound))
                throw new ArgumentOutOfRangeException(nameof(shape), $"A slice must lie within shape {x.Shape}. Received: start {startIndices[i]}, size {shape[i]}, step {step} for axis {i}.");
        }

        return Cut(x, new Window(starts, steps, Shape.Create(sizes)));
    }

    /// <summary>Takes a box out of a tensor: <c>Ops.Slice(x, 1..3, ..^1)</c>.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="ranges">One range for each of the leading axes; the others are taken whole.</param>
    /// <exception cref="ArgumentException">There are more ranges than axes, or one leaves the tensor.</exception>
    public static Tensor Slice(Tensor x, params ReadOnlySpan<Range> ranges)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (ranges.Length > x.Rank)
            throw new ArgumentException($"Slice needs at most one range for each axis of shape {x.Shape}. Received: {ranges.Length}.", nameof(ranges));
        var (starts, sizes) = (new int[x.Rank], x.Shape.ToArray());
        for (var i = 0; i < ranges.Length; i++)
        {
            var (start, end) = (ranges[i].Start.GetOffset(sizes[i]), ranges[i].End.GetOffset(sizes[i]));
            if (start < 0 || end > sizes[i] || start > end)
                throw new ArgumentOutOfRangeException(nameof(ranges), $"A slice must lie within shape {x.Shape}. Received: {ranges[i]} for axis {i}.");
            (starts[i], sizes[i]) = (start, end - start);
        }

        return Slice(x, starts, sizes);
    }

    /// <summary>Cuts a tensor into equal parts along an axis.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="sections">How many parts; must divide the axis.</param>
    /// <param name="axis">The axis, also negative.</param>
    /// <exception cref="ArgumentException">The axis cannot be divided evenly.</exception>
    public static Tensor[] Split(Tensor x, int sections, int axis = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        var size = x.Shape[x.Shape.Axis(axis)];
        if (sections < 1 || size % sections != 0)
            throw new ArgumentException($"Split needs a number of sections that divides axis {axis} of shape {x.Shape}. Received: {sections}.", nameof(sections));
        return Split(x, [.. Enumerable.Range(1, sections - 1).Select(i => i * (size / sections))], axis);
    }

    /// <summary>Cuts a tensor along an axis at given places.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="indices">Where to cut, ascending; there is one part more.</param>
    /// <param name="axis">The axis, also negative.</param>
    /// <exception cref="ArgumentException">The places do not ascend within the axis.</exception>
    public static Tensor[] Split(Tensor x, int[] indices, int axis = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(indices);
        var place = x.Shape.Axis(axis);
        var parts = new Tensor[indices.Length + 1];
        var start = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var end = i < indices.Length ? indices[i] : x.Shape[place];
            if (end < start || end > x.Shape[place])
                throw new ArgumentException($"Split needs ascending places within axis {axis} of shape {x.Shape}. Received: [{string.Join(", ", indices)}].", nameof(indices));
            parts[i] = Cut(x, Along(x.Shape, place, start, end - start));
            start = end;
        }

        return parts;
    }

    /// <summary>Reverses the order of the elements along axes.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="axes">The axes, also negative; all when absent.</param>
    public static Tensor Flip(Tensor x, int[]? axes = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Length == 0) return x;
        foreach (var axis in axes ?? [.. Enumerable.Range(0, x.Rank)])
        {
            var place = x.Shape.Axis(axis, nameof(axes));
            x = Cut(x, Along(x.Shape, place, x.Shape[place] - 1, x.Shape[place], -1));
        }

        return x;
    }

    /// <summary>Joins tensors along an axis.</summary>
    /// <param name="tensors">One or more tensors of one type whose shapes differ at most in that axis.</param>
    /// <param name="axis">The axis, also negative.</param>
    /// <exception cref="ArgumentException">There is no tensor, or types or shapes do not fit.</exception>
    public static Tensor Concatenate(IReadOnlyList<Tensor> tensors, int axis = -1)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Count == 0)
            throw new ArgumentException("Concatenate needs at least one tensor. Received: none.", nameof(tensors));
        foreach (var tensor in tensors) ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
        var first = tensors[0];
        var place = first.Shape.Axis(axis);
        var windows = new Window[tensors.Count];
        var length = 0;
        for (var i = 0; i < windows.Length; i++)
        {
            var (shape, dtype) = (tensors[i].Shape, tensors[i].DType);
            if (dtype != first.DType || shape.Rank != first.Rank || Along(shape, place, 0, 0).Size != Along(first.Shape, place, 0, 0).Size)
                throw new ArgumentException($"Tensors to be joined must have one type, and one shape except along axis {axis}. Received: {first.DType.KerasName()} {first.Shape} and {dtype.KerasName()} {shape}.", nameof(tensors));
            windows[i] = Along(shape, place, length, shape[place]);
            length = checked(length + shape[place]);
        }

        var result = Tensor.New(Along(first.Shape, place, 0, length).Size, first.DType);
        for (var i = 0; i < windows.Length; i++) PasteInto(result, tensors[i], windows[i]);
        return Record(result, tensors, (n, i) => Cut(n.Gradient, windows[i]));
    }

    /// <summary>Joins tensors of one shape along a new axis.</summary>
    /// <param name="tensors">One or more tensors of one type and shape.</param>
    /// <param name="axis">The place of the new axis in the result, also negative.</param>
    /// <exception cref="ArgumentException">There is no tensor, or types or shapes differ.</exception>
    public static Tensor Stack(IReadOnlyList<Tensor> tensors, int axis = 0)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Count == 0)
            throw new ArgumentException("Stack needs at least one tensor. Received: none.", nameof(tensors));
        foreach (var tensor in tensors) ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
        if (tensors.FirstOrDefault(t => t.Shape != tensors[0].Shape) is { } other)
            throw new ArgumentException($"Tensors to be stacked must have one shape. Received: {tensors[0].Shape} and {other.Shape}.", nameof(tensors));
        return Concatenate([.. tensors.Select(t => ExpandDims(t, axis))], axis);
    }

    /// <summary>Puts something around a tensor.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="padWidth">How much before and after each axis, 0 or more.</param>
    /// <param name="mode">What; a constant by default.</param>
    /// <param name="constantValue">The constant.</param>
    /// <exception cref="ArgumentException">The widths are not one pair per axis, or a mirror image is longer than the axis allows.</exception>
    public static Tensor Pad(Tensor x, (int Before, int After)[] padWidth, PadMode mode = PadMode.Constant, float constantValue = 0f)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(padWidth);
        if (padWidth.Length != x.Rank || padWidth.Any(w => w.Before < 0 || w.After < 0))
            throw new ArgumentException($"Pad needs a pair of widths, 0 or more, for each axis of shape {x.Shape}. Received: [{string.Join(", ", padWidth)}].", nameof(padWidth));
        for (var i = 0; i < x.Rank; i++)
            if ((long)padWidth[i].Before + x.Shape[i] + padWidth[i].After > int.MaxValue)
                throw new ArgumentException($"An axis must have at most {int.MaxValue} elements. Received: shape {x.Shape} with {padWidth[i]} around axis {i}.", nameof(padWidth));
        if (mode != PadMode.Constant)
        {
            for (var i = 0; i < x.Rank; i++)
                if (padWidth[i] != default) x = Take(x, Tensor.From(Mirror(x.Shape[i], padWidth[i], mode)), i);
            return x;
        }

        int[] steps = [.. Enumerable.Repeat(1, x.Rank)];
        var shape = Shape.Create([.. padWidth.Select((w, i) => w.Before + x.Shape[i] + w.After)]);
        return Paste(x, new Window([.. padWidth.Select(w => w.Before)], steps, x.Shape), shape, constantValue);
    }

    private static int[] Mirror(int size, (int Before, int After) width, PadMode mode)
    {
        var longest = mode switch { PadMode.Reflect => size - 1, PadMode.Symmetric => size, _ => size == 0 ? 0 : int.MaxValue };
        if (Math.Max(width.Before, width.After) > longest)
            throw new ArgumentException($"An axis of size {size} can be padded by at most {Math.Max(0, longest)} in mode {mode}. Received: {width}.", nameof(width));
        var bend = mode == PadMode.Reflect ? 0 : 1;
        return
        [
            .. Enumerable.Range(-width.Before, width.Before + size + width.After).Select(i => mode == PadMode.Edge
                ? Math.Clamp(i, 0, size - 1)
                : i < 0 ? -i - bend : i >= size ? 2 * size - 2 + bend - i : i),
        ];
    }
}
