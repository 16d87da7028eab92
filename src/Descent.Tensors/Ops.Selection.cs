using System.Runtime.CompilerServices;
using Descent.Kernels;
using Descent.Threading;

namespace Descent;

public static partial class Ops
{
    /// <summary>Takes <c>x</c> where a mask is true and <c>y</c> elsewhere; gradients flow to what was taken.</summary>
    /// <param name="condition">A bool tensor.</param>
    /// <param name="x">Values where it is true.</param>
    /// <param name="y">Values where it is false, of the same type as <paramref name="x"/>; all three are broadcast together.</param>
    /// <exception cref="ArgumentException">The condition is not bool, or the values differ in type.</exception>
    public static Tensor Where(Tensor condition, Tensor x, Tensor y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.DType != y.DType)
            throw new ArgumentException($"Where chooses between values of one type. Received: {x.DType.KerasName()} and {y.DType.KerasName()}.", nameof(y));
        var shape = Shape.Broadcast(Shape.Broadcast(Mask(condition).Shape, x.Shape), y.Shape);
        return Record(
            Choose(Stretch(condition, shape), StretchMany(x, shape), StretchMany(y, shape), shape),
            x, n => Where(condition, n.Gradient, 0f),
            y, n => Where(condition, 0f, n.Gradient));
    }

    // One value for all needs no room.
    private static Tensor StretchMany(Tensor x, Shape shape) => x.Length == 1 && x.DType != DType.Bool ? x : Stretch(x, shape);

    private static unsafe Tensor Choose(Tensor condition, Tensor x, Tensor y, Shape shape)
    {
        var result = Tensor.New(shape, x.DType);
        fixed (bool* mask = condition.Bools)
        fixed (float* px = x.Cells, py = y.Cells, pz = result.Cells)
        {
            if (x.DType == DType.Bool) Workers.Run(Lanes.Chunks(shape.Size), new ChooseBools(mask, (bool*)px, (bool*)py, (bool*)pz, shape.Size));
            else Reduction.Rows(shape.Size, 1, new WidestLanes<ChooseJob>(new ChooseJob(mask, px, x.Length > 1, py, y.Length > 1, pz)));
        }

        return result;
    }

    // Cells of four bytes, whatever is in them; an operand that does not move is one value for all.
    private readonly unsafe struct ChooseJob(bool* mask, float* x, bool xMoves, float* y, bool yMoves, float* z) : ILaneRangeJob
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Run<L>(int start, int end) where L : struct, ILane<L>
        {
            var whole = start + ((end - start) & -L.Count);
            Choose<L>(start, whole);
            Choose<ScalarLane>(whole, end);
        }

        private void Choose<L>(int start, int end) where L : struct, ILane<L>
        {
            for (var i = start; i < end; i += L.Count)
                L.Select(L.LoadMask(mask + i), xMoves ? L.Load(x + i) : L.Create(*x), yMoves ? L.Load(y + i) : L.Create(*y)).Store(z + i);
        }
    }

    private readonly unsafe struct ChooseBools(bool* mask, bool* x, bool* y, bool* z, int length) : IParallelJob
    {
        public void Run(int chunk)
        {
            var (start, count) = Lanes.Chunk(chunk, length);
            // Without a branch, which random masks would mispredict.
            for (var i = start; i < start + count; i++) z[i] = (mask[i] & x[i]) | (!mask[i] & y[i]);
        }
    }

    /// <summary>
    /// Converts the type of the elements: floats to integers towards zero (NaN to 0, what is too large to the nearest end), numbers to
    /// bool by whether they differ from 0, bool to 0 and 1. A gradient passes only from float32 to float32.
    /// </summary>
    /// <param name="x">A tensor of any type.</param>
    /// <param name="dtype">The type of the result; <paramref name="x"/> itself is returned where it has it.</param>
    public static Tensor Cast(Tensor x, DType dtype)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.DType == dtype) return x;
        var result = Tensor.New(x.Shape, dtype);
        switch (x.DType, dtype)
        {
            case (DType.Float32, DType.Int32): Convert(x.Floats, result.Ints, static v => (int)v); break;
            case (DType.Float32, _): Convert(x.Floats, result.Bools, static v => v != 0f); break;
            case (DType.Int32, DType.Float32): Convert(x.Ints, result.Floats, static v => v); break;
            case (DType.Int32, _): Convert(x.Ints, result.Bools, static v => v != 0); break;
            case (_, DType.Float32): Convert(x.Bools, result.Floats, static v => v ? 1f : 0f); break;
            default: Convert(x.Bools, result.Ints, static v => v ? 1 : 0); break;
        }

        return result;

        static void Convert<T, U>(Span<T> from, Span<U> to, Func<T, U> convert)
        {
            for (var i = 0; i < from.Length; i++) to[i] = convert(from[i]);
        }
    }

    /// <summary>The same values, through which no gradient passes.</summary>
    /// <param name="x">A tensor of any type.</param>
    public static Tensor StopGradient(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.View(x.Shape);
    }
}
