using System.Numerics;
using Descent.Kernels;

namespace Descent;

public static partial class Ops
{
    /// <summary>The indices that would sort a tensor along an axis, ascending; equal elements keep their order and NaN comes last.</summary>
    /// <param name="x">A float32 or int32 tensor.</param>
    /// <param name="axis">The axis, also negative; default the last.</param>
    /// <returns>An int32 tensor of the same shape.</returns>
    public static Tensor ArgSort(Tensor x, int axis = -1)
    {
        ArgumentNullException.ThrowIfNull(x);
        var place = x.Shape.Axis(axis);
        if (place == x.Rank - 1) return Order(x, descending: false);
        int[] swap = [.. Enumerable.Range(0, x.Rank)];
        (swap[place], swap[^1]) = (swap[^1], swap[place]);
        return Permute(Order(Permute(x, swap), descending: false), swap);
    }

    /// <summary>Sorts along an axis, ascending; NaN comes last.</summary>
    /// <param name="x">A float32 or int32 tensor.</param>
    /// <param name="axis">The axis, also negative; default the last.</param>
    public static Tensor Sort(Tensor x, int axis = -1) => TakeAlongAxis(x, ArgSort(x, axis), axis);

    /// <summary>The largest elements of the last axis, the largest first, and where they stand; of equal elements the first comes first.</summary>
    /// <param name="x">A float32 or int32 tensor.</param>
    /// <param name="k">How many, at most the length of the last axis.</param>
    /// <returns>The values, and their int32 indices.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is negative or exceeds the axis.</exception>
    public static (Tensor Values, Tensor Indices) TopK(Tensor x, int k)
    {
        ArgumentNullException.ThrowIfNull(x);
        var length = x.Shape[x.Shape.Axis(-1)];
        if (k < 0 || k > length)
            throw new ArgumentOutOfRangeException(nameof(k), $"k must be in [0, {length}] for shape {x.Shape}. Received: {k}.");
        var indices = Cut(Order(x, descending: true), Along(x.Shape, x.Rank - 1, 0, k));
        return (TakeAlongAxis(x, indices), indices);
    }

    private static Tensor Order(Tensor x, bool descending) => x.DType switch
    {
        DType.Float32 => Order<float>(x, descending),
        DType.Int32 => Order<int>(x, descending),
        _ => throw new ArgumentException("Only numbers can be sorted. Received: bool; convert it with Ops.Cast.", nameof(x)),
    };

    private static unsafe Tensor Order<T>(Tensor x, bool descending) where T : unmanaged, INumber<T>
    {
        var result = Tensor.New(x.Shape, DType.Int32);
        if (x.Length == 0) return result;
        var length = x.Shape[^1];
        fixed (float* px = x.Cells)
        fixed (int* pi = result.Ints)
            Reduction.Rows(x.Length / length, length, new OrderJob<T>((T*)px, pi, length, descending));
        return result;
    }

    private readonly unsafe struct OrderJob<T>(T* x, int* indices, int length, bool descending) : IRangeJob where T : unmanaged, INumber<T>
    {
        public void Run(int start, int end)
        {
            for (var row = start; row < end; row++)
            {
                var order = new Span<int>(indices + (long)row * length, length);
                for (var i = 0; i < length; i++) order[i] = i;
                order.Sort(new ByValue<T>(x + (long)row * length, descending));
            }
        }
    }

    // The index decides between equals, so that the order does not depend on how the library sorts.
    private readonly unsafe struct ByValue<T>(T* values, bool descending) : IComparer<int> where T : unmanaged, INumber<T>
    {
        public int Compare(int left, int right)
        {
            var (x, y) = (values[left], values[right]);
            var (xNaN, yNaN) = (T.IsNaN(x), T.IsNaN(y));
            var order = xNaN || yNaN ? xNaN.CompareTo(yNaN) : x.CompareTo(y);
            if (order == 0) return left.CompareTo(right);
            return descending ? -order : order;
        }
    }

    /// <summary>The index of the largest element along an axis, the first of equals; a NaN counts as the largest.</summary>
    /// <param name="x">A float32 or int32 tensor.</param>
    /// <param name="axis">The axis, also negative; absent: the elements row-major on one axis.</param>
    /// <param name="keepDimensions">Whether the axis stays, with size 1.</param>
    /// <returns>An int32 tensor.</returns>
    /// <exception cref="ArgumentException">The axis is empty.</exception>
    public static Tensor ArgMax(Tensor x, int? axis = null, bool keepDimensions = false) => ArgExtreme(x, axis, keepDimensions, largest: true);

    /// <summary>The index of the smallest element along an axis, the first of equals; a NaN counts as the smallest.</summary>
    /// <param name="x">A float32 or int32 tensor.</param>
    /// <param name="axis">The axis, also negative; absent: the elements row-major on one axis.</param>
    /// <param name="keepDimensions">Whether the axis stays, with size 1.</param>
    /// <returns>An int32 tensor.</returns>
    /// <exception cref="ArgumentException">The axis is empty.</exception>
    public static Tensor ArgMin(Tensor x, int? axis = null, bool keepDimensions = false) => ArgExtreme(x, axis, keepDimensions, largest: false);

    private static Tensor ArgExtreme(Tensor x, int? axis, bool keepDimensions, bool largest)
    {
        ArgumentNullException.ThrowIfNull(x);
        var place = axis is null ? 0 : x.Shape.Axis(axis.Value);
        var flat = axis is null ? x.View(Shape.Create(x.Length)) : x;
        if (flat.Shape[place] == 0)
            throw new ArgumentException($"An empty axis has no largest or smallest element. Received shape {x.Shape}.", nameof(x));
        var kept = Along(flat.Shape, place, 0, 1).Size;
        var result = x.DType switch
        {
            DType.Float32 => ArgExtreme<float>(flat, place, kept, largest),
            DType.Int32 => ArgExtreme<int>(flat, place, kept, largest),
            _ => throw new ArgumentException("Only numbers have a largest element. Received: bool; convert it with Ops.Cast.", nameof(x)),
        };
        if (axis is null) return result.View(keepDimensions ? Shape.Create([.. Enumerable.Repeat(1, x.Rank)]) : Shape.Scalar);
        return keepDimensions ? result : Squeeze(result, [place]);
    }

    private static unsafe Tensor ArgExtreme<T>(Tensor x, int axis, Shape kept, bool largest) where T : unmanaged, INumber<T>
    {
        var result = Tensor.New(kept, DType.Int32);
        if (result.Length == 0) return result;
        fixed (float* px = x.Cells)
        fixed (int* pi = result.Ints)
            Reduction.Rows(result.Length, x.Shape[axis], new ArgJob<T>((T*)px, pi, x.Shape[axis], x.Shape[(axis + 1)..].Size, largest));
        return result;
    }

    private readonly unsafe struct ArgJob<T>(T* x, int* indices, int length, int inner, bool largest) : IRangeJob where T : unmanaged, INumber<T>
    {
        public void Run(int start, int end)
        {
            for (var i = start; i < end; i++)
            {
                var values = x + (long)(i / inner) * length * inner + i % inner;
                var best = 0;
                for (var j = 1; j < length && !T.IsNaN(values[(long)best * inner]); j++)
                {
                    var (value, champion) = (values[(long)j * inner], values[(long)best * inner]);
                    if (T.IsNaN(value) || (largest ? value > champion : value < champion)) best = j;
                }

                indices[i] = best;
            }
        }
    }
}
