using Descent.Kernels;
using Descent.Memory;
using Descent.Threading;

namespace Descent;

public static partial class Ops
{
    // Rows are added in order, so it is their columns that threads share.
    private const int ScatterColumns = 32;

    /// <summary>Takes entries along an axis by their indices.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="indices">An int32 tensor of any shape, which replaces the axis; negative indices count from the end.</param>
    /// <param name="axis">The axis, also negative; absent: the elements row-major on one axis.</param>
    /// <exception cref="ArgumentException">The indices are not int32.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index lies outside the axis.</exception>
    public static Tensor Take(Tensor x, Tensor indices, int? axis = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (axis is null) return Take(Reshape(x, [-1]), indices, 0);
        var place = x.Shape.Axis(axis.Value);
        var positions = Positions(indices, x.Shape, place);
        var shape = Shape.Create([.. x.Shape.Dimensions[..place], .. indices.Shape.Dimensions, .. x.Shape.Dimensions[(place + 1)..]]);
        return Gather(x, positions, place, shape);
    }

    /// <summary>Takes along an axis, at each place, the element whose index stands there.</summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="indices">An int32 tensor of the same shape except along the axis; negative indices count from the end.</param>
    /// <param name="axis">The axis, also negative; default the last.</param>
    /// <exception cref="ArgumentException">The indices are not int32, or the shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index lies outside the axis.</exception>
    public static Tensor TakeAlongAxis(Tensor x, Tensor indices, int axis = -1)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(indices);
        var place = x.Shape.Axis(axis);
        if (indices.Rank != x.Rank || Along(indices.Shape, place, 0, 0).Size != Along(x.Shape, place, 0, 0).Size)
            throw new ArgumentException($"Indices must have the shape of the tensor except along axis {axis}. Received: {indices.Shape} for shape {x.Shape}.", nameof(indices));
        var inner = x.Shape[(place + 1)..].Size;
        var (length, count) = (x.Shape[place], indices.Shape[place]);
        var given = Positions(indices, x.Shape, place);
        var positions = Inside(indices.Shape);
        var source = given.Ints;
        var target = positions.Ints;
        for (var i = 0; i < target.Length; i++)
            target[i] = (i / (inner * count) * length + source[i]) * inner + i % inner;
        return Gather(Reshape(x, [-1]), positions, 0, indices.Shape);
    }

    // Indices into one axis, checked and counted from 0.
    private static Tensor Positions(Tensor indices, Shape shape, int axis)
    {
        ArgumentNullException.ThrowIfNull(indices);
        if (indices.DType != DType.Int32)
            throw new ArgumentException($"Indices must be int32. Received: {indices.DType.KerasName()}; convert them with Ops.Cast.", nameof(indices));
        var bound = shape[axis];
        var positions = Inside(indices.Shape);
        var source = indices.Ints;
        var target = positions.Ints;
        for (var i = 0; i < source.Length; i++)
        {
            var position = source[i];
            if (position < -bound || position >= bound)
                throw new ArgumentOutOfRangeException(nameof(indices), $"An index into axis {axis} of shape {shape} must be in [{-bound}, {bound}). Received: {position}.");
            target[i] = position < 0 ? position + bound : position;
        }

        return positions;
    }

    // A tensor of integers that nobody outside gets to see.
    private static Tensor Inside(Shape shape)
    {
        using var _ = new StepMemory.Seclusion(true);
        return Tensor.New(shape, DType.Int32);
    }

    private static Tensor Gather(Tensor x, Tensor positions, int axis, Shape shape)
    {
        var result = Tensor.New(shape, x.DType);
        if (result.Length > 0) CopyRows(x, positions.Ints, axis, result);
        return axis == 0
            ? Record(result, x, static n => ScatterRows(n.Gradient, (Tensor)n.State!, n[0].Input), positions)
            : Record(result, x, n => ScatterAdd(n.Gradient, positions, axis, n.XShape));
    }

    private static unsafe void CopyRows(Tensor x, ReadOnlySpan<int> positions, int axis, Tensor result)
    {
        var (outer, inner) = (x.Shape[..axis].Size, x.Shape[(axis + 1)..].Size);
        fixed (int* p = positions)
        fixed (float* px = x.Cells, py = result.Cells)
        {
            if (x.DType == DType.Bool) Reduction.Rows(outer * positions.Length, inner, new GatherJob<byte>((byte*)px, (byte*)py, p, positions.Length, x.Shape[axis], inner));
            else Reduction.Rows(outer * positions.Length, inner, new GatherJob<float>(px, py, p, positions.Length, x.Shape[axis], inner));
        }
    }

    private readonly unsafe struct GatherJob<T>(T* x, T* y, int* positions, int count, int length, int inner) : IRangeJob where T : unmanaged
    {
        public void Run(int start, int end)
        {
            for (var row = start; row < end; row++)
            {
                var source = x + ((long)(row / count) * length + positions[row % count]) * inner;
                if (inner == 1) y[row] = *source;
                else new ReadOnlySpan<T>(source, inner).CopyTo(new Span<T>(y + (long)row * inner, inner));
            }
        }
    }

    // The gradient of taking: every entry goes back to where it was taken from, in the order of the indices.
    private static Tensor ScatterAdd(Tensor x, Tensor positions, int axis, Shape shape)
    {
        var result = Tensor.Zeros(shape);
        if (x.Length > 0) AddRows(x, positions.Ints, axis, result);
        return Record(result, x, n => Gather(n.Gradient, positions, axis, n.XShape));
    }

    // The same for rows of a variable: what was not touched is known to be 0, and a step of training need not write it.
    private static Tensor ScatterRows(Tensor x, Tensor positions, Tensor source)
    {
        if (source.Owner is not { } variable || source.Rank < 2 || source.Shape != variable.Shape || source.Length == 0 || Recording.Current is not null)
            return ScatterAdd(x, positions, 0, source.Shape);
        if (StepMemory.Current?.ZeroRows(variable) is not { } result)
        {
            result = Tensor.Zeros(source.Shape);
            result.Touched = new TouchedRows(source.Shape[0]);
        }

        result.Touched!.Add(positions.Ints);
        if (x.Length > 0) AddRows(x, positions.Ints, 0, result);
        return result;
    }

    /// <summary>The sum of two gradients; rows that neither of them has touched are still known to be 0.</summary>
    internal static Tensor AddGradients(Tensor x, Tensor y)
    {
        var sum = x + y;
        if (x.Touched is not null && y.Touched is not null)
        {
            sum.Touched = new TouchedRows(x.Shape[0]);
            sum.Touched.Add(x.Touched.Rows);
            sum.Touched.Add(y.Touched.Rows);
        }

        return sum;
    }

    private static unsafe void AddRows(Tensor x, ReadOnlySpan<int> positions, int axis, Tensor result)
    {
        var shape = result.Shape;
        var (outer, inner) = (shape[..axis].Size, shape[(axis + 1)..].Size);
        var columns = Math.Min(inner, ScatterColumns);
        var blocks = (inner + columns - 1) / columns;
        fixed (int* p = positions)
        fixed (float* px = x.Floats, py = result.Floats)
        {
            var job = new ScatterJob(px, py, p, positions.Length, shape[axis], inner, columns, blocks);
            if (x.Length <= Lanes.ChunkLength)
                for (var i = 0; i < outer * blocks; i++) job.Run(i);
            else
                Workers.Run(outer * blocks, job);
        }
    }

    private readonly unsafe struct ScatterJob(float* x, float* y, int* positions, int count, int length, int inner, int columns, int blocks) : IParallelJob
    {
        public void Run(int chunk)
        {
            var (outer, first) = (chunk / blocks, chunk % blocks * columns);
            var width = Math.Min(columns, inner - first);
            for (var i = 0; i < count; i++)
            {
                var source = x + ((long)outer * count + i) * inner + first;
                var target = y + ((long)outer * length + positions[i]) * inner + first;
                if (width == 1) *target += *source;
                else Elementwise.ZipRange(target, 1, source, 1, target, width, new AddFunction());
            }
        }
    }

    /// <summary>Turns labels into rows with a single 1; a negative label gives a row of zeros.</summary>
    /// <param name="x">An int32 tensor of labels below <paramref name="numClasses"/>.</param>
    /// <param name="numClasses">The length of the new axis.</param>
    /// <param name="axis">Its place in the result, also negative; default the last.</param>
    /// <returns>A float32 tensor.</returns>
    /// <exception cref="ArgumentException">The labels are not int32.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is too large.</exception>
    public static Tensor OneHot(Tensor x, int numClasses, int axis = -1)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.DType != DType.Int32)
            throw new ArgumentException($"Labels must be int32. Received: {x.DType.KerasName()}; convert them with Ops.Cast.", nameof(x));
        var place = x.Shape.Axis(axis, x.Rank + 1);
        var result = Tensor.Zeros(Shape.Create([.. x.Shape.Dimensions[..place], numClasses, .. x.Shape.Dimensions[place..]]));
        var inner = x.Shape[place..].Size;
        var labels = x.Ints;
        var values = result.Floats;
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= numClasses)
                throw new ArgumentOutOfRangeException(nameof(x), $"A label must be below the number of classes, {numClasses}. Received: {labels[i]}.");
            if (labels[i] >= 0) values[(i / inner * numClasses + labels[i]) * inner + i % inner] = 1f;
        }

        return result;
    }
}
